import type {
  AssignmentFilter,
  ProjectFilter,
  ProviderFilter,
  SecretFilter,
  TransitionFilter,
  VisibleKind,
} from "../domain/ports/read-model.js";
import type { Problem } from "../errors.js";
import type { GraphQLContext } from "./context.js";
import { uuidOf } from "./ids.js";
import { searchText } from "./paging.js";
import type { AssignmentFilterInput, SecretFilterInput, TransitionFilterInput } from "./types/inputs/filters.js";
import type { ProjectListArguments, ProviderListArguments } from "./types/inputs/list-arguments.js";

/** A filter as the read model takes it, and what is wrong with its texts. */
export interface Checked<F> {
  filter: F;
  problems: Problem[];
}

/** An actor is a token's `sub`, which OpenID Connect bounds to 255 characters. */
const MAX_SUBJECT_LENGTH = 255;

/**
 * The UUID behind an id in an argument that must name something the viewer can see.
 * @throws NOT_FOUND where it does not
 */
export async function visibleId(
  context: Pick<GraphQLContext, "loaders">,
  kind: VisibleKind,
  id: string | null | undefined,
): Promise<string | undefined> {
  if (id === null || id === undefined) return undefined;
  const uuid = uuidOf(kind, id);
  await context.loaders.requireVisible(kind, uuid);
  return uuid;
}

export async function projectFilter(
  context: GraphQLContext,
  args: ProjectListArguments,
): Promise<Checked<ProjectFilter>> {
  const clusterId = await visibleId(context, "cluster", args.clusterId);
  const reachableBy = await visibleId(context, "provider", args.reachableBy);
  const { search, problems } = searchText(args.search, ["search"]);
  return { filter: { search, status: args.status ?? undefined, clusterId, reachableBy }, problems };
}

export async function providerFilter(
  context: GraphQLContext,
  args: ProviderListArguments,
): Promise<Checked<ProviderFilter>> {
  const usableInProject = await visibleId(context, "project", args.usableInProject);
  const { search, problems } = searchText(args.search, ["search"]);
  return { filter: { search, usableInProject }, problems };
}

export async function secretFilter(
  context: GraphQLContext,
  input: SecretFilterInput | null | undefined,
): Promise<Checked<SecretFilter>> {
  const projectId = await visibleId(context, "project", input?.projectId);
  const providerId = await visibleId(context, "provider", input?.providerId);
  const { search, problems } = searchText(input?.search, ["filter", "search"]);
  return {
    filter: {
      search,
      scope: input?.scope ?? undefined,
      status: input?.status ?? undefined,
      useCase: input?.useCase ?? undefined,
      projectId,
      providerId,
    },
    problems,
  };
}

export async function assignmentFilter(
  context: GraphQLContext,
  input: AssignmentFilterInput | null | undefined,
): Promise<Checked<AssignmentFilter>> {
  const projectId = await visibleId(context, "project", input?.projectId);
  const { search, problems } = searchText(input?.search, ["filter", "search"]);
  return { filter: { search, status: input?.status ?? undefined, projectId }, problems };
}

export async function transitionFilter(
  context: GraphQLContext,
  input: TransitionFilterInput | null | undefined,
): Promise<Checked<TransitionFilter>> {
  const secretId = await visibleId(context, "secret", input?.secretId);
  const projectId = await visibleId(context, "project", input?.projectId);
  const providerId = await visibleId(context, "provider", input?.providerId);
  const clusterId = await visibleId(context, "cluster", input?.clusterId);
  const actor = input?.actor ?? undefined;
  const tooLong = actor !== undefined && (actor.length > MAX_SUBJECT_LENGTH || actor.includes("\0"));
  return {
    filter: {
      subject: input?.subject ?? undefined,
      secretId,
      projectId,
      providerId,
      clusterId,
      actor,
      since: input?.since ?? undefined,
      until: input?.until ?? undefined,
    },
    problems: tooLong
      ? [
          {
            path: ["filter", "actor"],
            message: `A subject is at most ${MAX_SUBJECT_LENGTH} characters long, without a NUL character.`,
          },
        ]
      : [],
  };
}
