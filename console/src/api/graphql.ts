import { initGraphQLTada } from "gql.tada";
import type { introspection } from "./introspection.d.ts";

/** An operation, typed by the schema as it stands in introspection.d.ts. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSON: unknown };
  disableMasking: true;
}>();

export type { ResultOf, VariablesOf } from "gql.tada";
export type SecretStatus = ReturnType<typeof graphql.scalar<"SecretStatus">>;
export type AssignmentStatus = ReturnType<typeof graphql.scalar<"AssignmentStatus">>;
export type ProjectStatus = ReturnType<typeof graphql.scalar<"ProjectStatus">>;
export type ProviderStatus = ReturnType<typeof graphql.scalar<"ProviderStatus">>;
export type ClusterStatus = ReturnType<typeof graphql.scalar<"ClusterStatus">>;
export type ProviderKind = ReturnType<typeof graphql.scalar<"ProviderKind">>;
export type SecretUseCase = ReturnType<typeof graphql.scalar<"SecretUseCase">>;
export type SecretScope = ReturnType<typeof graphql.scalar<"SecretScope">>;
export type Action = ReturnType<typeof graphql.scalar<"Action">>;
