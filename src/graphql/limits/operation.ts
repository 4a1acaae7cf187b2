import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  getOperationAST,
} from "graphql";
import type { Problem } from "../../errors.js";
import { httpStatus, refuse } from "../errors.js";
import { rootFields } from "../root-fields.js";
import { costOf } from "./cost.js";
import type { GraphQLLimits } from "./settings.js";
import { coerceVariables } from "./variables.js";

/**
 * The operation of a document that a name means; the same words as graphql-js has for it.
 * @throws GraphQLError OPERATION_RESOLUTION_FAILURE
 */
function operationOf(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation !== null && operation !== undefined) return operation;
  const message =
    name !== null && name !== undefined
      ? `Unknown operation named "${name}".`
      : document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
        ? "Must provide operation name if query contains multiple operations."
        : "Must provide an operation.";
  throw new GraphQLError(message, { extensions: { code: "OPERATION_RESOLUTION_FAILURE", ...httpStatus(400) } });
}

/**
 * The last look at a valid document before it is executed: which operation it is, whether its variables fit, and what it may cost.
 * @throws GraphQLError that refuses it: BAD_USER_INPUT with all problems, or OPERATION_RESOLUTION_FAILURE
 */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  request: {
    operationName?: string | null | undefined;
    variables?: { readonly [name: string]: unknown } | null | undefined;
  },
  limits: Pick<GraphQLLimits, "document" | "pages">,
): OperationDefinitionNode {
  const operation = operationOf(document, request.operationName);
  if (
    operation.operation === OperationTypeNode.SUBSCRIPTION &&
    rootFields(document, operation).some(({ conditional }) => conditional)
  ) {
    throw refuse([{ path: [], message: "The field of a subscription must not stand under @skip or @include." }]);
  }
  const { values, problems } = coerceVariables(schema, operation.variableDefinitions ?? [], request.variables ?? {});
  if (values === null) throw refuse(problems);
  const { maxCost, maxIntrospectionCost } = limits.document;
  const cost = costOf(schema, document, operation, values, limits.pages);
  const excess: Problem[] = [];
  if (cost.data > maxCost) {
    excess.push({
      path: [],
      message: `The operation may cost ${cost.data}; at most ${maxCost} is allowed. Ask for shorter pages (\`first\`), or for less in each item.`,
    });
  }
  if (cost.introspection > maxIntrospectionCost) {
    excess.push({
      path: [],
      message: `The operation's introspection may cost ${cost.introspection}; at most ${maxIntrospectionCost} is allowed.`,
    });
  }
  if (excess.length > 0) throw refuse(excess);
  return operation;
}
