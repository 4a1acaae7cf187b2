import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, Extensions, FieldResolver, Info, Query, Resolver, Root } from "type-graphql";
import type { GraphQLContext } from "../context.js";
import { batched } from "../execution/batch.js";
import { transitionFilter } from "../filters.js";
import { pageArgs, toConnection } from "../paging.js";
import { Assignment } from "../types/assignment.js";
import { Cluster } from "../types/cluster.js";
import type { Connection } from "../types/connection.js";
import { TransitionListArguments } from "../types/inputs/list-arguments.js";
import { Project } from "../types/project.js";
import { Provider } from "../types/provider.js";
import { Secret } from "../types/secret.js";
import { Transition, TransitionConnection } from "../types/transition.js";
import { related } from "./related.js";

type Related<V> = Promise<V | null> | null;

@Resolver(() => Transition)
export class TransitionResolver {
  @Query(() => TransitionConnection, { description: "What happened, as far as you may see it, newest first." })
  async history(
    @Args(() => TransitionListArguments) args: TransitionListArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Transition>> {
    const { filter, problems } = await transitionFilter(context, args.filter);
    const page = pageArgs(context, info, args, problems);
    return toConnection(await context.readModel.history(context.scope, filter, page), (row) => new Transition(row));
  }

  @Query(() => String, {
    description:
      "Where the stream of transitions stands, before anything else in the same operation is read. Read a list with it, then subscribe with it as `since`: nothing is missed between.",
  })
  async transitionCursor(@Ctx() context: GraphQLContext): Promise<string> {
    return context.stream.seal(await (context.streamPlace ?? context.stream.currentPlace()));
  }

  @FieldResolver(() => String, { description: "Pass it as `since` to a subscription to go on after this transition." })
  cursor(@Root() { record }: Transition, @Ctx() context: GraphQLContext): string {
    return context.stream.seal({ position: record.position, transitionId: record.id });
  }

  @Extensions(
    batched(Transition, (transitions, _args, context) =>
      related(
        transitions.map(({ record }) => record.secretId),
        () => context.loaders.secret,
      ),
    ),
  )
  @FieldResolver(() => Secret, {
    nullable: true,
    description: "The secret that it concerns; null: none, it is gone, or you may not see it.",
  })
  secret(@Root() { record }: Transition, @Ctx() context: GraphQLContext): Related<Secret> {
    return record.secretId === null ? null : context.loaders.secret.load(record.secretId);
  }

  @Extensions(
    batched(Transition, (transitions, _args, context) =>
      related(
        transitions.map(({ record }) => record.assignmentId),
        () => context.loaders.assignment,
      ),
    ),
  )
  @FieldResolver(() => Assignment, {
    nullable: true,
    description: "The assignment that it concerns; null: none, it is gone, or you may not see it.",
  })
  assignment(@Root() { record }: Transition, @Ctx() context: GraphQLContext): Related<Assignment> {
    return record.assignmentId === null ? null : context.loaders.assignment.load(record.assignmentId);
  }

  @Extensions(
    batched(Transition, (transitions, _args, context) =>
      related(
        transitions.map(({ record }) => record.projectId),
        () => context.loaders.project,
      ),
    ),
  )
  @FieldResolver(() => Project, {
    nullable: true,
    description: "The project that it concerns; null: none, it is gone, or you may not see it.",
  })
  project(@Root() { record }: Transition, @Ctx() context: GraphQLContext): Related<Project> {
    return record.projectId === null ? null : context.loaders.project.load(record.projectId);
  }

  @Extensions(
    batched(Transition, (transitions, _args, context) =>
      related(
        transitions.map(({ record }) => record.providerId),
        () => context.loaders.provider,
      ),
    ),
  )
  @FieldResolver(() => Provider, {
    nullable: true,
    description: "The provider that it concerns; null: none, it is gone, or you may not see it.",
  })
  provider(@Root() { record }: Transition, @Ctx() context: GraphQLContext): Related<Provider> {
    return record.providerId === null ? null : context.loaders.provider.load(record.providerId);
  }

  @Extensions(
    batched(Transition, (transitions, _args, context) =>
      related(
        transitions.map(({ record }) => record.clusterId),
        () => context.loaders.cluster,
      ),
    ),
  )
  @FieldResolver(() => Cluster, {
    nullable: true,
    description: "The cluster that it concerns; null: none, it is gone, or you may not see it.",
  })
  cluster(@Root() { record }: Transition, @Ctx() context: GraphQLContext): Related<Cluster> {
    return record.clusterId === null ? null : context.loaders.cluster.load(record.clusterId);
  }
}
