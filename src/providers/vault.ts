import type { JsonObject } from "../domain/json.js";
import { caBundle } from "./ca-bundle.js";
import { choiceOf, integer, object, secretRef, serviceAccountRef, text, texts } from "./input-schema.js";
import { googleSecretRef, googleWorkloadIdentity } from "./gcp.js";
import { awsJwt, awsSecretRef } from "./aws.js";
import { pick } from "./provider-kind.js";
import type { ProviderKindRules } from "./provider-kind.js";
import { serverUrl } from "./server-url.js";
import { AWS_REGION, AWS_ROLE_ARN, GOOGLE_LOCATION, GOOGLE_PROJECT, MOUNT_PATH } from "./words.js";

/** Seen in the operator's code: both methods put the credential into the environment of the whole operator, where every other store finds it. */
const SHARED_ENVIRONMENT =
  "the operator keeps this method's credential where stores of other projects would find and use it.";
const AS_ITSELF = "needs a Secret: without one the operator would sign in as itself.";

const mount = (fallback?: string) =>
  text('a mount point such as "team/kv": letters, digits, "_", "-" and ".", without a slash at either end', {
    max: 512,
    pattern: MOUNT_PATH,
    ...(fallback === undefined ? {} : { default: fallback }),
  });

/** A namespace of Vault Enterprise or OpenBao; not one of Kubernetes. */
const vaultNamespace = text('a namespace of Vault such as "team-a" or "org/team-a"', {
  max: 512,
  pattern: /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*\/?$/,
});

const roleOfVault = (required: boolean) => text("the name of a role in Vault", { required });
const withPassword = (fallback: string) =>
  object({
    path: mount(fallback),
    username: text("a user name", { required: true }),
    secretRef: secretRef({ required: true }),
  });

const methods = {
  tokenSecretRef: secretRef(),
  appRole: object(
    {
      path: mount("approle"),
      roleId: text("the id of the role"),
      roleRef: secretRef(),
      secretRef: secretRef({ required: true }),
    },
    { choice: { of: ["roleId", "roleRef"], required: true } },
  ),
  kubernetes: object(
    {
      mountPath: mount("kubernetes"),
      role: roleOfVault(true),
      serviceAccountRef: serviceAccountRef(),
      secretRef: secretRef({ key: { default: "token" } }),
    },
    { choice: { of: ["serviceAccountRef", "secretRef"], required: false, requiredOfMembers: AS_ITSELF } },
  ),
  ldap: withPassword("ldap"),
  userPass: withPassword("userpass"),
  jwt: object(
    {
      path: mount("jwt"),
      role: roleOfVault(false),
      secretRef: secretRef(),
      kubernetesServiceAccountToken: object({
        serviceAccountRef: serviceAccountRef({ required: true }),
        audiences: texts(),
        // Kubernetes' TokenRequest refuses less than ten minutes.
        expirationSeconds: integer(600, 86_400),
      }),
    },
    { choice: { of: ["secretRef", "kubernetesServiceAccountToken"], required: true } },
  ),
  cert: object({
    path: mount(),
    clientCert: secretRef({ required: true }),
    secretRef: secretRef({ required: true }),
  }),
  iam: object(
    {
      path: mount(),
      region: text("an AWS region such as eu-central-1", { pattern: AWS_REGION }),
      role: text("the ARN of an IAM role", { max: 2048, pattern: AWS_ROLE_ARN }),
      vaultRole: roleOfVault(true),
      externalID: text("an external id of AWS", { max: 1224, pattern: /^[\w+=,.@:/-]{2,}$/ }),
      vaultAwsIamServerID: text("the value of the header X-Vault-AWS-IAM-Server-ID"),
      secretRef: awsSecretRef,
      jwt: awsJwt,
    },
    { adminsOnly: SHARED_ENVIRONMENT, choice: { of: ["secretRef", "jwt"], required: false } },
  ),
  gcp: object(
    {
      path: mount("gcp"),
      role: roleOfVault(true),
      projectID: text("the id of a Google Cloud project", { pattern: GOOGLE_PROJECT }),
      location: text("a location such as europe-west1", { pattern: GOOGLE_LOCATION }),
      secretRef: googleSecretRef,
      workloadIdentity: googleWorkloadIdentity,
      serviceAccountRef: serviceAccountRef(),
    },
    {
      adminsOnly: SHARED_ENVIRONMENT,
      choice: { of: ["secretRef", "workloadIdentity", "serviceAccountRef"], required: false },
    },
  ),
};

const input = object({
  server: serverUrl({ schemes: ["https", "http"], path: true, example: "https://vault.example.com:8200" }),
  path: mount(),
  version: choiceOf(["v1", "v2"], { default: "v2" }),
  namespace: vaultNamespace,
  caBundle: caBundle(),
  auth: object(
    { namespace: vaultNamespace, ...methods },
    { required: true, choice: { of: Object.keys(methods), required: true } },
  ),
});

/** `auth.cert.path` is left to the CRD: some releases fill it in, others don't know the field and refuse it. */
function renderStoreSpec(config: JsonObject): JsonObject {
  const settings = pick(config, {
    server: "server",
    path: "path",
    version: "version",
    namespace: "namespace",
    caBundle: "caBundle",
    auth: "auth",
  });
  // The operator's own updates write every struct that is no pointer, empty ones too; sending it keeps the field ours.
  return { provider: { vault: { ...settings, tls: {} } } };
}

/**
 * The key within the mount `path`, or, without `path`, the mount and the key within it: what is left after the operator's own
 * stripping of `<path>/` and then, with version v2, of `data/` (ESO `vault/client_get.go`, buildPath).
 */
function effectiveKey(config: JsonObject | null, key: string): string {
  if (config === null) return keyOfUnknownStore(key);
  const path = config["path"];
  const v2 = config["version"] !== "v1";
  if (typeof path !== "string") {
    const [mountPoint = "", second, ...rest] = key.split("/");
    return v2 && second === "data" && rest.length > 0 ? [mountPoint, ...rest].join("/") : key;
  }
  if (!key.startsWith(`${path}/`)) return key;
  const within = key.slice(path.length + 1);
  return v2 && within.startsWith("data/") ? within.slice("data/".length) : within;
}

/**
 * An existing store may strip everything up to a segment `data`, whatever stands before it; a prefix would prove nothing of such a key, so it is told as the
 * empty key, which is under no prefix.
 */
function keyOfUnknownStore(key: string): string {
  return key.split("/").slice(1).includes("data") ? "" : key;
}

export const vault: ProviderKindRules = {
  input,
  renderStoreSpec,
  effectiveKey,
};
