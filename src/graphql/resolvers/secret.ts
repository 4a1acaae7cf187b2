import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { permissionsOfSecret } from "../../domain/access/permissions.js";
import { viewSpec } from "../../domain/spec/spec-view.js";
import { badUserInput } from "../../errors.js";
import type { GraphQLContext } from "../context.js";
import { batched } from "../execution/batch.js";
import { secretFilter } from "../filters.js";
import { uuidOrNull } from "../ids.js";
import { pageArgs, toConnection } from "../paging.js";
import { PermissionType } from "../types/access.js";
import { type Assignment, AssignmentConnection } from "../types/assignment.js";
import type { Connection } from "../types/connection.js";
import { SecretFilterInput } from "../types/inputs/filters.js";
import { AssignmentListArguments, PageArguments, SecretListArguments } from "../types/inputs/list-arguments.js";
import { Project } from "../types/project.js";
import { Provider } from "../types/provider.js";
import { SecretSpec } from "../types/secret-spec.js";
import { AssignmentCount, Secret, SecretConnection, SecretCount } from "../types/secret.js";
import { type Transition, TransitionConnection } from "../types/transition.js";
import { assignmentsOf } from "./assignments-of.js";
import { orGone } from "./gone.js";
import { allOrGone, related } from "./related.js";

@Resolver(() => Secret)
export class SecretResolver {
  @Query(() => Secret, { nullable: true, description: "A secret by its id; null where you can see none by that id." })
  secret(
    @Arg("id", () => ID, { description: "The secret's id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret | null> | null {
    const uuid = uuidOrNull("secret", id);
    return uuid === null ? null : context.loaders.secret.load(uuid);
  }

  @Query(() => SecretConnection, { description: "The secrets that you may see." })
  async secrets(
    @Args(() => SecretListArguments) args: SecretListArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Secret>> {
    const { filter, problems } = await secretFilter(context, args.filter);
    const page = pageArgs(context, info, args, problems);
    const order = args.orderBy ?? { field: "NAME", direction: "ASC" };
    return toConnection(await context.readModel.secrets(context.scope, filter, order, page), (row) =>
      context.loaders.secretView(row),
    );
  }

  @Query(() => [SecretCount], { description: "How many secrets have each status, over those that you may see." })
  async secretCounts(
    @Arg("filter", () => SecretFilterInput, {
      nullable: true,
      description: "Only those that fulfil every part of this.",
    })
    input: SecretFilterInput | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretCount[]> {
    const { filter, problems } = await secretFilter(context, input);
    if (problems.length > 0) throw badUserInput(problems);
    return context.readModel.secretCounts(context.scope, filter);
  }

  @Extensions(
    batched(Secret, (secrets, _args, context) =>
      related(
        secrets.map(({ record }) => record.projectId),
        () => context.loaders.project,
      ),
    ),
  )
  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that it belongs to; only for scope PROJECT.",
  })
  project(@Root() secret: Secret, @Ctx() context: GraphQLContext): Promise<Project | null> | null {
    const { projectId } = secret.record;
    return projectId === null ? null : context.loaders.project.load(projectId);
  }

  @Extensions(
    batched(Secret, (secrets, _args, { loaders }) =>
      allOrGone("provider", loaders.provider.loadAll(secrets.map(({ record }) => record.providerId))),
    ),
  )
  @FieldResolver(() => Provider, { description: "The provider that holds the values." })
  provider(@Root() secret: Secret, @Ctx() context: GraphQLContext): Promise<Provider> {
    return context.loaders.provider.load(secret.record.providerId).then(orGone("provider"));
  }

  @FieldResolver(() => SecretSpec, {
    description: "What is wanted: which values, how often, and into which native Secret.",
  })
  spec(@Root() secret: Secret): SecretSpec {
    return viewSpec(secret.record.spec, secret.record.name);
  }

  @Extensions(
    batched<Secret, AssignmentListArguments>(Secret, async (secrets, args, context, info) =>
      (await assignmentsOf("secret", args, context, info)).loadAll(secrets.map(({ record }) => record.id)),
    ),
  )
  @FieldResolver(() => AssignmentConnection, { description: "Where it is assigned, as far as you may see it." })
  async assignments(
    @Root() secret: Secret,
    @Args(() => AssignmentListArguments) args: AssignmentListArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Assignment>> {
    return (await assignmentsOf("secret", args, context, info)).load(secret.record.id);
  }

  @Extensions(
    batched(Secret, (secrets, _args, { loaders }) =>
      loaders.assignmentCounts.loadAll(secrets.map(({ record }) => record.id)),
    ),
  )
  @FieldResolver(() => [AssignmentCount], {
    description:
      "How many assignments have each status, over those that you may see: the progress of a large assignment.",
  })
  assignmentCounts(@Root() secret: Secret, @Ctx() context: GraphQLContext): Promise<AssignmentCount[]> {
    return context.loaders.assignmentCounts.load(secret.record.id);
  }

  @Extensions(
    batched<Secret, PageArguments>(Secret, (secrets, args, context, info) =>
      context.loaders
        .historyOf("secret", pageArgs(context, info, args))
        .loadAll(secrets.map(({ record }) => record.id)),
    ),
  )
  @FieldResolver(() => TransitionConnection, {
    description: "What happened to it and its assignments, as far as you may see it, newest first.",
  })
  history(
    @Root() secret: Secret,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Transition>> {
    return context.loaders.historyOf("secret", pageArgs(context, info, args)).load(secret.record.id);
  }

  @Extensions(
    batched(Secret, async (secrets, _args, { viewer, loaders }) => {
      const projects = await loaders.project.loadAll(secrets.map(({ record }) => record.projectId));
      return secrets.map(({ record }, i) => permissionsOfSecret(viewer, record, projects[i]?.record ?? null));
    }),
  )
  @FieldResolver(() => [PermissionType], {
    description: "What you may do with it: UPDATE, DELETE, ASSIGN, UNASSIGN, SYNC.",
  })
  async permissions(@Root() secret: Secret, @Ctx() context: GraphQLContext): Promise<PermissionType[]> {
    const { projectId } = secret.record;
    const project = projectId === null ? null : await context.loaders.project.load(projectId);
    return permissionsOfSecret(context.viewer, secret.record, project?.record ?? null);
  }
}
