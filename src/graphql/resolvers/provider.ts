import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { permissionsOfProvider } from "../../domain/access/permissions.js";
import type { GraphQLContext } from "../context.js";
import { batched } from "../execution/batch.js";
import { providerFilter } from "../filters.js";
import { uuidOrNull } from "../ids.js";
import { pageArgs, toConnection } from "../paging.js";
import { PermissionType } from "../types/access.js";
import { Cluster } from "../types/cluster.js";
import type { Connection } from "../types/connection.js";
import { PageArguments, ProviderListArguments } from "../types/inputs/list-arguments.js";
import { Project } from "../types/project.js";
import { Provider, ProviderConnection, ProviderTarget } from "../types/provider.js";
import { type Secret, SecretConnection } from "../types/secret.js";
import { orGone } from "./gone.js";
import { allOrGone, related } from "./related.js";

@Resolver(() => Provider)
export class ProviderResolver {
  @Query(() => Provider, {
    nullable: true,
    description: "A provider by its id; null where you can see none by that id.",
  })
  provider(
    @Arg("id", () => ID, { description: "The provider's id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Provider | null> | null {
    const uuid = uuidOrNull("provider", id);
    return uuid === null ? null : context.loaders.provider.load(uuid);
  }

  @Query(() => ProviderConnection, { description: "The providers that you may see, by name." })
  async providers(
    @Args(() => ProviderListArguments) args: ProviderListArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Provider>> {
    const { filter, problems } = await providerFilter(context, args);
    const page = pageArgs(context, info, args, problems);
    return toConnection(await context.readModel.providers(context.scope, filter, page), (row) =>
      context.loaders.providerView(row),
    );
  }

  @Extensions(
    batched(Provider, (providers, _args, context) =>
      related(
        providers.map(({ record }) => record.projectId),
        () => context.loaders.project,
      ),
    ),
  )
  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that it belongs to; only for scope PROJECT.",
  })
  project(@Root() provider: Provider, @Ctx() context: GraphQLContext): Promise<Project | null> | null {
    const { projectId } = provider.record;
    return projectId === null ? null : context.loaders.project.load(projectId);
  }

  @Extensions(
    batched(Provider, (providers, _args, { loaders }) =>
      loaders.targets.loadAll(providers.map(({ record }) => record.id)),
    ),
  )
  @FieldResolver(() => [ProviderTarget], {
    description: "Its stores: one in each cluster, or one in the project's namespace, as far as you may see them.",
  })
  targets(@Root() provider: Provider, @Ctx() context: GraphQLContext): Promise<ProviderTarget[]> {
    return context.loaders.targets.load(provider.record.id);
  }

  @FieldResolver(() => SecretConnection, {
    description: "The secrets that read from it, as far as you may see them, by name.",
  })
  secrets(
    @Root() provider: Provider,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Secret>> {
    return context.loaders.secretsOfProviders(pageArgs(context, info, args)).load(provider.record.id);
  }

  @FieldResolver(() => [PermissionType], { description: "What you may do with it: UPDATE, DELETE." })
  permissions(@Root() provider: Provider, @Ctx() context: GraphQLContext): PermissionType[] {
    return permissionsOfProvider(context.viewer, provider.record);
  }
}

@Resolver(() => ProviderTarget)
export class ProviderTargetResolver {
  @Extensions(
    batched(ProviderTarget, (targets, _args, { loaders }) =>
      allOrGone("cluster", loaders.cluster.loadAll(targets.map(({ record }) => record.clusterId))),
    ),
  )
  @FieldResolver(() => Cluster, { description: "The cluster that the store is in." })
  cluster(@Root() target: ProviderTarget, @Ctx() context: GraphQLContext): Promise<Cluster> {
    return context.loaders.cluster.load(target.record.clusterId).then(orGone("cluster"));
  }
}
