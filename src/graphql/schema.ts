import "reflect-metadata"; // oxlint-disable-line import/no-unassigned-import -- adds to the global Reflect, which the decorators use
import { GraphQLSchema } from "graphql";
import { type AuthChecker, type ClassType, type ContainerType, type NonEmptyArray, buildSchema } from "type-graphql";
import type { Role } from "../domain/kinds.js";
import type { GraphQLContext } from "./context.js";
import { AssignmentMutations } from "./resolvers/assignment-mutations.js";
import { AssignmentResolver, ExternalSecretRefResolver } from "./resolvers/assignment.js";
import { ClusterResolver } from "./resolvers/cluster.js";
import { NodeResolver } from "./resolvers/node.js";
import { PreviewResolver } from "./resolvers/previews.js";
import { ProjectMutations } from "./resolvers/project-mutations.js";
import { ProjectResolver } from "./resolvers/project.js";
import { ProviderMutations } from "./resolvers/provider-mutations.js";
import { ProviderResolver, ProviderTargetResolver } from "./resolvers/provider.js";
import { SecretMutations } from "./resolvers/secret-mutations.js";
import { SecretResolver } from "./resolvers/secret.js";
import { SubscriptionResolver } from "./resolvers/subscriptions.js";
import { TransitionResolver } from "./resolvers/transition.js";
import { ViewerResolver } from "./resolvers/viewer.js";

const DESCRIPTION = [
  "Secretariat: which secret of which provider belongs in which project, whether it arrived, and why not. It never holds a secret's value.",
  "",
  "- Enums may grow: a client must tolerate a value that it does not know.",
  "- Ids are opaque and unique over all types. What you may not see does not exist for you: the answer is the same.",
  "- Lists are connections with keyset cursors: `first` is 50 where it is left out, and at most 500.",
  "- Every expected failure is an error with `extensions.code`: UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT (with `extensions.problems`: all of them, each with its `path`), CONFLICT, PRECONDITION_FAILED (with `extensions.reason`) or CLUSTER_UNREACHABLE. An unexpected one is INTERNAL_SERVER_ERROR with `extensions.reference`, which the log has too.",
  "- A subscription that is not read as fast as its transitions come is ended with SUBSCRIBER_TOO_SLOW; subscribe again with `since`.",
].join("\n");

const ROOTS = {
  Query: "What can be read. A single thing is null where you can see nothing by that id.",
  Mutation:
    "What can be changed. Each mutation is accepted whole or not at all; what follows in the cluster is told by transitions.",
  Subscription:
    "What happens, as it happens. Each starts with nothing and then delivers every transition that you may see, in order, once.",
};

const RESOLVERS: NonEmptyArray<ClassType> = [
  AssignmentMutations,
  AssignmentResolver,
  ClusterResolver,
  ExternalSecretRefResolver,
  NodeResolver,
  PreviewResolver,
  ProjectMutations,
  ProjectResolver,
  ProviderMutations,
  ProviderResolver,
  ProviderTargetResolver,
  SecretMutations,
  SecretResolver,
  SubscriptionResolver,
  TransitionResolver,
  ViewerResolver,
];

/** Set even though no field needs it, so that `@Authorized` can never be put on one without effect. */
const authChecker: AuthChecker<GraphQLContext, Role> = ({ context }, roles) =>
  roles.length === 0 || roles.includes(context.viewer.role);

/** The subscriptions bring their own sources (subscriptions/hub.ts); the library wants a bus all the same. */
const noPubSub = {
  publish(): void {
    throw new Error("transitions are published by the log alone");
  },
  subscribe(): never {
    throw new Error("subscriptions bring their own sources");
  },
};

/** Resolvers have no state: one instance each, found without the library's search through a list. */
function resolverContainer(): ContainerType {
  const instances = new Map<ClassType, object>();
  return {
    get(resolver: ClassType): object {
      let instance = instances.get(resolver);
      if (instance === undefined) {
        instance = new resolver();
        instances.set(resolver, instance);
      }
      return instance;
    },
  };
}

/** The one schema of the API. */
export async function buildGraphQLSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: RESOLVERS,
    authChecker,
    pubSub: noPubSub,
    container: resolverContainer(),
    validate: false,
    skipCheck: true,
  });
  for (const [name, description] of Object.entries(ROOTS)) {
    const type = schema.getType(name);
    if (type !== undefined) type.description = description;
  }
  return new GraphQLSchema({ ...schema.toConfig(), description: DESCRIPTION });
}
