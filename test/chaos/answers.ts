import { setTimeout as delay } from "node:timers/promises";

/** No answer came: what was asked for happened wholly or not at all, perhaps only later. */
export class NoAnswer extends Error {}

/** The product refused; nothing happened. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly reason: string | null,
    message: string,
  ) {
    super(`${code}${reason === null ? "" : ` ${reason}`}: ${message}`);
  }
}

/** An answer of GraphQL. */
export interface Body {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string; reason?: string } }[];
}

/** @returns the data of an operation that should succeed @throws NoAnswer, Refusal */
export function dataOf(body: Body): unknown {
  const [error] = body.errors ?? [];
  if (error !== undefined) {
    const { code = "UNKNOWN", reason = null } = error.extensions ?? {};
    // A connection to the database that was lost in the middle: its outcome is not known either.
    if (code === "INTERNAL_SERVER_ERROR") throw new NoAnswer(error.message);
    throw new Refusal(code, reason, error.message);
  }
  if (body.data === null || body.data === undefined) throw new NoAnswer("no data");
  return body.data;
}

/** Asks until somebody answers. @param limit milliseconds @throws what `read` throws; NoAnswer once the limit has passed */
export async function patiently<T>(read: () => Promise<T>, limit = 90_000): Promise<T> {
  const deadline = performance.now() + limit;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof NoAnswer) || performance.now() > deadline) throw error;
      await delay(100);
    }
  }
}
