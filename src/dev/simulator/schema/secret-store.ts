import {
  DNS_LABEL,
  type Schema,
  anything,
  array,
  boolean,
  choice,
  integer,
  object,
  secretKey,
  string,
  stringMapOf,
  strings,
  subdomainName,
} from "./schema.js";

const namespaceName = (): Schema => string({ minLength: 1, maxLength: 63, pattern: DNS_LABEL });
const secretRef = (): Schema =>
  object(
    { key: secretKey(), name: subdomainName(), namespace: namespaceName() },
    { description: "A key of a native Secret." },
  );
const serviceAccountRef = (): Schema =>
  object(
    { audiences: strings(), name: subdomainName(), namespace: namespaceName() },
    { required: ["name"], description: "A ServiceAccount." },
  );
const caProvider = (): Schema =>
  object(
    { key: secretKey(), name: subdomainName(), namespace: namespaceName(), type: choice(["Secret", "ConfigMap"]) },
    { required: ["name", "type"] },
  );

const awsKeys = (): Schema =>
  object({
    accessKeyIDSecretRef: secretRef(),
    secretAccessKeySecretRef: secretRef(),
    sessionTokenSecretRef: secretRef(),
  });
const awsToken = (): Schema => object({ serviceAccountRef: serviceAccountRef() });

const vault = (): Schema =>
  object(
    {
      auth: object({
        appRole: object(
          { path: string({ default: "approle" }), roleId: string(), roleRef: secretRef(), secretRef: secretRef() },
          { required: ["path", "secretRef"] },
        ),
        cert: object({ clientCert: secretRef(), path: string({ default: "cert" }), secretRef: secretRef() }),
        iam: object(
          {
            externalID: string(),
            jwt: awsToken(),
            path: string(),
            region: string(),
            role: string(),
            secretRef: awsKeys(),
            vaultAwsIamServerID: string(),
            vaultRole: string(),
          },
          { required: ["vaultRole"] },
        ),
        jwt: object(
          {
            kubernetesServiceAccountToken: object(
              {
                audiences: strings(),
                expirationSeconds: integer({ format: "int64" }),
                serviceAccountRef: serviceAccountRef(),
              },
              { required: ["serviceAccountRef"] },
            ),
            path: string({ default: "jwt" }),
            role: string(),
            secretRef: secretRef(),
          },
          { required: ["path"] },
        ),
        kubernetes: object(
          {
            mountPath: string({ default: "kubernetes" }),
            role: string(),
            secretRef: secretRef(),
            serviceAccountRef: serviceAccountRef(),
          },
          { required: ["mountPath", "role"] },
        ),
        ldap: object(
          { path: string({ default: "ldap" }), secretRef: secretRef(), username: string() },
          { required: ["path", "username"] },
        ),
        namespace: string(),
        tokenSecretRef: secretRef(),
        userPass: object(
          { path: string({ default: "userpass" }), secretRef: secretRef(), username: string() },
          { required: ["path", "username"] },
        ),
      }),
      caBundle: string({ format: "byte" }),
      caProvider: caProvider(),
      checkAndSet: object({ required: boolean() }),
      forwardInconsistent: boolean(),
      headers: stringMapOf(),
      namespace: string(),
      path: string(),
      readYourWrites: boolean(),
      server: string(),
      tls: object({ certSecretRef: secretRef(), keySecretRef: secretRef() }),
      version: choice(["v1", "v2"], { default: "v2" }),
    },
    { required: ["server"] },
  );

const aws = (): Schema =>
  object(
    {
      additionalRoles: strings(),
      auth: object({ jwt: awsToken(), secretRef: awsKeys() }),
      externalID: string(),
      prefix: string(),
      region: string(),
      role: string(),
      secretsManager: object({
        forceDeleteWithoutRecovery: boolean(),
        recoveryWindowInDays: integer({ format: "int64" }),
      }),
      service: choice(["SecretsManager", "ParameterStore"]),
      sessionTags: array(object({ key: string(), value: string() }, { required: ["key", "value"] })),
      transitiveTagKeys: strings(),
    },
    { required: ["region", "service"] },
  );

