import { getOperationAST, OperationTypeNode, type ExecutionArgs } from "graphql";
import type { Counted } from "./count-operation.js";
import { INTERNAL } from "./count-operation.js";
import type { SocketOperations } from "./socket.js";

/**
 * The same operations, each counted once: when its answer is there, when it has begun to deliver, or when it is refused.
 * @param count called with seconds since it was asked for
 */
export function countedOperations(
  operations: SocketOperations,
  count: (counted: Counted, seconds: number) => void,
): SocketOperations {
  const began = new WeakMap<ExecutionArgs, number>();
  const done = (args: ExecutionArgs, answer: unknown): void => {
    const codes = codesOf(answer);
    const operation = getOperationAST(args.document, args.operationName)?.operation;
    // A subscription that has errors has not begun.
    const isRefused = operation === OperationTypeNode.SUBSCRIPTION && codes.length > 0;
    const outcome = codes.includes(INTERNAL) ? "failed" : isRefused ? "refused" : "answered";
    count(
      { operation: operation ?? "unknown", outcome, codes },
      (performance.now() - (began.get(args) ?? performance.now())) / 1000,
    );
  };
  return {
    ...operations,
    async onSubscribe(context, id, payload) {
      const since = performance.now();
      const prepared = await operations.onSubscribe(context, id, payload);
      if (Array.isArray(prepared)) {
        const codes = codesOf({ errors: prepared });
        const outcome = codes.includes(INTERNAL) ? "failed" : "refused";
        count({ operation: "unknown", outcome, codes }, (performance.now() - since) / 1000);
      } else if (isArgs(prepared)) began.set(prepared, since);
      return prepared;
    },
    async execute(args) {
      const answer = await operations.execute(args);
      done(args, answer);
      return answer;
    },
    async subscribe(args) {
      const answer = await operations.subscribe(args);
      done(args, answer);
      return answer;
    },
  };
}

const isArgs = (prepared: unknown): prepared is ExecutionArgs =>
  typeof prepared === "object" && prepared !== null && "document" in prepared;

function codesOf(answer: unknown): string[] {
  const errors: unknown = typeof answer === "object" && answer !== null && "errors" in answer ? answer.errors : [];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (typeof error !== "object" || error === null || !("extensions" in error)) return [];
    const { extensions } = error;
    if (typeof extensions !== "object" || extensions === null || !("code" in extensions)) return [];
    return typeof extensions.code === "string" ? [extensions.code] : [];
  });
}
