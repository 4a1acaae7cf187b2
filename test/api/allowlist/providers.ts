/** A config that a member gives a provider of their project, by the field of the input. */
export interface AskedProvider {
  title: string;
  field: "vault" | "aws" | "gcp" | "azure";
  config: Record<string, unknown>;
  /** The paths of the problems, below the field; left out: it is allowed. */
  paths?: readonly string[];
}

const ref = (name: string, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  name,
  key: "key",
  ...over,
});
const token = { tokenSecretRef: ref("vault-token") };
const account = { serviceAccountRef: { name: "default" } };
const vault = (title: string, over: Record<string, unknown>, ...paths: string[]): AskedProvider => ({
  title: `vault: ${title}`,
  field: "vault",
  config: { server: "https://vault.example.com", auth: token, ...over },
  ...(paths.length === 0 ? {} : { paths }),
});
const awsKeys = { accessKeyIDSecretRef: ref("aws"), secretAccessKeySecretRef: ref("aws") };
const aws = (title: string, auth: unknown, ...paths: string[]): AskedProvider => ({
  title: `aws: ${title}`,
  field: "aws",
  config: { region: "eu-central-1", ...(auth === undefined ? {} : { auth }) },
  ...(paths.length === 0 ? {} : { paths }),
});
const gcp = (title: string, auth: unknown, ...paths: string[]): AskedProvider => ({
  title: `gcp: ${title}`,
  field: "gcp",
  config: { projectId: "some-project", ...(auth === undefined ? {} : { auth }) },
  ...(paths.length === 0 ? {} : { paths }),
});
const principal = { authSecretRef: { clientId: ref("azure"), clientSecret: ref("azure") } };
const azure = (title: string, over: Record<string, unknown>, ...paths: string[]): AskedProvider => ({
  title: `azure: ${title}`,
  field: "azure",
  config: {
    vaultUrl: "https://team.vault.azure.net",
    tenantId: "11111111-1111-1111-1111-111111111111",
    authType: "ServicePrincipal",
    auth: principal,
    ...over,
  },
  ...(paths.length === 0 ? {} : { paths }),
});

const hosts = (...servers: string[]): AskedProvider[] =>
  servers.map((server) => vault(`the host ${server}`, { server }, "server"));
const vaultHosts = (...urls: string[]): AskedProvider[] =>
  urls.map((vaultUrl) => azure(`the host ${vaultUrl}`, { vaultUrl }, "vaultUrl"));

