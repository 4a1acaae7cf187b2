import type { JsonObject } from "../domain/json.js";
import { configMapRef, has, object, secretRef, serviceAccountRef, text } from "./input-schema.js";
import { pick } from "./provider-kind.js";
import type { ProviderKindRules } from "./provider-kind.js";
import { AWS_REGION, GOOGLE_LOCATION, GOOGLE_PROJECT } from "./words.js";

/** A service account's key in a Secret; Vault's method `gcp` takes the same. */
export const googleSecretRef = object({ secretAccessKeySecretRef: secretRef({ required: true }) });

export const googleWorkloadIdentity = object({
  serviceAccountRef: serviceAccountRef({ required: true }),
  clusterLocation: text("the location of a GKE cluster", { pattern: GOOGLE_LOCATION }),
  clusterName: text("the name of a GKE cluster", { max: 63, pattern: /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/ }),
  clusterProjectID: text("the id of a Google Cloud project", { pattern: GOOGLE_PROJECT }),
});

const federation = object(
  {
    credConfig: configMapRef(),
    serviceAccountRef: serviceAccountRef(),
    awsSecurityCredentials: object({
      region: text("an AWS region such as eu-central-1", { required: true, pattern: AWS_REGION }),
      awsCredentialsSecretRef: secretRef({ required: true, key: "none" }),
    }),
    audience: text("the resource name of a provider in a workload identity pool", { max: 1024 }),
    externalTokenEndpoint: text("the address that credential_source.url must have", { max: 2048 }),
  },
  {
    adminsOnly: "a project's own provider signs in with a service account's key in a Secret (secretRef).",
    choice: { of: ["credConfig", "serviceAccountRef", "awsSecurityCredentials"], required: true },
    also: (given, _context, path) => {
      const needsAudience = has(given, "serviceAccountRef") || has(given, "awsSecurityCredentials");
      if (!needsAudience || has(given, "audience")) return [];
      const message = "is needed with serviceAccountRef and with awsSecurityCredentials.";
      return [{ path: [...path, "audience"], message }];
    },
  },
);

const AS_ITSELF = "needs secretRef: without a credential the operator would sign in as itself.";

const input = object(
  {
    projectId: text("the id or number of a Google Cloud project", { required: true, pattern: GOOGLE_PROJECT }),
    location: text("a location such as europe-west1 (only for regional secrets)", { pattern: GOOGLE_LOCATION }),
    auth: object(
      {
        secretRef: googleSecretRef,
        workloadIdentity: googleWorkloadIdentity,
        workloadIdentityFederation: federation,
      },
      {
        choice: {
          of: ["secretRef", "workloadIdentity", "workloadIdentityFederation"],
          required: false,
          requiredOfMembers: AS_ITSELF,
        },
      },
    ),
  },
  { also: (given, { byMember }) => (byMember && !given["auth"] ? [{ path: ["auth"], message: AS_ITSELF }] : []) },
);

/** `secretVersionSelectionPolicy` is left to the CRD: some releases fill it in, others don't know the field and refuse it. */
function renderStoreSpec(config: JsonObject): JsonObject {
  const settings = pick(config, { projectId: "projectID", location: "location" });
  // `auth` is no pointer in the operator's types: its own updates write it even where it is empty.
  return { provider: { gcpsm: { ...settings, auth: config["auth"] ?? {} } } };
}

export const gcp: ProviderKindRules = {
  input,
  renderStoreSpec,
  effectiveKey: (_config, key) => key,
};
