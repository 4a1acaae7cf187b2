import { Arg, Ctx, ID, Int, Query, Resolver } from "type-graphql";
import type { SecretScope } from "../../domain/kinds.js";
import type { SecretPreview } from "../../domain/ports/desired-state.js";
import { viewSpec } from "../../domain/spec/spec-view.js";
import type { GraphQLContext } from "../context.js";
import { uuidOf } from "../ids.js";
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
  async previewSecret(
    @Arg("input", () => CreateSecretInputType, { description: "As `createSecret` takes it." })
    input: CreateSecretInputType,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return previewView(
      context,
      await context.desiredState.previewSecret(
        context.viewer,
        createSecretInput(input),
        optionalId("project", projectId) ?? null,
      ),
    );
  }

  @Query(() => SecretPreviewType, {
    complexity: COMPLEXITY,
    description: "What `updateSecret` would apply, and everything that it would refuse. Changes nothing.",
  })
  async previewSecretUpdate(
    @Arg("input", () => UpdateSecretInputType, { description: "As `updateSecret` takes it." })
    input: UpdateSecretInputType,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return previewView(
      context,
      await context.desiredState.previewSecretUpdate(
        context.viewer,
        updateSecretInput(input),
        optionalId("project", projectId) ?? null,
      ),
    );
  }

  @Query(() => SecretPreviewType, {
    complexity: COMPLEXITY,
    description: "What `createSecretFromManifest` would apply, and everything that it would refuse. Changes nothing.",
  })
  async previewSecretManifest(
    @Arg("manifest", () => String, { description: "One YAML document, as `createSecretFromManifest` takes it." })
    manifest: string,
    @Arg("scope", () => SecretScopeEnum, { description: "Whom the secret would belong to." }) scope: SecretScope,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return previewView(
      context,
      await context.desiredState.previewSecretManifest(
        context.viewer,
        manifest,
        scope,
        optionalId("project", projectId) ?? null,
      ),
    );
  }

  @Query(() => SecretPreviewType, {
    complexity: COMPLEXITY,
    description: "What `updateSecretFromManifest` would apply, and everything that it would refuse. Changes nothing.",
  })
  async previewSecretManifestUpdate(
    @Arg("id", () => ID, { description: "The secret's id." }) id: string,
    @Arg("manifest", () => String, { description: "One YAML document, as `updateSecretFromManifest` takes it." })
    manifest: string,
    @Arg("expectedGeneration", () => Int, { nullable: true, description: "As `updateSecretFromManifest` takes it." })
    expectedGeneration: number | null | undefined,
    @Arg("projectId", () => ID, { nullable: true, description: IN_PROJECT }) projectId: string | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<SecretPreviewType> {
    return previewView(
      context,
      await context.desiredState.previewSecretManifestUpdate(
        context.viewer,
        { id: uuidOf("secret", id), manifest, expectedGeneration },
        optionalId("project", projectId) ?? null,
      ),
    );
  }
}

function previewView({ loaders }: GraphQLContext, { manifest, problems, secret }: SecretPreview): SecretPreviewType {
  return {
    manifest,
    problems: problems.map((problem) => ({ line: null, ...problem })),
    secret:
      secret === null
        ? null
        : {
            name: secret.name,
            provider: loaders.providerView(secret.provider),
            spec: viewSpec(secret.stored, secret.name),
            labels: secret.stored.labels,
            annotations: secret.stored.annotations,
            manifest: secret.manifest,
          },
  };
}
