import { documents, patterns, yaml } from "./documents.js";
import { identity } from "./identity.js";
import { injection } from "./injection.js";
import type { Abuse, Target } from "./target.js";
import { transports } from "./transports.js";

export const abuses: readonly Abuse[] = [...documents, ...patterns, ...yaml, ...identity, ...injection, ...transports];

/** What came of an abuse. Times in milliseconds. */
export interface Suffered {
  answer: string;
  took: number;
  /** Of somebody else, who asked again and again meanwhile: the longest that they waited, and how often they were answered. */
  bystander: { longest: number; answered: number };
}

/** Abuses the product, while somebody else goes on with their work. @throws where that somebody is not answered as ever */
export async function suffer(abuse: Abuse, target: Target): Promise<Suffered> {
  const bystander = { longest: 0, answered: 0 };
  const over = new AbortController();
  const working = (async () => {
    do {
      const began = performance.now();
      // A server may close an idle connection at the moment in which it is used again, and a client then asks once more (RFC 9112, 9.3.1).
      const response = await ask(target).catch(() => ask(target));
      const body = await response.text();
      if (response.status !== 200 || !body.includes('"totalCount"')) throw new Error(`somebody else was told ${body}`);
      bystander.longest = Math.max(bystander.longest, performance.now() - began);
      bystander.answered += 1;
    } while (!over.signal.aborted);
  })();
  // Heard of at the end; the abuse may fail first.
  working.catch(() => {});
  const began = performance.now();
  const answer = await abuse.run(target).finally(() => over.abort());
  const took = performance.now() - began;
  await working;
  return { answer, took, bystander };
}

const ask = (target: Target): Promise<Response> =>
  fetch(`${target.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${target.member}` },
    body: JSON.stringify({ query: "{ me { subject } secrets(first: 5) { totalCount } }" }),
  });
