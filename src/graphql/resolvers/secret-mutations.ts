import { Arg, Ctx, ID, Int, Mutation, Resolver } from "type-graphql";
import type { SecretScope, SecretUseCase } from "../../domain/kinds.js";
import { type GraphQLContext, changed } from "../context.js";
import { uuidOf } from "../ids.js";
import { createSecretInput, optionalId, optionalIds, updateSecretInput, uuidsOf } from "../secret-inputs.js";
import { CreateSecretInputType, UpdateSecretInputType } from "../types/inputs/secret-inputs.js";
import { SecretScopeEnum, SecretUseCaseEnum } from "../types/secret-enums.js";
import { Secret } from "../types/secret.js";

const SECRET_ID = "The secret's id.";
const MANIFEST =
  "One YAML document: an ExternalSecret of external-secrets.io/v1 or v1beta1. Its name is the secret's; what a server fills in is ignored.";
const GENERATION =
  "The generation that the change was made for: if it is not the current one, CONFLICT and nothing is changed.";
const ABANDON =
  "Platform admins, on what is DELETING or DELETE_FAILED already: forget what is left in the cluster instead of deleting it.";

@Resolver()
export class SecretMutations {
  @Mutation(() => Secret, { description: "Makes a secret, and assigns it. An organization's: platform admins only." })
  async createSecret(
    @Arg("input", () => CreateSecretInputType, { description: "What to make." }) input: CreateSecretInputType,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.createSecret(context.viewer, createSecretInput(input));
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, { description: "Makes a secret out of an ExternalSecret in YAML, and assigns it." })
  async createSecretFromManifest(
    @Arg("manifest", () => String, { description: MANIFEST }) manifest: string,
    @Arg("scope", () => SecretScopeEnum, { description: "Whom the secret belongs to." }) scope: SecretScope,
    @Arg("projectId", () => ID, {
      nullable: true,
      description: "The project that it belongs to: needed for scope PROJECT, refused for ORGANIZATION.",
    })
    projectId: string | null | undefined,
    @Arg("projectIds", () => [ID], {
      nullable: true,
      description: "Scope ORGANIZATION: the projects to assign it to at once.",
    })
    projectIds: string[] | null | undefined,
    @Arg("useCase", () => SecretUseCaseEnum, { defaultValue: "GENERIC", description: "What it is for." })
    useCase: SecretUseCase,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.createSecretFromManifest(context.viewer, {
      manifest,
      scope,
      projectId: optionalId("project", projectId),
      projectIds: optionalIds("project", projectIds),
      useCase,
    });
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, {
    description: "Changes a secret. Left out: stays as it is; null: back to the default, or none.",
  })
  async updateSecret(
    @Arg("input", () => UpdateSecretInputType, { description: "What to change." }) input: UpdateSecretInputType,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.updateSecret(context.viewer, updateSecretInput(input));
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, {
    description: "Replaces a secret's whole spec by that of an ExternalSecret in YAML of the same name.",
  })
  async updateSecretFromManifest(
    @Arg("id", () => ID, { description: SECRET_ID }) id: string,
    @Arg("manifest", () => String, { description: MANIFEST }) manifest: string,
    @Arg("expectedGeneration", () => Int, { nullable: true, description: GENERATION })
    expectedGeneration: number | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.updateSecretFromManifest(context.viewer, {
      id: uuidOf("secret", id),
      manifest,
      expectedGeneration,
    });
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, {
    description:
      "Removes a secret from every project, then the secret itself. Answers it with status DELETING; unassigned, it is gone at once.",
  })
  async deleteSecret(
    @Arg("id", () => ID, { description: SECRET_ID }) id: string,
    @Arg("abandon", () => Boolean, { defaultValue: false, description: ABANDON }) abandon: boolean,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.deleteSecret(context.viewer, uuidOf("secret", id), { abandon });
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, {
    description: "Assigns an organization's secret to projects beside those that it is in already.",
  })
  async assignSecret(
    @Arg("secretId", () => ID, { description: SECRET_ID }) secretId: string,
    @Arg("projectIds", () => [ID], { description: "The projects to add." }) projectIds: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.assignSecret(
      context.viewer,
      uuidOf("secret", secretId),
      uuidsOf("project", projectIds),
    );
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, { description: "Takes an organization's secret away from projects." })
  async unassignSecret(
    @Arg("secretId", () => ID, { description: SECRET_ID }) secretId: string,
    @Arg("projectIds", () => [ID], { description: "The projects to take it from." }) projectIds: string[],
    @Arg("abandon", () => Boolean, { defaultValue: false, description: ABANDON }) abandon: boolean,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.unassignSecret(
      context.viewer,
      uuidOf("secret", secretId),
      uuidsOf("project", projectIds),
      { abandon },
    );
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, {
    description: "Makes these the projects that an organization's secret is assigned to: no others, and no fewer.",
  })
  async setSecretAssignments(
    @Arg("secretId", () => ID, { description: SECRET_ID }) secretId: string,
    @Arg("projectIds", () => [ID], { description: "All the projects that it shall be in." }) projectIds: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.setSecretAssignments(
      context.viewer,
      uuidOf("secret", secretId),
      uuidsOf("project", projectIds),
    );
    return changed(context).secretView(row);
  }

  @Mutation(() => Secret, { description: "Has the operator fetch from the provider now, in every assigned project." })
  async syncSecret(
    @Arg("id", () => ID, { description: SECRET_ID }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret> {
    const row = await context.desiredState.syncSecret(context.viewer, uuidOf("secret", id));
    return changed(context).secretView(row);
  }

  @Mutation(() => [Secret], {
    description:
      "Takes over ExternalSecrets that were made by hand in a project's namespace, exactly as they are: each becomes a secret of the project.",
  })
  async adoptExternalSecrets(
    @Arg("projectId", () => ID, { description: "The project's id." }) projectId: string,
    @Arg("names", () => [String], {
      nullable: true,
      description: "The objects' names; left out: all of `Project.unmanagedExternalSecrets` that have no problems.",
    })
    names: string[] | null | undefined,
    @Ctx() context: GraphQLContext,
  ): Promise<Secret[]> {
    const rows = await context.desiredState.adoptExternalSecrets(
      context.viewer,
      uuidOf("project", projectId),
      names ?? null,
    );
    const loaders = changed(context);
    return rows.map((row) => loaders.secretView(row));
  }
}
