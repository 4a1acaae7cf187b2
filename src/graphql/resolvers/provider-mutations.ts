import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import type { Json, JsonObject } from "../../domain/json.js";
import type { ProviderConfigInput } from "../../domain/ports/desired-state.js";
import { type GraphQLContext, changed } from "../context.js";
import { uuidOf } from "../ids.js";
import {
  type AwsInput,
  type AzureInput,
  CreateProviderInputType,
  type GcpInput,
  UpdateProviderInputType,
  type VaultInput,
} from "../types/inputs/provider-inputs.js";
import { Provider } from "../types/provider.js";

/** A config as it was given, without the fields that were left out or null: both mean that there is none. */
function configOf(input: VaultInput | AwsInput | GcpInput | AzureInput | null | undefined): JsonObject | undefined {
  if (input === null || input === undefined) return undefined;
  const config: JsonObject = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === null || value === undefined) continue;
    if (!isJson(value)) throw new TypeError("an input that the JSON scalar let through is no JSON");
    config[name] = value;
  }
  return config;
}

/** Whether a value that was checked by the JSON scalar is JSON: it is, but for what the types know. */
const isJson = (value: unknown): value is Json => !["undefined", "function", "symbol", "bigint"].includes(typeof value);

function configsOf(input: UpdateProviderInputType | CreateProviderInputType): ProviderConfigInput {
  return {
    vault: configOf(input.vault),
    aws: configOf(input.aws),
    gcp: configOf(input.gcp),
    azure: configOf(input.azure),
  };
}

@Resolver()
export class ProviderMutations {
  @Mutation(() => Provider, {
    description: "Makes a provider. An organization's: platform admins only; a project's: its members too.",
  })
  async createProvider(
    @Arg("input", () => CreateProviderInputType, { description: "What to make." }) input: CreateProviderInputType,
    @Ctx() context: GraphQLContext,
  ): Promise<Provider> {
    const { name, scope, projectId, existingStore, projectKeyPrefix } = input;
    const row = await context.desiredState.createProvider(context.viewer, {
      name,
      scope,
      projectId: projectId === null || projectId === undefined ? undefined : uuidOf("project", projectId),
      existingStore,
      projectKeyPrefix,
      ...configsOf(input),
    });
    return changed(context).providerView(row);
  }

  @Mutation(() => Provider, {
    description: "Changes a provider. The config that is given replaces the whole of the old one.",
  })
  async updateProvider(
    @Arg("input", () => UpdateProviderInputType, { description: "What to change." }) input: UpdateProviderInputType,
    @Ctx() context: GraphQLContext,
  ): Promise<Provider> {
    const { id, projectKeyPrefix } = input;
    const row = await context.desiredState.updateProvider(context.viewer, {
      id: uuidOf("provider", id),
      projectKeyPrefix,
      ...configsOf(input),
    });
    return changed(context).providerView(row);
  }

  @Mutation(() => Provider, {
    description:
      "Removes a provider and the stores that we wrote for it; refused (ProviderInUse) while a secret uses it.",
  })
  async deleteProvider(
    @Arg("id", () => ID, { description: "The provider's id." }) id: string,
    @Arg("abandon", () => Boolean, {
      defaultValue: false,
      description:
        "Platform admins, on what is DELETING or DELETE_FAILED already: forget what is left in the cluster instead of deleting it.",
    })
    abandon: boolean,
    @Ctx() context: GraphQLContext,
  ): Promise<Provider> {
    const row = await context.desiredState.deleteProvider(context.viewer, uuidOf("provider", id), { abandon });
    return changed(context).providerView(row);
  }
}
