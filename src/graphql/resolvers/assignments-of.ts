import type { GraphQLResolveInfo } from "graphql";
import { selectedColumns } from "../assignment-fields.js";
import type { GraphQLContext } from "../context.js";
import { assignmentFilter } from "../filters.js";
import { pageArgs } from "../paging.js";
import type { Assignment } from "../types/assignment.js";
import type { Connection } from "../types/connection.js";
import type { AssignmentListArguments } from "../types/inputs/list-arguments.js";

/** Where a secret is, or what is in a project; ordered by what stands at the other end unless told otherwise. @throws BAD_USER_INPUT, NOT_FOUND as lists do */
export async function assignmentsOf(
  of: { kind: "secret" | "project"; id: string },
  args: AssignmentListArguments,
  context: GraphQLContext,
  info: GraphQLResolveInfo,
): Promise<Connection<Assignment>> {
  const { filter, problems } = await assignmentFilter(context, args.filter);
  const page = pageArgs(context, info, args, problems);
  const order = args.orderBy ?? { field: of.kind === "secret" ? "PROJECT_NAME" : "SECRET_NAME", direction: "ASC" };
  return context.loaders.assignmentsOf(of.kind, of.id, filter, order, page, selectedColumns(info));
}
