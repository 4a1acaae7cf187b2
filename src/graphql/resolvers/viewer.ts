import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Query, Resolver } from "type-graphql";
import { permissionsOfViewer } from "../../domain/access/permissions.js";
import type { GraphQLContext } from "../context.js";
import { pageArgs, toConnection } from "../paging.js";
import { CurrentViewer, PermissionType } from "../types/access.js";
import type { Connection } from "../types/connection.js";
import { PageArguments } from "../types/inputs/list-arguments.js";
import { type Project, ProjectConnection } from "../types/project.js";

@Resolver(() => CurrentViewer)
export class ViewerResolver {
  @Query(() => CurrentViewer, { description: "Whoever asks." })
  me(@Ctx() context: GraphQLContext): CurrentViewer {
    return new CurrentViewer(context.viewer);
  }

  @FieldResolver(() => ProjectConnection, {
    description: "The projects that they see: a member's own, all of them for a platform admin.",
  })
  async projects(
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Project>> {
    const page = pageArgs(context, info, args);
    return toConnection(await context.readModel.projects(context.scope, {}, page), (row) =>
      context.loaders.projectView(row),
    );
  }

  @FieldResolver(() => [PermissionType], {
    description:
      "What they may do beside all things: CREATE_PROJECT, CREATE_PROVIDER and CREATE_SECRET, the latter two for the organization.",
  })
  permissions(@Ctx() context: GraphQLContext): PermissionType[] {
    return permissionsOfViewer(context.viewer);
  }
}
