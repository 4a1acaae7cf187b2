import { choice, field, ITSELF, optionalSecret, secret, serviceAccount, type KindForm } from "./form-parts.ts";

/** Keys of AWS; Vault's method `iam` takes the same. @param auth where they stand in the config */
export const awsKeys = (auth: string) => [
  ...secret(`${auth}.accessKeyIDSecretRef`, "Access key id", "access-key-id"),
  ...secret(`${auth}.secretAccessKeySecretRef`, "Secret access key", "secret-access-key"),
  ...optionalSecret(`${auth}.sessionTokenSecretRef`, "Session token", "session-token"),
];

/** A workload identity of Google; Vault's method `gcp` takes the same. */
export const googleWorkloadIdentity = (auth: string) => [
  ...serviceAccount(`${auth}.serviceAccountRef`),
  field(`${auth}.clusterLocation`, "Location of the cluster", { more: true, placeholder: "found by the operator" }),
  field(`${auth}.clusterName`, "Name of the cluster", { more: true, placeholder: "found by the operator" }),
  field(`${auth}.clusterProjectID`, "Google Cloud project of the cluster", {
    more: true,
    placeholder: "found by the operator",
  }),
];

export const AWS: KindForm = {
  input: "aws",
  place: [
    field("region", "Region", { placeholder: "eu-central-1", isRequired: true }),
    field("role", "Role to assume (ARN)", { placeholder: "none", more: true }),
    field("prefix", "Put before every key", { placeholder: "nothing", more: true }),
  ],
  auth: [
    choice("auth", "Way of signing in", [
      { id: "secretRef", label: "Access key", mark: "auth.secretRef", parts: awsKeys("auth.secretRef") },
      {
        id: "jwt",
        label: "Service account (IRSA)",
        mark: "auth.jwt",
        parts: serviceAccount("auth.jwt.serviceAccountRef"),
        adminsOnly: true,
      },
      ITSELF,
    ]),
  ],
};

const FEDERATION = "auth.workloadIdentityFederation";
const AUDIENCE =
  "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/main/providers/main";

export const GCP: KindForm = {
  input: "gcp",
  place: [
    field("projectId", "Google Cloud project", { placeholder: "example-secrets", isRequired: true }),
    field("location", "Region of regional secrets", { placeholder: "global ones", more: true }),
  ],
  auth: [
    choice("auth", "Way of signing in", [
      {
        id: "secretRef",
        label: "Service account key",
        mark: "auth.secretRef",
        parts: secret("auth.secretRef.secretAccessKeySecretRef", "Key file", "key.json"),
      },
      {
        id: "workloadIdentity",
        label: "Workload identity",
        mark: "auth.workloadIdentity",
        parts: googleWorkloadIdentity("auth.workloadIdentity"),
        adminsOnly: true,
      },
      {
        id: "workloadIdentityFederation",
        label: "Workload identity federation",
        mark: FEDERATION,
        adminsOnly: true,
        parts: [
          choice("federation", "What is exchanged for Google's token", [
            {
              id: "serviceAccountRef",
              label: "A Kubernetes service account's token",
              mark: `${FEDERATION}.serviceAccountRef`,
              parts: [
                ...serviceAccount(`${FEDERATION}.serviceAccountRef`),
                field(`${FEDERATION}.audience`, "Audience", { isRequired: true, placeholder: AUDIENCE }),
              ],
            },
            {
              id: "credConfig",
              label: "A credential configuration in a ConfigMap",
              mark: `${FEDERATION}.credConfig`,
              parts: [
                field(`${FEDERATION}.credConfig.name`, "ConfigMap", { isRequired: true }),
                field(`${FEDERATION}.credConfig.namespace`, "Its namespace", {
                  isRequired: true,
                  organizationOnly: true,
                }),
                field(`${FEDERATION}.credConfig.key`, "Key in it", { isRequired: true, initial: "config.json" }),
                field(`${FEDERATION}.audience`, "Audience", { more: true, placeholder: "the configuration's" }),
              ],
            },
            {
              id: "awsSecurityCredentials",
              label: "Credentials of AWS",
              mark: `${FEDERATION}.awsSecurityCredentials`,
              parts: [
                field(`${FEDERATION}.awsSecurityCredentials.region`, "AWS region", {
                  isRequired: true,
                  placeholder: "eu-central-1",
                }),
                field(`${FEDERATION}.awsSecurityCredentials.awsCredentialsSecretRef.name`, "Credentials: Secret", {
                  isRequired: true,
                }),
                field(
                  `${FEDERATION}.awsSecurityCredentials.awsCredentialsSecretRef.namespace`,
                  "Credentials: its namespace",
                  { isRequired: true, organizationOnly: true },
                ),
                field(`${FEDERATION}.audience`, "Audience", { isRequired: true, placeholder: AUDIENCE }),
              ],
            },
          ]),
          field(`${FEDERATION}.externalTokenEndpoint`, "Address that the token may come from", {
            more: true,
            placeholder: "none",
          }),
        ],
      },
      ITSELF,
    ]),
  ],
};

const clientId = secret("auth.authSecretRef.clientId", "Client id", "client-id");

export const AZURE: KindForm = {
  input: "azure",
  place: [
    field("vaultUrl", "Address", { placeholder: "https://my-vault.vault.azure.net", isRequired: true }),
    field("tenantId", "Entra tenant id", { isRequired: true }),
    field("environmentType", "Cloud", {
      options: ["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud"],
      initial: "PublicCloud",
      more: true,
    }),
  ],
  auth: [
    choice("auth", "Way of signing in", [
      {
        id: "clientSecret",
        label: "Service principal with a client secret",
        fixed: { authType: "ServicePrincipal" },
        mark: "auth.authSecretRef.clientSecret",
        parts: [...clientId, ...secret("auth.authSecretRef.clientSecret", "Client secret", "client-secret")],
      },
      {
        id: "clientCertificate",
        label: "Service principal with a certificate",
        fixed: { authType: "ServicePrincipal" },
        mark: "auth.authSecretRef.clientCertificate",
        parts: [...clientId, ...secret("auth.authSecretRef.clientCertificate", "Certificate", "certificate.pem")],
      },
      {
        id: "WorkloadIdentity",
        label: "Workload identity",
        fixed: { authType: "WorkloadIdentity" },
        adminsOnly: true,
        parts: [
          choice("azureIdentity", "Whose identity", [
            {
              id: "serviceAccountRef",
              label: "A service account's",
              mark: "auth.serviceAccountRef",
              parts: [
                ...serviceAccount("auth.serviceAccountRef"),
                ...optionalSecret("auth.authSecretRef.clientId", "Client id", "client-id"),
                ...optionalSecret("auth.authSecretRef.tenantId", "Tenant id", "tenant-id"),
              ],
            },
            ITSELF,
          ]),
        ],
      },
      {
        id: "ManagedIdentity",
        label: "Managed identity",
        fixed: { authType: "ManagedIdentity" },
        parts: [field("identityId", "Client id of the identity", { placeholder: "the only one" })],
        adminsOnly: true,
      },
    ]),
  ],
};
