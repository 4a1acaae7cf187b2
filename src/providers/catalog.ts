import type { Problem } from "../errors.js";
import type { ProviderKind } from "../domain/kinds.js";
import type { ProviderCatalog } from "../domain/ports/provider-catalog.js";
import { aws } from "./aws.js";
import { azure } from "./azure.js";
import { checkObject } from "./check-input.js";
import { gcp } from "./gcp.js";
import type { ProviderKindRules } from "./provider-kind.js";
import { secretNames } from "./secret-names.js";
import { vault } from "./vault.js";

const RULES: Record<ProviderKind, ProviderKindRules> = {
  VAULT: vault,
  AWS_SECRETS_MANAGER: aws,
  GCP_SECRET_MANAGER: gcp,
  AZURE_KEY_VAULT: azure,
};

/** The four kinds of backend, put together. Pure: nothing is kept and nothing is asked. */
export function createProviderCatalog(): ProviderCatalog {
  return {
    validate(kind, config, context) {
      const problems: Problem[] = [];
      const checked = checkObject(RULES[kind].input, config, context, [], problems);
      if (problems.length === 0) return { config: checked, problems: [] };
      return { config: null, problems: problems.map(({ path, message }) => ({ path, message: `This ${message}` })) };
    },
    renderStoreSpec: (kind, config) => RULES[kind].renderStoreSpec(config),
    effectiveKey: (kind, config, key) => RULES[kind].effectiveKey(config, key),
    credentialSecretNames: (kind, config) => secretNames(RULES[kind].input, config),
  };
}
