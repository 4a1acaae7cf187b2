import { setTimeout as delay } from "node:timers/promises";

/**
 * Waits for a condition: asks again every few milliseconds until it answers something other than undefined, null or false.
 * @param limit milliseconds
 * @throws where the limit passes, with the last error if it threw one
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  limit = 10_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + limit;
  let failure: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (isAnswer(answer)) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline)
      throw new Error(`the condition did not come true within ${limit} ms`, { cause: failure });
    await delay(5);
  }
}

function isAnswer<T>(answer: T): answer is Exclude<T, undefined | null | false> {
  return answer !== undefined && answer !== null && answer !== false;
}
