import type { ProviderKind } from "../api/graphql.ts";

/** A field of a provider's form, and its place in the config that the API takes. */
export interface ConfigField {
  /** The way into the config: `auth.tokenSecretRef.name`. */
  path: string;
  label: string;
  placeholder?: string;
  isRequired?: boolean;
  /** Only for an organization's: a project's own provider reads from the project's namespace. */
  organizationOnly?: boolean;
  initial?: string;
}

/** One way in which the operator signs in. */
export interface AuthMethod {
  id: string;
  label: string;
  fields: readonly ConfigField[];
  /** Values that go with the method and nobody has to write. */
  fixed?: Readonly<Record<string, string>>;
  /** Beginning of the paths by which a config is known to use it; left out: it has no auth at all. */
  mark?: string;
}

export interface KindForm {
  /** The part of the input that takes the config. */
  input: "vault" | "aws" | "gcp" | "azure";
  fields: readonly ConfigField[];
  methods: readonly AuthMethod[];
}

/** A reference to a key of a Secret that is in the cluster already. */
const reference = (path: string, what: string, key: string): ConfigField[] => [
  { path: `${path}.name`, label: `${what}: Secret`, isRequired: true },
  { path: `${path}.namespace`, label: `${what}: its namespace`, isRequired: true, organizationOnly: true },
  { path: `${path}.key`, label: `${what}: key in it`, isRequired: true, initial: key },
];

const serviceAccount = (path: string): ConfigField[] => [
  { path: `${path}.name`, label: "Service account", isRequired: true },
  { path: `${path}.namespace`, label: "Its namespace", isRequired: true, organizationOnly: true },
];

/** The form of each kind of provider; the descriptions in the schema say the same in words. */
export const KIND_FORMS: Readonly<Record<ProviderKind, KindForm>> = {
  VAULT: {
    input: "vault",
    fields: [
      { path: "server", label: "Address", placeholder: "https://vault.example.com:8200", isRequired: true },
      { path: "path", label: "Where the KV engine is mounted", placeholder: "secret" },
      { path: "version", label: "Version of the KV engine", initial: "v2" },
      { path: "namespace", label: "Vault namespace", placeholder: "none" },
      { path: "caBundle", label: "CA certificates (PEM as Base64)", placeholder: "the system's" },
    ],
    methods: [
      {
        id: "token",
        label: "Token",
        mark: "auth.tokenSecretRef",
        fields: reference("auth.tokenSecretRef", "Token", "token"),
      },
      {
        id: "appRole",
        label: "AppRole",
        mark: "auth.appRole",
        fields: [
          { path: "auth.appRole.path", label: "Mounted at", initial: "approle", isRequired: true },
          ...reference("auth.appRole.roleRef", "Role id", "role-id"),
          ...reference("auth.appRole.secretRef", "Secret id", "secret-id"),
        ],
      },
      {
        id: "kubernetes",
        label: "Kubernetes",
        mark: "auth.kubernetes",
        fields: [
          { path: "auth.kubernetes.mountPath", label: "Mounted at", initial: "kubernetes", isRequired: true },
          { path: "auth.kubernetes.role", label: "Role", isRequired: true },
          ...serviceAccount("auth.kubernetes.serviceAccountRef"),
        ],
      },
      {
        id: "userPass",
        label: "User and password",
        mark: "auth.userPass",
        fields: [
          { path: "auth.userPass.path", label: "Mounted at", initial: "userpass", isRequired: true },
          { path: "auth.userPass.username", label: "User", isRequired: true },
          ...reference("auth.userPass.secretRef", "Password", "password"),
        ],
      },
    ],
  },
  AWS_SECRETS_MANAGER: {
    input: "aws",
    fields: [
      { path: "region", label: "Region", placeholder: "eu-central-1", isRequired: true },
      { path: "role", label: "Role to assume (ARN)", placeholder: "none" },
      { path: "prefix", label: "Put before every key", placeholder: "nothing" },
    ],
    methods: [
      {
        id: "secretRef",
        label: "Access key",
        mark: "auth.secretRef",
        fields: [
          ...reference("auth.secretRef.accessKeyIDSecretRef", "Access key id", "access-key-id"),
          ...reference("auth.secretRef.secretAccessKeySecretRef", "Secret access key", "secret-access-key"),
        ],
      },
      {
        id: "jwt",
        label: "Service account (IRSA)",
        mark: "auth.jwt",
        fields: serviceAccount("auth.jwt.serviceAccountRef"),
      },
      { id: "none", label: "The operator's own identity", fields: [] },
    ],
  },
  GCP_SECRET_MANAGER: {
    input: "gcp",
    fields: [
      { path: "projectId", label: "Google Cloud project", placeholder: "example-secrets", isRequired: true },
      { path: "location", label: "Region of regional secrets", placeholder: "global ones" },
    ],
    methods: [
      {
        id: "secretRef",
        label: "Service account key",
        mark: "auth.secretRef",
        fields: reference("auth.secretRef.secretAccessKeySecretRef", "Key file", "key.json"),
      },
      {
        id: "workloadIdentity",
        label: "Workload identity",
        mark: "auth.workloadIdentity.",
        fields: [
          ...serviceAccount("auth.workloadIdentity.serviceAccountRef"),
          { path: "auth.workloadIdentity.clusterLocation", label: "Location of the cluster" },
          { path: "auth.workloadIdentity.clusterName", label: "Name of the cluster" },
          { path: "auth.workloadIdentity.clusterProjectID", label: "Google Cloud project of the cluster" },
        ],
      },
      { id: "none", label: "The operator's own identity", fields: [] },
    ],
  },
  AZURE_KEY_VAULT: {
    input: "azure",
    fields: [
      { path: "vaultUrl", label: "Address", placeholder: "https://my-vault.vault.azure.net", isRequired: true },
      { path: "tenantId", label: "Entra tenant id" },
      { path: "environmentType", label: "Cloud", placeholder: "PublicCloud" },
    ],
    methods: [
      {
        id: "ServicePrincipal",
        label: "Service principal with a client secret",
        fixed: { authType: "ServicePrincipal" },
        mark: "auth.authSecretRef.clientSecret",
        fields: [
          ...reference("auth.authSecretRef.clientId", "Client id", "client-id"),
          ...reference("auth.authSecretRef.clientSecret", "Client secret", "client-secret"),
        ],
      },
      {
        id: "certificate",
        label: "Service principal with a certificate",
        fixed: { authType: "ServicePrincipal" },
        mark: "auth.authSecretRef.clientCertificate",
        fields: [
          ...reference("auth.authSecretRef.clientId", "Client id", "client-id"),
          ...reference("auth.authSecretRef.clientCertificate", "Certificate", "certificate.pem"),
        ],
      },
      {
        id: "WorkloadIdentity",
        label: "Workload identity",
        fixed: { authType: "WorkloadIdentity" },
        mark: "auth.serviceAccountRef",
        fields: serviceAccount("auth.serviceAccountRef"),
      },
      {
        id: "ManagedIdentity",
        label: "Managed identity",
        fixed: { authType: "ManagedIdentity" },
        fields: [{ path: "identityId", label: "Client id of the identity", placeholder: "the only one" }],
      },
    ],
  },
};
