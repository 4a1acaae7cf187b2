import { Args, ArgsType, Field, ID, Resolver, Root, Subscription } from "type-graphql";
import type { TransitionSubject } from "../../domain/kinds.js";
import type { TransitionRecord } from "../../domain/transition.js";
import type { GraphQLContext } from "../context.js";
import { type SubscriptionArguments, type TransitionSource, openSource } from "../subscriptions/source.js";
import { Transition } from "../types/transition.js";

const SINCE =
  "A `Transition.cursor` or `transitionCursor`: first everything after it comes, then what happens, without a gap or a double. Left out: what happens from now on.";

@ArgsType()
class SinceArgument {
  @Field(() => String, { nullable: true, description: SINCE })
  since?: string | null;
}

@ArgsType()
class SecretTransitionArguments extends SinceArgument {
  @Field(() => ID, { nullable: true, description: "Only those of this secret." })
  secretId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "Only those of secrets in this project: its own, and for platform admins the organization's that are assigned to it.",
  })
  projectId?: string | null;
}

@ArgsType()
class AssignmentTransitionArguments extends SinceArgument {
  @Field(() => ID, { nullable: true, description: "Only those of this secret's assignments." })
  secretId?: string | null;

  @Field(() => ID, { nullable: true, description: "Only those in this project." })
  projectId?: string | null;
}

@ArgsType()
class ProviderTransitionArguments extends SinceArgument {
  @Field(() => ID, { nullable: true, description: "Only those of this provider." })
  providerId?: string | null;
}

@ArgsType()
class ProjectTransitionArguments extends SinceArgument {
  @Field(() => ID, { nullable: true, description: "Only those that concern this project." })
  projectId?: string | null;
}

interface SubscribeData {
  args: SubscriptionArguments;
  context: GraphQLContext;
}

const source =
  (subject: TransitionSubject | null) =>
  ({ args, context }: SubscribeData): Promise<TransitionSource> =>
    openSource(context, subject, args);

@Resolver()
export class SubscriptionResolver {
  @Subscription(() => Transition, {
    subscribe: source("SECRET"),
    description:
      "Transitions of secrets: their status over all assignments, and changes of them. Of organization secrets to platform admins only; members follow `assignmentStatusChanged`.",
  })
  secretStatusChanged(
    @Root() row: TransitionRecord,
    @Args(() => SecretTransitionArguments) _args: SecretTransitionArguments,
  ): Transition {
    return new Transition(row);
  }

  @Subscription(() => Transition, {
    subscribe: source("ASSIGNMENT"),
    description: "Transitions of assignments: one secret in one project.",
  })
  assignmentStatusChanged(
    @Root() row: TransitionRecord,
    @Args(() => AssignmentTransitionArguments) _args: AssignmentTransitionArguments,
  ): Transition {
    return new Transition(row);
  }

  @Subscription(() => Transition, {
    subscribe: source("PROVIDER"),
    description: "Transitions of providers; of the organization's to platform admins only.",
  })
  providerStatusChanged(
    @Root() row: TransitionRecord,
    @Args(() => ProviderTransitionArguments) _args: ProviderTransitionArguments,
  ): Transition {
    return new Transition(row);
  }

  @Subscription(() => Transition, { subscribe: source(null), description: "Every transition that you may see." })
  transitions(
    @Root() row: TransitionRecord,
    @Args(() => ProjectTransitionArguments) _args: ProjectTransitionArguments,
  ): Transition {
    return new Transition(row);
  }
}
