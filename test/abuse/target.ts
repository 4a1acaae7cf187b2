import type { Issuer } from "./issuer.js";

/** A running product that is abused, and the people whose tokens are used for it. */
export interface Target {
  url: string;
  issuer: Issuer;
  /** Of a platform admin, who may do the most. */
  admin: string;
  /** Of a member of nothing. */
  member: string;
  limits: {
    maxBodyBytes: number;
    maxFrameBytes: number;
    maxConnections: number;
    maxSubscriptions: number;
    /** Milliseconds. */
    requestTimeout: number;
  };
}

/** Something that nobody should do, and what it is answered. */
export interface Abuse {
  name: string;
  /** @returns what was answered, in a few words */
  run(target: Target): Promise<string>;
  /** What has to be answered. */
  expects: RegExp;
  /** Milliseconds that it may take; default 5 s. */
  limit?: number;
}

interface Body {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string; reason?: string } }[];
}

/** What was answered, in a few words: status, codes and the beginning of the first message. */
export function told(status: number | string, body: unknown): string {
  const { errors = [] } = isBody(body) ? body : {};
  const codes = [...new Set(errors.map(({ extensions }) => extensions?.reason ?? extensions?.code ?? "?"))];
  const message = errors[0]?.message ?? (isBody(body) && "data" in body ? "data" : "");
  return [status, codes.join(","), message.slice(0, 90)].filter((part) => part !== "").join(" ");
}

const isBody = (body: unknown): body is Body => typeof body === "object" && body !== null;

export interface Post {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
}

export async function post(target: Target, body: Post | string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${target.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${target.admin}`, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return told(response.status, parsed(text));
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: text.trim(), extensions: { code: "no GraphQL" } }] };
  }
}
