import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { SecretScope } from "../../domain/kinds.js";
import type { GraphQLContext } from "../context.js";
import { createSecretInput, optionalId, updateSecretInput } from "../secret-inputs.js";
import { CreateSecretInputType, UpdateSecretInputType } from "../types/inputs/secret-inputs.js";
import { SecretPreviewType } from "../types/preview.js";
import { SecretScopeEnum } from "../types/secret-enums.js";

const IN_PROJECT =
  "The project to render it for, and whose cluster checks it with a dry run; left out: no cluster is asked.";

/** A preview with a dry run asks a cluster. */
const COMPLEXITY = 200;

@Resolver()
export class PreviewResolver {
  @Query(() => SecretPreviewType, {
    complexity: COMPLEXITY,
    description: "What `createSecret` would apply, and everything that it would refuse. Changes nothing.",
  })
  previewSecret(
    @Arg("input", () => CreateSecretInputType, { description: "As `createSecret` takes it." })
    input: CreateSecretInputType,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return context.desiredState.previewSecret(
      context.viewer,
      createSecretInput(input),
      optionalId("project", projectId) ?? null,
    );
  }

  @Query(() => SecretPreviewType, {
    complexity: COMPLEXITY,
    description: "What `updateSecret` would apply, and everything that it would refuse. Changes nothing.",
  })
  previewSecretUpdate(
    @Arg("input", () => UpdateSecretInputType, { description: "As `updateSecret` takes it." })
    input: UpdateSecretInputType,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return context.desiredState.previewSecretUpdate(
      context.viewer,
      updateSecretInput(input),
      optionalId("project", projectId) ?? null,
    );
  }

  @Query(() => SecretPreviewType, {
    complexity: COMPLEXITY,
    description: "What `createSecretFromManifest` would apply, and everything that it would refuse. Changes nothing.",
  })
  previewSecretManifest(
    @Arg("manifest", () => String, { description: "One YAML document, as `createSecretFromManifest` takes it." })
    manifest: string,
    @Arg("scope", () => SecretScopeEnum, { description: "Whom the secret would belong to." }) scope: SecretScope,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return context.desiredState.previewSecretManifest(
      context.viewer,
      manifest,
      scope,
      optionalId("project", projectId) ?? null,
    );
  }
}
