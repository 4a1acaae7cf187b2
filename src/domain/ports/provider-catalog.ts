import type { Problem } from "../../errors.js";
import type { JsonObject } from "../json.js";
import type { ProviderKind, SecretScope } from "../kinds.js";

export interface ProviderValidation {
  scope: SecretScope;
  /** The members' allowlist applies: DESIGN.md, "What a member sends is an allowlist", Providers. */
  byMember: boolean;
  /** Host patterns that a member's Vault and Azure must match; `*` stands for any run of characters without a dot at the beginning. Empty: none allowed. */
  memberProviderHosts: readonly string[];
}

/** All that differs between kinds of backend. One implementation for each kind, pure. */
export interface ProviderCatalog {
  /**
   * Checks an input (`vault`, `aws`, `gcp`, `azure` of the contract, as given) whole: every field of every auth method, unknown ones refused with what is
   * known. Paths are relative to the input: `["auth", "tokenSecretRef", "name"]`.
   * @returns the normalised config to store, or every problem.
   */
  validate(
    kind: ProviderKind,
    config: JsonObject,
    context: ProviderValidation,
  ): { config: JsonObject; problems: [] } | { config: null; problems: Problem[] };
  /** `spec` of the SecretStore or ClusterSecretStore (external-secrets.io/v1), every field with its default. */
  renderStoreSpec(kind: ProviderKind, config: JsonObject, scope: SecretScope): JsonObject;
  /** The key as the backend will see it, after what ESO itself strips or adds; `config` null for an existing store. */
  effectiveKey(kind: ProviderKind, config: JsonObject | null, key: string): string;
  /** The names of the Secrets that the store refers to, sorted; in a SecretStore they are all in its own namespace. */
  credentialSecretNames(kind: ProviderKind, config: JsonObject): string[];
}
