/* Records and inputs that several tests of this folder need. */
import type { ProviderRecord } from "../provider.js";
import type { StoredSpec } from "../secret.js";
import { DEFAULT_RULE_SETTINGS, type RuleSettings } from "../settings.js";
import type { SecretFieldsInput } from "../ports/desired-state.js";
import { buildSpec } from "./build-spec.js";

export const settings: RuleSettings = { ...DEFAULT_RULE_SETTINGS, maxItemsPerSecret: 5 };

/** One key from one place: the least that a secret is. */
export const oneKey: SecretFieldsInput = {
  data: [{ secretKey: "password", remoteKey: "projects/alpha/db", property: "password", decodingStrategy: "NONE" }],
};

/** What would be stored for typed input. @throws where it has problems */
export function storedOf(fields: SecretFieldsInput, name = "db"): StoredSpec {
  const { stored, problems } = buildSpec(name, fields, settings);
  if (stored === null || problems.length > 0) throw new Error(JSON.stringify(problems));
  return stored;
}

export const provider = (over: Partial<ProviderRecord> = {}): ProviderRecord => ({
  id: "7f1c2d1e-0000-4000-8000-000000000001",
  name: "vault",
  kind: "VAULT",
  scope: "ORGANIZATION",
  projectId: null,
  managed: true,
  storeName: "vault",
  config: { server: "https://vault.example" },
  projectKeyPrefix: "projects/{project}/",
  status: "READY",
  reason: null,
  message: null,
  generation: 1,
  deletionRequestedAt: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...over,
});
