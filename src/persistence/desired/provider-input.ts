import type { JsonObject } from "../../domain/json.js";
import type { ProviderKind, SecretScope } from "../../domain/kinds.js";
import type { ProviderConfigInput } from "../../domain/ports/desired-state.js";
import { jsonInput } from "../../domain/spec/json-input.js";
import { checkKeyPrefix } from "../../domain/spec/key-prefix.js";
import type { Command } from "./command.js";
import type { Findings } from "./findings.js";
import { checkStorable } from "./storable.js";

/** The contract's name of each kind's input. */
const KINDS = {
  vault: "VAULT",
  aws: "AWS_SECRETS_MANAGER",
  gcp: "GCP_SECRET_MANAGER",
  azure: "AZURE_KEY_VAULT",
} as const satisfies Record<keyof ProviderConfigInput, ProviderKind>;
const FIELDS = ["vault", "aws", "gcp", "azure"] as const;

export interface GivenConfig {
  field: keyof ProviderConfigInput;
  kind: ProviderKind;
  config: JsonObject;
}

/** The configs that the input holds: one where it is right. */
export function givenConfigs(input: ProviderConfigInput): GivenConfig[] {
  return FIELDS.flatMap((field) => {
    const config = input[field] ?? null;
    return config === null ? [] : [{ field, kind: KINDS[field], config }];
  });
}

/** The input's field for a kind: "vault". */
export const fieldOf = (kind: ProviderKind): string => FIELDS.find((field) => KINDS[field] === kind) ?? kind;

/** @returns the config to store; null where it has problems, which the findings then hold */
export function checkConfig(
  command: Command,
  given: GivenConfig,
  scope: SecretScope,
  findings: Findings,
): JsonObject | null {
  const unusable = checkStorable(given.config, [given.field]);
  jsonInput(given.config["auth"], command.settings, [given.field, "auth"], unusable);
  findings.addProblems(unusable);
  if (unusable.length > 0) return null;
  const result = command.catalog.validate(given.kind, given.config, {
    scope,
    byMember: !command.scope.admin,
    memberProviderHosts: command.settings.memberProviderHosts,
  });
  findings.addProblems(result.problems, [given.field]);
  return result.config;
}

export function checkPrefix(
  prefix: string | null,
  provider: { kind: ProviderKind | null; scope: SecretScope },
  findings: Findings,
): void {
  if (prefix === null) return;
  const path = ["projectKeyPrefix"];
  if (provider.scope === "PROJECT") {
    findings.bad(
      path,
      "Only an organization provider has a key prefix; every key of a project's own provider is the project's.",
    );
    return;
  }
  findings.addProblems(checkStorable(prefix, path));
  if (provider.kind !== null) findings.addProblems(checkKeyPrefix(prefix, provider.kind, path));
}
