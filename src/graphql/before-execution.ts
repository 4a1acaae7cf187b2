import { type DocumentNode, type OperationDefinitionNode, OperationTypeNode } from "graphql";
import type { GraphQLContext } from "./context.js";
import { rootFields } from "./root-fields.js";

/**
 * Reads where the stream stands before the operation reads anything else, if it asks: top-level fields are resolved side by side, and a change that falls between a
 * list and a cursor that was read after it would be missed by whoever subscribes with that cursor.
 */
export async function beforeExecution(
  context: GraphQLContext,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Promise<void> {
  if (operation.operation !== OperationTypeNode.QUERY) return;
  if (!rootFields(document, operation).some(({ node }) => node.name.value === "transitionCursor")) return;
  context.streamPlace = context.stream.currentPlace();
  await context.streamPlace;
}
