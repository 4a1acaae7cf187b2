import { type FieldNode, type GraphQLResolveInfo, type SelectionSetNode, Kind } from "graphql";
import type { AssignmentRecord } from "../domain/assignment.js";

type Column = keyof AssignmentRecord;
type Fragments = GraphQLResolveInfo["fragments"];

/** What each field of the API's Assignment is answered from. A field that is missing here reads by the id alone. */
const COLUMNS: ReadonlyMap<string, readonly Column[]> = new Map<string, readonly Column[]>([
  ["secret", ["secretId"]],
  ["project", ["projectId"]],
  ["status", ["status"]],
  ["reason", ["reason"]],
  ["message", ["message"]],
  ["desiredGeneration", ["desiredGeneration"]],
  ["syncedGeneration", ["syncedGeneration"]],
  ["refreshedAt", ["refreshedAt"]],
  ["observedAt", ["observedAt"]],
  ["lastTransitionAt", ["lastTransitionAt"]],
  ["externalSecret", ["secretId", "projectId", "externalSecretUid"]],
  ["permissions", ["secretId", "projectId", "deletionRequestedAt"]],
  ["deletionRequestedAt", ["deletionRequestedAt"]],
  ["createdAt", ["createdAt"]],
]);

/** Remembered by node: documents are kept, so that each is looked through once. */
const known = new WeakMap<FieldNode, ReadonlySet<Column>>();

/** Calls `visit` with every field that a selection names directly or through fragments. */
function eachField(set: SelectionSetNode | undefined, fragments: Fragments, visit: (field: FieldNode) => void): void {
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) visit(selection);
    else if (selection.kind === Kind.INLINE_FRAGMENT) eachField(selection.selectionSet, fragments, visit);
    else eachField(fragments[selection.name.value]?.selectionSet, fragments, visit);
  }
}

function columnsOf(connection: FieldNode, fragments: Fragments): ReadonlySet<Column> {
  const columns = new Set<Column>();
  const collect = (field: FieldNode): void => {
    for (const column of COLUMNS.get(field.name.value) ?? []) columns.add(column);
  };
  eachField(connection.selectionSet, fragments, (field) => {
    if (field.name.value === "nodes") eachField(field.selectionSet, fragments, collect);
    if (field.name.value !== "edges") return;
    eachField(field.selectionSet, fragments, (inEdge) => {
      if (inEdge.name.value === "node") eachField(inEdge.selectionSet, fragments, collect);
    });
  });
  return columns;
}

/**
 * What a list of assignments needs to read of each for the fields that are selected, sorted. Lists of lists have thousands of rows, and every column
 * of them has its price.
 */
export function selectedColumns(info: Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">): Column[] {
  const columns = new Set<Column>();
  for (const node of info.fieldNodes) {
    let found = known.get(node);
    if (found === undefined) {
      found = columnsOf(node, info.fragments);
      known.set(node, found);
    }
    for (const column of found) columns.add(column);
  }
  return [...columns].sort();
}
