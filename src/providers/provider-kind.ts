import type { JsonObject } from "../domain/json.js";
import type { ObjectField } from "./input-schema.js";

/** All that catalog.ts needs to know of one kind of backend. */
export interface ProviderKindRules {
  /** The table of its input (contract.graphql: VaultInput, AwsInput, GcpInput, AzureInput). */
  readonly input: ObjectField;
  /** `spec` of its store from a checked config. */
  renderStoreSpec(config: JsonObject): JsonObject;
  /** The key as the backend will see it; `config` null: an existing store, whose settings are not known. */
  effectiveKey(config: JsonObject | null, key: string): string;
}

/** The fields of `config` that are there, in the order of `names`, as new names where the operator's differ. */
export function pick(config: JsonObject, names: { readonly [ours: string]: string }): JsonObject {
  const picked: JsonObject = {};
  for (const [ours, theirs] of Object.entries(names)) {
    const value = config[ours];
    if (value !== undefined) picked[theirs] = value;
  }
  return picked;
}
