import type { JsonObject } from "./json.js";
import type { ProviderKind } from "./kinds.js";

/** One way for a provider to sign in, as `createProvider` takes it for scope ORGANIZATION; a project's provider leaves every `namespace` of a reference out. */
export interface ProviderExample {
  kind: ProviderKind;
  /** The method's name in `auth`, or what stands for it. */
  method: string;
  input: JsonObject;
}

const secret = (name: string, key: string): JsonObject => ({ name, namespace: "platform", key });
const serviceAccount: JsonObject = { name: "secret-reader", namespace: "platform" };
const accessKey: JsonObject = {
  accessKeyIDSecretRef: secret("aws-reader", "access-key-id"),
  secretAccessKeySecretRef: secret("aws-reader", "secret-access-key"),
};
const servicePrincipal: JsonObject = { clientId: secret("azure-reader", "client-id") };

const vault = (method: string, settings: JsonObject): ProviderExample => ({
  kind: "VAULT",
  method,
  input: { server: "https://vault.example.com:8200", path: "secret", auth: { [method]: settings } },
});
const aws = (method: string, auth: JsonObject | null): ProviderExample => ({
  kind: "AWS_SECRETS_MANAGER",
  method,
  input: { region: "eu-central-1", ...(auth === null ? {} : { auth }) },
});
const gcp = (method: string, auth: JsonObject | null): ProviderExample => ({
  kind: "GCP_SECRET_MANAGER",
  method,
  input: { projectId: "example-secrets", ...(auth === null ? {} : { auth }) },
});
const azure = (method: string, authType: string, more: JsonObject): ProviderExample => ({
  kind: "AZURE_KEY_VAULT",
  method,
  input: { vaultUrl: "https://team.vault.azure.net", tenantId: "example.onmicrosoft.com", authType, ...more },
});

/** Every method of every kind, for descriptions, documentation and tests. */
export const PROVIDER_EXAMPLES: readonly ProviderExample[] = [
  vault("tokenSecretRef", secret("vault-token", "token")),
  vault("appRole", {
    path: "approle",
    roleRef: secret("vault-approle", "role-id"),
    secretRef: secret("vault-approle", "secret-id"),
  }),
  vault("kubernetes", { mountPath: "kubernetes", role: "reader", serviceAccountRef: serviceAccount }),
  vault("ldap", { path: "ldap", username: "reader", secretRef: secret("vault-ldap", "password") }),
  vault("userPass", { path: "userpass", username: "reader", secretRef: secret("vault-userpass", "password") }),
  vault("jwt", {
    path: "jwt",
    role: "reader",
    kubernetesServiceAccountToken: { serviceAccountRef: { ...serviceAccount, audiences: ["vault"] } },
  }),
  vault("cert", {
    clientCert: secret("vault-client", "tls.crt"),
    secretRef: secret("vault-client", "tls.key"),
  }),
  vault("iam", { region: "eu-central-1", vaultRole: "reader", secretRef: accessKey }),
  vault("gcp", {
    role: "reader",
    projectID: "example-secrets",
    secretRef: { secretAccessKeySecretRef: secret("google-reader", "key.json") },
  }),
  aws("secretRef", { secretRef: accessKey }),
  aws("jwt", { jwt: { serviceAccountRef: serviceAccount } }),
  aws("none: the operator's own identity", null),
  gcp("secretRef", { secretRef: { secretAccessKeySecretRef: secret("google-reader", "key.json") } }),
  gcp("workloadIdentity", {
    workloadIdentity: {
      serviceAccountRef: serviceAccount,
      clusterLocation: "europe-west1",
      clusterName: "main",
      clusterProjectID: "example-clusters",
    },
  }),
  gcp("workloadIdentityFederation", {
    workloadIdentityFederation: {
      serviceAccountRef: serviceAccount,
      audience: "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/main/providers/main",
    },
  }),
  gcp("none: the operator's own identity", null),
  azure("ServicePrincipal with a client secret", "ServicePrincipal", {
    auth: { authSecretRef: { ...servicePrincipal, clientSecret: secret("azure-reader", "client-secret") } },
  }),
  azure("ServicePrincipal with a certificate", "ServicePrincipal", {
    auth: { authSecretRef: { ...servicePrincipal, clientCertificate: secret("azure-reader", "certificate.pem") } },
  }),
  azure("ManagedIdentity", "ManagedIdentity", { identityId: "00000000-0000-4000-8000-000000000000" }),
  azure("WorkloadIdentity", "WorkloadIdentity", { auth: { serviceAccountRef: serviceAccount } }),
];
