import { z } from "zod";

const ERRORS = z.array(
  z.looseObject({ message: z.string(), extensions: z.looseObject({ code: z.string() }).optional() }),
);
const ANSWER = z.object({ data: z.record(z.string(), z.unknown()).nullish(), errors: ERRORS.optional() });
const MESSAGE = z.object({ type: z.string(), payload: z.unknown().optional() });

export type Answer = z.infer<typeof ANSWER>;

/** An answer over HTTP. */
export const answerOf = (text: string): Answer => ANSWER.parse(JSON.parse(text));

/** The first message about an operation over WebSocket. */
export function messageOf(text: string): Answer {
  const { type, payload } = MESSAGE.parse(JSON.parse(text));
  if (type === "error") return { errors: ERRORS.parse(payload) };
  // A subscription that is refused when it begins is answered once.
  return type === "next" ? ANSWER.parse(payload) : { data: {} };
}
