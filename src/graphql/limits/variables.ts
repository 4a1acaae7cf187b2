import {
  type GraphQLSchema,
  type VariableDefinitionNode,
  coerceInputValue,
  getVariableValues,
  isInputType,
  isNonNullType,
  typeFromAST,
} from "graphql";
import type { Problem } from "../../errors.js";

/** Of what is wrong with variables, so much is named. */
const MAX_PROBLEMS = 50;

type Values = { readonly [name: string]: unknown };

function problemsOf(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[], given: Values): Problem[] {
  const problems: Problem[] = [];
  for (const definition of definitions) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    if (!Object.hasOwn(given, name)) {
      if (isNonNullType(type) && definition.defaultValue === undefined) {
        problems.push({ path: [name], message: `The variable $${name} of type ${String(type)} must be given.` });
      }
      continue;
    }
    if (given[name] === null && isNonNullType(type)) {
      problems.push({ path: [name], message: `The variable $${name} of type ${String(type)} must not be null.` });
      continue;
    }
    coerceInputValue(given[name], type, (path, _value, error) => {
      if (problems.length < MAX_PROBLEMS) problems.push({ path: [name, ...path.map(String)], message: error.message });
    });
  }
  return problems;
}

/**
 * The variables of an operation as it will see them, or everything that is wrong with them: each problem's path begins with the variable's name. Values are
 * not quoted.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  given: Values,
): { values: Values; problems: [] } | { values: null; problems: Problem[] } {
  const { coerced, errors } = getVariableValues(schema, definitions, given, { maxErrors: MAX_PROBLEMS });
  if (coerced !== undefined) return { values: coerced, problems: [] };
  const problems = problemsOf(schema, definitions, given);
  if (problems.length > 0) return { values: null, problems };
  return { values: null, problems: (errors ?? []).map(({ message }) => ({ path: [], message })) };
}
