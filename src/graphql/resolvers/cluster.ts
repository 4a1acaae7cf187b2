import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import type { GraphQLContext } from "../context.js";
import { uuidOrNull } from "../ids.js";
import { pageArgs } from "../paging.js";
import { Cluster } from "../types/cluster.js";
import type { Connection } from "../types/connection.js";
import { PageArguments } from "../types/inputs/list-arguments.js";
import { type Project, ProjectConnection } from "../types/project.js";

@Resolver(() => Cluster)
export class ClusterResolver {
  @Query(() => Cluster, { nullable: true, description: "A cluster by its id; null where you can see none by that id." })
  cluster(
    @Arg("id", () => ID, { description: "The cluster's id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Cluster | null> | null {
    const uuid = uuidOrNull("cluster", id);
    return uuid === null ? null : context.loaders.cluster.load(uuid);
  }

  @Query(() => [Cluster], { description: "All clusters that you may see, by name." })
  async clusters(@Ctx() context: GraphQLContext): Promise<Cluster[]> {
    return (await context.readModel.clusters(context.scope)).map((row) => new Cluster(row, context.scope));
  }

  @FieldResolver(() => ProjectConnection, { description: "The projects in it that you may see, by name." })
  projects(
    @Root() cluster: Cluster,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Project>> {
    return context.loaders.projectsOfClusters(pageArgs(context, info, args)).load(cluster.record.id);
  }
}
