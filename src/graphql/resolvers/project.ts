import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { permissionsOfProject } from "../../domain/access/permissions.js";
import { badUserInput } from "../../errors.js";
import type { GraphQLContext } from "../context.js";
import { batched } from "../execution/batch.js";
import { projectFilter } from "../filters.js";
import { uuidOrNull } from "../ids.js";
import { pageArgs, toConnection } from "../paging.js";
import { PermissionType } from "../types/access.js";
import { type Assignment, AssignmentConnection } from "../types/assignment.js";
import { Cluster } from "../types/cluster.js";
import type { Connection } from "../types/connection.js";
import { AssignmentListArguments, PageArguments, ProjectListArguments } from "../types/inputs/list-arguments.js";
import {
  Project,
  ProjectConnection,
  type ProjectMember,
  ProjectMemberConnection,
  UnmanagedExternalSecretType,
} from "../types/project.js";
import { assignmentsOf } from "./assignments-of.js";
import { orGone } from "./gone.js";
import { allOrGone } from "./related.js";

@Resolver(() => Project)
export class ProjectResolver {
  @Query(() => Project, {
    nullable: true,
    description: "A project by its id or by its name, exactly one of them; null where you can see none.",
  })
  async project(
    @Arg("id", () => ID, { nullable: true, description: "The project's id." }) id: string | null | undefined,
    @Arg("name", () => String, { nullable: true, description: "The project's name, exactly." })
    name: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<Project | null> {
    const hasId = id !== null && id !== undefined;
    const hasName = name !== null && name !== undefined;
    if (hasId === hasName) throw badUserInput([{ path: ["id"], message: "Give exactly one of `id` and `name`." }]);
    if (hasName) {
      const row = await context.readModel.projectByName(context.scope, name);
      return row === null ? null : context.loaders.projectView(row);
    }
    const uuid = uuidOrNull("project", id ?? "");
    return uuid === null ? null : context.loaders.project.load(uuid);
  }

  @Query(() => ProjectConnection, { description: "The projects that you may see, by name." })
  async projects(
    @Args(() => ProjectListArguments) args: ProjectListArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Project>> {
    const { filter, problems } = await projectFilter(context, args);
    const page = pageArgs(context, info, args, problems);
    return toConnection(await context.readModel.projects(context.scope, filter, page), (row) =>
      context.loaders.projectView(row),
    );
  }

  @Extensions(
    batched(Project, (projects, _args, { loaders }) =>
      allOrGone("cluster", loaders.cluster.loadAll(projects.map(({ record }) => record.clusterId))),
    ),
  )
  @FieldResolver(() => Cluster, { description: "The cluster that its namespace is in." })
  cluster(@Root() project: Project, @Ctx() context: GraphQLContext): Promise<Cluster> {
    return context.loaders.cluster.load(project.record.clusterId).then(orGone("cluster"));
  }

  @FieldResolver(() => ProjectMemberConnection, {
    description:
      "Those who were added by hand, by subject. Members by a group of their token are known only when they come.",
  })
  members(
    @Root() project: Project,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<ProjectMember>> {
    return context.loaders.membersOfProjects(pageArgs(context, info, args)).load(project.record.id);
  }

  @Extensions(
    batched<Project, AssignmentListArguments>(Project, async (projects, args, context, info) =>
      (await assignmentsOf("project", args, context, info)).loadAll(projects.map(({ record }) => record.id)),
    ),
  )
  @FieldResolver(() => AssignmentConnection, {
    description: "What is in the project: its own secrets, and the organization's that are assigned to it.",
  })
  async assignments(
    @Root() project: Project,
    @Args(() => AssignmentListArguments) args: AssignmentListArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Assignment>> {
    return (await assignmentsOf("project", args, context, info)).load(project.record.id);
  }

  @FieldResolver(() => [UnmanagedExternalSecretType], {
    nullable: true,
    complexity: 500,
    description:
      "The ExternalSecrets in its namespace that somebody else made; see `adoptExternalSecrets`. Asks the cluster: CLUSTER_UNREACHABLE if it does not answer.",
  })
  unmanagedExternalSecrets(
    @Root() project: Project,
    @Ctx() context: GraphQLContext,
  ): Promise<UnmanagedExternalSecretType[]> {
    return context.desiredState.unmanagedExternalSecrets(context.viewer, project.record.id);
  }

  @FieldResolver(() => [PermissionType], {
    description:
      "What you may do with it: UPDATE, DELETE, MANAGE_MEMBERS, CREATE_SECRET, CREATE_PROVIDER, ASSIGN, ADOPT.",
  })
  permissions(@Root() project: Project, @Ctx() context: GraphQLContext): PermissionType[] {
    return permissionsOfProject(context.viewer, project.record);
  }
}
