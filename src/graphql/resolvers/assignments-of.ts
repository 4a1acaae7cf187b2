import { selectedColumns } from "../assignment-fields.js";
import type { GraphQLContext } from "../context.js";
import type { BatchInfo } from "../execution/batch.js";
import { assignmentFilter } from "../filters.js";
import type { Loader } from "../loader.js";
import { pageArgs } from "../paging.js";
import type { Assignment } from "../types/assignment.js";
import type { Connection } from "../types/connection.js";
import type { AssignmentListArguments } from "../types/inputs/list-arguments.js";

/** By the id of a secret: where it is; of a project: what is in it. Ordered by what stands at the other end unless told otherwise. @throws BAD_USER_INPUT, NOT_FOUND as lists do */
export async function assignmentsOf(
  kind: "secret" | "project",
  args: AssignmentListArguments,
  context: GraphQLContext,
  info: BatchInfo,
): Promise<Loader<Connection<Assignment>>> {
  const { filter, problems } = await assignmentFilter(context, args.filter);
  const page = pageArgs(context, info, args, problems);
  const order = args.orderBy ?? { field: kind === "secret" ? "PROJECT_NAME" : "SECRET_NAME", direction: "ASC" };
  return context.loaders.assignmentsOf(kind, filter, order, page, selectedColumns(info));
}