const gcpsm = (): Schema =>
  object({
    auth: object({
      secretRef: object({ secretAccessKeySecretRef: secretRef() }),
      workloadIdentity: object(
        {
          clusterLocation: string(),
          clusterName: string(),
          clusterProjectID: string(),
          serviceAccountRef: serviceAccountRef(),
        },
        { required: ["serviceAccountRef"] },
      ),
      workloadIdentityFederation: anything(),
    }),
    location: string(),
    projectID: string(),
    secretVersionSelectionPolicy: string({ default: "LatestOrFail" }),
  });

const azurekv = (): Schema =>
  object(
    {
      authSecretRef: object({
        clientCertificate: secretRef(),
        clientId: secretRef(),
        clientSecret: secretRef(),
        tenantId: secretRef(),
      }),
      authType: choice(["ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"], { default: "ServicePrincipal" }),
      customCloudConfig: object(
        {
          activeDirectoryEndpoint: string(),
          keyVaultDNSSuffix: string(),
          keyVaultEndpoint: string(),
          resourceManagerEndpoint: string(),
        },
        { required: ["activeDirectoryEndpoint"] },
      ),
      environmentType: choice(["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud", "AzureStackCloud"], {
        default: "PublicCloud",
      }),
      identityId: string(),
      serviceAccountRef: serviceAccountRef(),
      tenantId: string(),
      useAzureSDK: boolean({ default: false }),
      vaultUrl: string(),
    },
    { required: ["vaultUrl"] },
  );

const OTHER_PROVIDERS = [
  "akeyless",
  "alibaba",
  "beyondtrust",
  "bitwardensecretsmanager",
  "chef",
  "cloudrusm",
  "conjur",
  "delinea",
  "device42",
  "doppler",
  "fake",
  "fortanix",
  "github",
  "gitlab",
  "ibm",
  "infisical",
  "keepersecurity",
  "kubernetes",
  "ngrok",
  "onboardbase",
  "onepassword",
  "onepasswordSDK",
  "oracle",
  "passbolt",
  "passworddepot",
  "previder",
  "pulumi",
  "scaleway",
  "secretserver",
  "senhasegura",
  "volcengine",
  "webhook",
  "yandexcertificatemanager",
  "yandexlockbox",
];

const labelSelector = (): Schema =>
  object(
    {
      matchExpressions: array(
        object(
          { key: string(), operator: string(), values: strings({ "x-kubernetes-list-type": "atomic" }) },
          { required: ["key", "operator"] },
        ),
        { "x-kubernetes-list-type": "atomic" },
      ),
      matchLabels: stringMapOf(),
    },
    { "x-kubernetes-map-type": "atomic" },
  );

/** spec and status of a SecretStore and a ClusterSecretStore (external-secrets.io/v1 of 0.20); providers other than our four are kept unread. */
export const secretStoreSchema = (): Record<string, Schema> => ({
  spec: object(
    {
      conditions: array(
        object({ namespaceRegexes: strings(), namespaceSelector: labelSelector(), namespaces: array(namespaceName()) }),
      ),
      controller: string(),
      provider: object(
        {
          aws: aws(),
          azurekv: azurekv(),
          gcpsm: gcpsm(),
          vault: vault(),
          ...Object.fromEntries(OTHER_PROVIDERS.map((name) => [name, anything()])),
        },
        { minProperties: 1, maxProperties: 1 },
      ),
      refreshInterval: integer(),
      retrySettings: object({ maxRetries: integer({ format: "int32" }), retryInterval: string() }),
    },
    { required: ["provider"] },
  ),
  status: object({
    capabilities: string(),
    conditions: array(
      object(
        {
          lastTransitionTime: string({ format: "date-time" }),
          message: string(),
          reason: string(),
          status: string(),
          type: string(),
        },
        { required: ["status", "type"] },
      ),
    ),
  }),
});