/** DESIGN.md, "What a member sends is an allowlist", Providers. */
export const PROVIDERS: readonly AskedProvider[] = [
  // A Secret of their namespace, by reference, is what there is.
  vault("a token", {}),
  vault("an app role", { auth: { appRole: { roleId: "role", secretRef: ref("approle") } } }),
  vault("Kubernetes, by a Secret", { auth: { kubernetes: { role: "reader", secretRef: ref("token") } } }),
  vault("a user's password", { auth: { userPass: { username: "u", secretRef: ref("password") } } }),
  vault("a host with its port", { server: "https://bao.example.com:8200" }),
  vault("another port of a host without one", { server: "https://vault.example.com:8200/path" }),
  aws("an access key", { secretRef: awsKeys }),
  gcp("a service account's key", { secretRef: { secretAccessKeySecretRef: ref("gcp") } }),
  azure("a service principal", {}),
  azure("a certificate", { auth: { authSecretRef: { clientId: ref("azure"), clientCertificate: ref("azure") } } }),

  // No service account, no identity of the machine, no absent auth.
  vault(
    "Kubernetes, by a service account",
    { auth: { kubernetes: { role: "reader", ...account } } },
    "auth.kubernetes.serviceAccountRef",
  ),
  vault("Kubernetes, as the operator itself", { auth: { kubernetes: { role: "reader" } } }, "auth.kubernetes"),
  vault(
    "a JWT of a service account",
    { auth: { jwt: { role: "reader", kubernetesServiceAccountToken: account } } },
    "auth.jwt.kubernetesServiceAccountToken.serviceAccountRef",
  ),
  vault("IAM", { auth: { iam: { vaultRole: "reader", secretRef: awsKeys } } }, "auth.iam"),
  vault("GCP", { auth: { gcp: { role: "reader", secretRef: { secretAccessKeySecretRef: ref("gcp") } } } }, "auth.gcp"),
  vault("no auth", { auth: {} }, "auth"),
  vault("two of them", { auth: { ...token, userPass: { username: "u", secretRef: ref("p") } } }, "auth"),
  aws("a service account", { jwt: account }, "auth.jwt.serviceAccountRef"),
  aws("no auth", undefined, "auth"),
  aws("an empty auth", {}, "auth"),
  gcp("a workload identity", { workloadIdentity: account }, "auth.workloadIdentity.serviceAccountRef"),
  gcp("a federation", { workloadIdentityFederation: { ...account, audience: "a" } }, "auth.workloadIdentityFederation"),
  gcp("no auth", undefined, "auth"),
  gcp("an empty auth", {}, "auth"),
  azure("a managed identity", { authType: "ManagedIdentity", auth: null }, "authType"),
  azure("a workload identity", { authType: "WorkloadIdentity", auth: account }, "auth.serviceAccountRef", "authType"),
  azure("a service account beside the principal", { auth: { ...principal, ...account } }, "auth.serviceAccountRef"),

  // Of their namespace alone.
  vault(
    "a Secret of another namespace",
    { auth: { tokenSecretRef: ref("vault-token", { namespace: "other" }) } },
    "auth.tokenSecretRef.namespace",
  ),
  aws(
    "a Secret of another namespace",
    { secretRef: { ...awsKeys, accessKeyIDSecretRef: ref("aws", { namespace: "operator" }) } },
    "auth.secretRef.accessKeyIDSecretRef.namespace",
  ),
  gcp(
    "a Secret of another namespace",
    { secretRef: { secretAccessKeySecretRef: ref("gcp", { namespace: "kube-system" }) } },
    "auth.secretRef.secretAccessKeySecretRef.namespace",
  ),
  azure(
    "a Secret of another namespace",
    { auth: { authSecretRef: { clientId: ref("a", { namespace: "other" }), clientSecret: ref("a") } } },
    "auth.authSecretRef.clientId.namespace",
  ),

  // Hosts, and https there.
  ...hosts(
    "http://vault.example.com",
    "https://other.example.com",
    "https://evil.com",
    "https://vault.example.com.evil.com",
    "https://evil-vault.example.com",
    "https://sub.vault.example.com",
    "https://bao.example.com",
    "https://bao.example.com:8201",
    "https://vault.example.com@evil.com",
    "https://evil.com#vault.example.com",
    "https://evil.com?vault.example.com",
    "https://evil.com/vault.example.com",
    "https://evil.com\\@vault.example.com",
    "https://vault.example.com.",
    "https://vault.example.com/../x",
    "https://127.0.0.1",
    "https://[::1]",
    "https://0x7f.1",
    "https://kubernetes.default.svc",
    "https://169.254.169.254/latest",
    "https://vault\u3002example\u3002com",
    "//vault.example.com",
    "vault.example.com",
    "ftp://vault.example.com",
  ),
  ...vaultHosts(
    "http://team.vault.azure.net",
    "https://vault.azure.net",
    "https://a.b.vault.azure.net",
    "https://team.vault.azure.net.evil.com",
    "https://team.vault.azure.net@evil.com",
    "https://vault.example.org",
    "https://team.vault.azure.net/path",
  ),

  // All at once.
  azure(
    "everything wrong",
    {
      vaultUrl: "http://evil.com",
      authType: "ManagedIdentity",
      tenantId: "-",
      auth: { authSecretRef: { clientId: ref("a", { namespace: "x" }) }, ...account },
    },
    "auth.authSecretRef.clientId.namespace",
    "auth.serviceAccountRef",
    "authType",
    "tenantId",
    "vaultUrl",
  ),
];
