import { makeCertificate } from "../../../src/cluster/testing/certificate.js";
import type { JsonObject } from "../../../src/domain/json.js";
import type { ProviderKind } from "../../../src/domain/kinds.js";
import type { ProviderExample } from "../../../src/domain/provider-examples.js";

const secret = (name: string, key: string): JsonObject => ({ name, namespace: "platform", key });
const account = (more: JsonObject = {}): JsonObject => ({ name: "secret-reader", namespace: "platform", ...more });
const accessKey: JsonObject = {
  accessKeyIDSecretRef: secret("aws-reader", "access-key-id"),
  secretAccessKeySecretRef: secret("aws-reader", "secret-access-key"),
  sessionTokenSecretRef: secret("aws-reader", "session-token"),
};
const variant =
  (kind: ProviderKind, base: JsonObject) =>
  (method: string, settings: JsonObject): ProviderExample => ({ kind, method, input: { ...base, ...settings } });

const vault = variant("VAULT", { server: "https://vault.example.com:8200", path: "secret" });
const vaultAuth = (method: string, name: string, settings: JsonObject): ProviderExample =>
  vault(method, { auth: { [name]: settings } });
const aws = variant("AWS_SECRETS_MANAGER", { region: "eu-central-1" });
const gcp = variant("GCP_SECRET_MANAGER", { projectId: "example-secrets" });
const azure = variant("AZURE_KEY_VAULT", {
  vaultUrl: "https://team.vault.azure.net",
  tenantId: "11111111-1111-1111-1111-111111111111",
});
const clientId = secret("azure-reader", "client-id");

/** Beside one example for each method: every other field that the API takes, and every other place that a credential may stand at. */
export const PROVIDER_VARIANTS: readonly ProviderExample[] = [
  vault("every field beside auth", {
    path: "team/kv",
    version: "v1",
    namespace: "org/team",
    caBundle: Buffer.from(makeCertificate("vault.example.com").cert).toString("base64"),
    auth: { namespace: "org", tokenSecretRef: secret("vault-token", "token") },
  }),
  vaultAuth("appRole with the id said", "appRole", {
    path: "team/approle",
    roleId: "reader",
    secretRef: secret("vault-approle", "secret-id"),
  }),
  vaultAuth("kubernetes with a token in a Secret", "kubernetes", {
    mountPath: "clusters/main",
    role: "reader",
    secretRef: secret("vault-kubernetes", "jwt"),
  }),
  vaultAuth("kubernetes as the operator itself", "kubernetes", { mountPath: "kubernetes", role: "reader" }),
  vaultAuth("jwt with a token in a Secret", "jwt", {
    path: "oidc",
    role: "reader",
    secretRef: secret("vault-jwt", "jwt"),
  }),
  vaultAuth("jwt with a token of its own", "jwt", {
    role: "reader",
    kubernetesServiceAccountToken: {
      serviceAccountRef: account({ audiences: ["vault"] }),
      audiences: ["vault.example.com"],
      expirationSeconds: 900,
    },
  }),
  vaultAuth("cert at another mount", "cert", {
    path: "team/cert",
    clientCert: secret("vault-client", "tls.crt"),
    secretRef: secret("vault-client", "tls.key"),
  }),
  vaultAuth("iam with every field", "iam", {
    path: "team/aws",
    region: "eu-central-1",
    role: "arn:aws:iam::123456789012:role/reader",
    vaultRole: "reader",
    externalID: "external",
    vaultAwsIamServerID: "vault.example.com",
    secretRef: accessKey,
  }),
  vaultAuth("iam with a service account", "iam", {
    region: "eu-central-1",
    vaultRole: "reader",
    jwt: { serviceAccountRef: account({ audiences: ["sts.amazonaws.com"] }) },
  }),
  vaultAuth("gcp with workload identity", "gcp", {
    path: "team/gcp",
    role: "reader",
    projectID: "example-secrets",
    location: "europe-west1",
    workloadIdentity: {
      serviceAccountRef: account(),
      clusterLocation: "europe-west1",
      clusterName: "main",
      clusterProjectID: "example-clusters",
    },
  }),
  vaultAuth("gcp with a service account", "gcp", { role: "reader", serviceAccountRef: account() }),
  aws("secretRef with every field", {
    role: "arn:aws:iam::123456789012:role/reader",
    prefix: "team/",
    auth: { secretRef: accessKey },
  }),
  aws("jwt with audiences", { auth: { jwt: { serviceAccountRef: account({ audiences: ["sts.example.com"] }) } } }),
  gcp("secretRef in a region", {
    location: "europe-west1",
    auth: { secretRef: { secretAccessKeySecretRef: secret("google-reader", "key.json") } },
  }),
  gcp("workloadIdentityFederation with a configuration", {
    auth: {
      workloadIdentityFederation: {
        credConfig: { name: "google", namespace: "platform", key: "config.json" },
        externalTokenEndpoint: "https://tokens.example.com/google",
      },
    },
  }),
  gcp("workloadIdentityFederation from AWS", {
    auth: {
      workloadIdentityFederation: {
        awsSecurityCredentials: {
          region: "eu-central-1",
          awsCredentialsSecretRef: { name: "aws-reader", namespace: "platform" },
        },
        audience:
          "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/main/providers/aws",
      },
    },
  }),
  azure("ServicePrincipal in another cloud", {
    authType: "ServicePrincipal",
    environmentType: "USGovernmentCloud",
    auth: { authSecretRef: { clientId, clientSecret: secret("azure-reader", "client-secret") } },
  }),
  azure("ManagedIdentity of the operator itself", { authType: "ManagedIdentity" }),
  azure("WorkloadIdentity with ids in a Secret", {
    authType: "WorkloadIdentity",
    auth: {
      serviceAccountRef: account({ audiences: ["api://AzureADTokenExchange"] }),
      authSecretRef: { clientId, tenantId: secret("azure-reader", "tenant-id") },
    },
  }),
  azure("WorkloadIdentity of the operator itself", { authType: "WorkloadIdentity" }),
];
