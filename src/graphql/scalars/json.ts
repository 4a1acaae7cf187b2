import { GraphQLError, GraphQLScalarType, valueFromASTUntyped } from "graphql";
import { DEFAULT_RULE_SETTINGS, JSON_CEILING } from "../../domain/settings.js";

const { maxJsonBytes, maxJsonDepth } = JSON_CEILING;

/** The first thing that is wrong with a value that claims to be JSON; null: nothing. */
function problemOf(value: unknown, depth: number): string | null {
  if (value === null || typeof value === "string" || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : "A number in JSON must be finite.";
  if (typeof value !== "object") return `JSON cannot hold a ${typeof value}.`;
  if (depth >= maxJsonDepth) return `JSON may be nested at most ${maxJsonDepth} levels deep.`;
  for (const [key, child] of Object.entries(value)) {
    // An own key of this name turns into a prototype wherever the object is copied by assignment.
    if (key === "__proto__") return 'A key in JSON must not be "__proto__".';
    const problem = problemOf(child, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * Checks that a JSON input can be looked at. The bounds that are set are the commands' to check, with every other problem at once.
 * @throws GraphQLError that says which bound; the value is never quoted.
 */
function checked(value: unknown): unknown {
  const problem = problemOf(value, 0);
  if (problem !== null) throw new GraphQLError(problem);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > maxJsonBytes) throw new GraphQLError(`JSON may be at most ${maxJsonBytes} bytes long; this is ${bytes}.`);
  return value;
}

/** Any JSON value. */
export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: "JSON",
  description: `Any JSON value. As an input at most ${DEFAULT_RULE_SETTINGS.maxJsonBytes / 1024} KiB and ${DEFAULT_RULE_SETTINGS.maxJsonDepth} levels deep, unless the server is set otherwise.`,
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
  serialize: (value) => value,
  parseValue: checked,
  parseLiteral: (node, variables) => checked(valueFromASTUntyped(node, variables)),
});
