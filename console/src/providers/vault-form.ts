import { awsKeys, googleWorkloadIdentity } from "./cloud-forms.ts";
import { choice, field, ITSELF, secret, serviceAccount, type ChoiceOption, type KindForm } from "./form-parts.ts";

const mount = (path: string, initial: string) => field(path, "Mounted at", { initial, isRequired: true, more: true });

const password = (id: string, label: string): ChoiceOption => ({
  id,
  label,
  mark: `auth.${id}`,
  parts: [
    field(`auth.${id}.username`, "User", { isRequired: true }),
    ...secret(`auth.${id}.secretRef`, "Password", "password"),
    mount(`auth.${id}.path`, id.toLowerCase()),
  ],
});

/** HashiCorp Vault and OpenBao: every method that the API knows, what is common first. */
const METHODS: readonly ChoiceOption[] = [
  {
    id: "tokenSecretRef",
    label: "Token",
    mark: "auth.tokenSecretRef",
    parts: secret("auth.tokenSecretRef", "Token", "token"),
  },
  {
    id: "appRole",
    label: "AppRole",
    mark: "auth.appRole",
    parts: [
      choice("roleId", "The role's id", [
        {
          id: "roleRef",
          label: "Stands in a Secret",
          mark: "auth.appRole.roleRef",
          parts: secret("auth.appRole.roleRef", "Role id", "role-id"),
        },
        {
          id: "roleId",
          label: "Is written here",
          mark: "auth.appRole.roleId",
          parts: [field("auth.appRole.roleId", "Role id", { isRequired: true })],
        },
      ]),
      ...secret("auth.appRole.secretRef", "Secret id", "secret-id"),
      mount("auth.appRole.path", "approle"),
    ],
  },
  {
    id: "kubernetes",
    label: "Kubernetes",
    mark: "auth.kubernetes",
    parts: [
      field("auth.kubernetes.role", "Role", { isRequired: true }),
      choice("kubernetesToken", "Whose token", [
        {
          id: "serviceAccountRef",
          label: "A service account's",
          mark: "auth.kubernetes.serviceAccountRef",
          parts: serviceAccount("auth.kubernetes.serviceAccountRef"),
          adminsOnly: true,
        },
        {
          id: "secretRef",
          label: "Stands in a Secret",
          mark: "auth.kubernetes.secretRef",
          parts: secret("auth.kubernetes.secretRef", "Token", "token"),
        },
        ITSELF,
      ]),
      mount("auth.kubernetes.mountPath", "kubernetes"),
    ],
  },
  password("userPass", "User and password"),
  password("ldap", "LDAP"),
  {
    id: "jwt",
    label: "JWT or OIDC",
    mark: "auth.jwt",
    parts: [
      field("auth.jwt.role", "Role", { placeholder: "the default one" }),
      choice("jwtToken", "Which token", [
        {
          id: "kubernetesServiceAccountToken",
          label: "A service account's",
          mark: "auth.jwt.kubernetesServiceAccountToken",
          adminsOnly: true,
          parts: [
            ...serviceAccount("auth.jwt.kubernetesServiceAccountToken.serviceAccountRef"),
            field("auth.jwt.kubernetesServiceAccountToken.audiences", "Audiences (older operators)", {
              type: "list",
              more: true,
              placeholder: "none",
            }),
            field("auth.jwt.kubernetesServiceAccountToken.expirationSeconds", "Good for (seconds)", {
              type: "number",
              more: true,
              placeholder: "600",
            }),
          ],
        },
        {
          id: "secretRef",
          label: "Stands in a Secret",
          mark: "auth.jwt.secretRef",
          parts: secret("auth.jwt.secretRef", "Token", "token"),
        },
      ]),
      mount("auth.jwt.path", "jwt"),
    ],
  },
  {
    id: "cert",
    label: "Client certificate",
    mark: "auth.cert",
    parts: [
      ...secret("auth.cert.clientCert", "Certificate", "tls.crt"),
      ...secret("auth.cert.secretRef", "Its key", "tls.key"),
      field("auth.cert.path", "Mounted at", { more: true, placeholder: "cert" }),
    ],
  },
  {
    id: "iam",
    label: "AWS IAM",
    mark: "auth.iam",
    adminsOnly: true,
    parts: [
      field("auth.iam.vaultRole", "Role in Vault", { isRequired: true }),
      field("auth.iam.region", "AWS region", { placeholder: "us-east-1" }),
      choice("iamIdentity", "Who signs in to AWS", [
        {
          id: "secretRef",
          label: "An access key",
          mark: "auth.iam.secretRef",
          parts: awsKeys("auth.iam.secretRef"),
        },
        {
          id: "jwt",
          label: "A service account (IRSA)",
          mark: "auth.iam.jwt",
          parts: serviceAccount("auth.iam.jwt.serviceAccountRef"),
        },
        ITSELF,
      ]),
      field("auth.iam.role", "Role to assume (ARN)", { more: true, placeholder: "none" }),
      field("auth.iam.externalID", "External id", { more: true, placeholder: "none" }),
      field("auth.iam.vaultAwsIamServerID", "X-Vault-AWS-IAM-Server-ID", { more: true, placeholder: "none" }),
      field("auth.iam.path", "Mounted at", { more: true, placeholder: "aws" }),
    ],
  },
  {
    id: "gcp",
    label: "Google Cloud",
    mark: "auth.gcp",
    adminsOnly: true,
    parts: [
      field("auth.gcp.role", "Role in Vault", { isRequired: true }),
      choice("gcpIdentity", "Who signs in to Google Cloud", [
        {
          id: "secretRef",
          label: "A service account's key",
          mark: "auth.gcp.secretRef",
          parts: secret("auth.gcp.secretRef.secretAccessKeySecretRef", "Key file", "key.json"),
        },
        {
          id: "workloadIdentity",
          label: "A workload identity",
          mark: "auth.gcp.workloadIdentity",
          parts: googleWorkloadIdentity("auth.gcp.workloadIdentity"),
        },
        {
          id: "serviceAccountRef",
          label: "A Kubernetes service account",
          mark: "auth.gcp.serviceAccountRef",
          parts: serviceAccount("auth.gcp.serviceAccountRef"),
        },
        ITSELF,
      ]),
      field("auth.gcp.projectID", "Google Cloud project", { more: true, placeholder: "none" }),
      field("auth.gcp.location", "Location", { more: true, placeholder: "none" }),
      mount("auth.gcp.path", "gcp"),
    ],
  },
];

export const VAULT: KindForm = {
  input: "vault",
  place: [
    field("server", "Address", { placeholder: "https://vault.example.com:8200", isRequired: true }),
    field("path", "Where the KV engine is mounted", { placeholder: "secret", hint: "Left out, keys begin with it." }),
    field("version", "Version of the KV engine", { options: ["v2", "v1"], initial: "v2", more: true }),
    field("namespace", "Vault namespace", { placeholder: "none", more: true }),
    field("caBundle", "CA certificates (PEM as Base64)", { placeholder: "the system's", more: true }),
  ],
  auth: [
    choice("auth", "Way of signing in", METHODS),
    field("auth.namespace", "Vault namespace to sign in to", { more: true, placeholder: "the one above" }),
  ],
};
