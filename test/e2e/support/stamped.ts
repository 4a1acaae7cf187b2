import type { Client } from "graphql-ws";
import { TRANSITION, type TransitionSeen } from "../../support/scene.js";

/** With the moment that the product's log gives it, RFC 3339. */
export interface TimedTransition extends TransitionSeen {
  at: string;
}

export interface Stamped {
  events: { at: number; transition: TimedTransition }[];
  errors: unknown[];
  /** Resolves with `performance.now()` of the first transition that is so, that came or comes. */
  until(wanted: (transition: TimedTransition) => boolean, limit: number): Promise<number>;
  stop(): void;
}

/** All transitions after a place, each with the moment in which it arrived: without polling, which would blur small times. */
export function stamped(client: Client, since: string): Stamped {
  const waiting = new Set<() => void>();
  const stream: Stamped = {
    events: [],
    errors: [],
    until: (wanted, limit) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no such transition within ${limit} ms; errors: ${JSON.stringify(stream.errors)}`));
        }, limit);
        const look = (): void => {
          const found = stream.events.find(({ transition }) => wanted(transition));
          if (found === undefined) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(found.at);
        };
        waiting.add(look);
        look();
      }),
    stop: () => {},
  };
  stream.stop = client.subscribe<{ transitions: TimedTransition }>(
    {
      query: `subscription ($since: String) { transitions(since: $since) { ${TRANSITION} at } }`,
      variables: { since },
    },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) stream.errors.push(...errors);
        if (data?.transitions === undefined) return;
        stream.events.push({ at: performance.now(), transition: data.transitions });
        for (const look of Array.from(waiting)) look();
      },
      error: (error) => stream.errors.push(error),
      complete: () => {},
    },
  );
  return stream;
}
