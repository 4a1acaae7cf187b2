import { CombinedGraphQLErrors } from "@apollo/client/errors";

/** One mistake in what was sent, and the way to it in the input. */
export interface Problem {
  path: readonly string[];
  message: string;
}

/** What a failed operation says to a person. */
export interface Failure {
  message: string;
  /** `extensions.code`; null: the server did not answer. */
  code: string | null;
  problems: readonly Problem[];
  /** Of an unexpected failure: what its line in the server's log is found by. */
  reference: string | null;
}

/** Reads an error of any kind: the API's own, or of the way to it. */
export function failureOf(error: unknown): Failure {
  const first = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
  if (first === undefined)
    return {
      message: "Secretariat does not answer. Try again in a moment.",
      code: null,
      problems: [],
      reference: null,
    };
  const extensions: Record<string, unknown> = first.extensions ?? {};
  return {
    message: first.message,
    code: textOf(extensions["code"]),
    problems: problemsOf(extensions["problems"]),
    reference: textOf(extensions["reference"]),
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

function problemsOf(value: unknown): Problem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null || !("message" in one) || !("path" in one)) return [];
    const path = Array.isArray(one.path) ? one.path.map(String) : [];
    return [{ path, message: String(one.message) }];
  });
}
