import {
  type Schema,
  array,
  boolean,
  choice,
  object,
  secretKey,
  string,
  stringMapOf,
  strings,
  subdomainName,
} from "./schema.js";

/** The generators that an ESO 0.20 knows. */
const GENERATORS = [
  "ACRAccessToken",
  "ClusterGenerator",
  "CloudsmithAccessToken",
  "ECRAuthorizationToken",
  "Fake",
  "GCRAccessToken",
  "GithubAccessToken",
  "QuayAccessToken",
  "Password",
  "SSHKey",
  "STSSessionToken",
  "UUID",
  "VaultDynamicSecret",
  "Webhook",
  "Grafana",
  "MFA",
];

const conversionStrategy = (): Schema =>
  choice(["Default", "Unicode"], { default: "Default", description: "Used to define a conversion Strategy" });
const decodingStrategy = (): Schema =>
  choice(["Auto", "Base64", "Base64URL", "None"], {
    default: "None",
    description: "Used to define a decoding Strategy",
  });

const storeRef = (): Schema =>
  object(
    { kind: choice(["SecretStore", "ClusterSecretStore"]), name: subdomainName() },
    { description: "Which SecretStore to fetch the data from." },
  );

const generatorRef = (): Schema =>
  object(
    {
      apiVersion: string({ default: "generators.external-secrets.io/v1alpha1" }),
      kind: choice(GENERATORS),
      name: subdomainName(),
    },
    { required: ["kind", "name"], description: "A generator custom resource." },
  );

const sourceRef = (): Schema =>
  object(
    { generatorRef: generatorRef(), storeRef: storeRef() },
    { minProperties: 1, maxProperties: 1, description: "Another source of the value." },
  );

const remoteRef = (): Schema =>
  object(
    {
      conversionStrategy: conversionStrategy(),
      decodingStrategy: decodingStrategy(),
      key: string({ description: "Key is the key used in the Provider, mandatory" }),
      metadataPolicy: choice(["None", "Fetch"], { default: "None" }),
      property: string({
        description: "Used to select a specific property of the Provider value (if a map), if supported",
      }),
      version: string({ description: "Used to select a specific version of the Provider value, if supported" }),
    },
    { required: ["key"] },
  );

const rewrite = (): Schema =>
  array(
    object(
      {
        merge: object({
          conflictPolicy: choice(["Ignore", "Error"], { default: "Error" }),
          into: string({ default: "" }),
          priority: strings(),
          priorityPolicy: choice(["IgnoreNotFound", "Strict"], { default: "Strict" }),
          strategy: choice(["Extract", "JSON"], { default: "Extract" }),
        }),
        regexp: object({ source: string(), target: string() }, { required: ["source", "target"] }),
        transform: object({ template: string() }, { required: ["template"] }),
      },
      { minProperties: 1, maxProperties: 1 },
    ),
  );

const templateSource = (): Schema =>
  object(
    {
      items: array(
        object(
          { key: secretKey(), templateAs: choice(["Values", "KeysAndValues"], { default: "Values" }) },
          { required: ["key"] },
        ),
      ),
      name: subdomainName(),
    },
    { required: ["items", "name"] },
  );

const template = (): Schema =>
  object({
    data: stringMapOf(),
    engineVersion: choice(["v2"], { default: "v2" }),
    mergePolicy: choice(["Replace", "Merge"], { default: "Replace" }),
    metadata: object({ annotations: stringMapOf(), finalizers: strings(), labels: stringMapOf() }),
    templateFrom: array(
      object({
        configMap: templateSource(),
        literal: string(),
        secret: templateSource(),
        target: choice(["Data", "Annotations", "Labels"], { default: "Data" }),
      }),
    ),
    type: string(),
  });

const target = (): Schema =>
  object(
    {
      creationPolicy: choice(["Owner", "Orphan", "Merge", "None"], { default: "Owner" }),
      deletionPolicy: choice(["Delete", "Merge", "Retain"], { default: "Retain" }),
      immutable: boolean(),
      name: subdomainName(),
      template: template(),
    },
    {
      default: { creationPolicy: "Owner", deletionPolicy: "Retain" },
      description: "The Kubernetes Secret to be created.",
    },
  );

const spec = (): Schema =>
  object(
    {
      data: array(
        object(
          { remoteRef: remoteRef(), secretKey: secretKey(), sourceRef: sourceRef() },
          { required: ["remoteRef", "secretKey"] },
        ),
      ),
      dataFrom: array(
        object({
          extract: remoteRef(),
          find: object({
            conversionStrategy: conversionStrategy(),
            decodingStrategy: decodingStrategy(),
            name: object({ regexp: string() }),
            path: string(),
            tags: stringMapOf(),
          }),
          rewrite: rewrite(),
          sourceRef: sourceRef(),
        }),
      ),
      refreshInterval: string({
        default: "1h",
        description: "Go duration after which the values are read again; zero fetches once.",
      }),
      refreshPolicy: choice(["CreatedOnce", "Periodic", "OnChange"]),
      secretStoreRef: storeRef(),
      target: target(),
    },
    { description: "ExternalSecretSpec defines the desired state of ExternalSecret." },
  );

const status = (): Schema =>
  object({
    binding: object({ name: string({ default: "" }) }, { "x-kubernetes-map-type": "atomic" }),
    conditions: array(
      object(
        {
          lastTransitionTime: string({ format: "date-time" }),
          message: string(),
          reason: string(),
          status: string(),
          type: choice(["Ready", "Deleted"]),
        },
        { required: ["status", "type"] },
      ),
    ),
    refreshTime: string({ format: "date-time", nullable: true }),
    syncedResourceVersion: string(),
  });

/** spec and status of an ExternalSecret: `v1` as 0.20 has it, `v1beta1` as 0.14. */
export function externalSecretSchema(version: string): Record<string, Schema> {
  const properties = { ...spec().properties };
  // Fields that came later.
  if (version === "v1beta1") delete properties["refreshPolicy"];
  return { spec: { ...spec(), properties }, status: status() };
}
