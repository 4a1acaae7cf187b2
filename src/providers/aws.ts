import type { JsonObject } from "../domain/json.js";
import { object, secretRef, serviceAccountRef, text } from "./input-schema.js";
import { pick } from "./provider-kind.js";
import type { ProviderKindRules } from "./provider-kind.js";
import { AWS_REGION, AWS_ROLE_ARN } from "./words.js";

/** An access key in a Secret; Vault's method `iam` takes the same. */
export const awsSecretRef = object({
  accessKeyIDSecretRef: secretRef({ required: true }),
  secretAccessKeySecretRef: secretRef({ required: true }),
  sessionTokenSecretRef: secretRef(),
});

/** A service account whose annotation names an IAM role. */
export const awsJwt = object({ serviceAccountRef: serviceAccountRef({ required: true }) });

const AS_ITSELF = "needs secretRef: without a credential the operator would sign in as itself.";

const input = object(
  {
    region: text("an AWS region such as eu-central-1", { required: true, pattern: AWS_REGION }),
    role: text("the ARN of an IAM role, such as arn:aws:iam::123456789012:role/reader", {
      max: 2048,
      pattern: AWS_ROLE_ARN,
    }),
    prefix: text('the beginning of secrets\' names: letters, digits and "/_+=.@-"', {
      max: 512,
      pattern: /^[\w/+=.@-]+$/,
    }),
    auth: object(
      { secretRef: awsSecretRef, jwt: awsJwt },
      { choice: { of: ["secretRef", "jwt"], required: false, requiredOfMembers: AS_ITSELF } },
    ),
  },
  { also: (given, { byMember }) => (byMember && !given["auth"] ? [{ path: ["auth"], message: AS_ITSELF }] : []) },
);

/** `sessionTagsPolicy` is left to the CRD: some releases fill it in, others don't know the field and refuse it. */
function renderStoreSpec(config: JsonObject): JsonObject {
  const settings = pick(config, { region: "region", role: "role", prefix: "prefix" });
  // `auth` is no pointer in the operator's types: its own updates write it even where it is empty.
  return { provider: { aws: { service: "SecretsManager", ...settings, auth: config["auth"] ?? {} } } };
}

export const aws: ProviderKindRules = {
  input,
  renderStoreSpec,
  /** The operator puts `prefix` before each key; what an existing store puts there is not known. */
  effectiveKey: (config, key) => {
    const prefix = config?.["prefix"];
    return typeof prefix === "string" ? prefix + key : key;
  },
};
