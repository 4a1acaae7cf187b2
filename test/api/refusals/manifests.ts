import { bad, type Refusal } from "./case.js";

interface Manifest {
  apiVersion?: string;
  kind?: string;
  metadata?: Record<string, unknown>;
  spec?: Record<string, unknown>;
  [other: string]: unknown;
}

/** A manifest as JSON, which is YAML. */
export const manifest = (over: Manifest = {}, specOver: Record<string, unknown> = {}): string =>
  JSON.stringify({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "from-a-manifest" },
    spec: {
      secretStoreRef: { name: "vault", kind: "ClusterSecretStore" },
      data: [{ secretKey: "a", remoteRef: { key: "b" } }],
      ...specOver,
    },
    ...over,
  });
const yaml = (title: string, text: string, ...paths: string[]): Refusal => ({
  title: `a manifest: ${title}`,
  field: "createSecretFromManifest",
  arguments: () => ({ manifest: text, scope: "ORGANIZATION" }),
  ...bad(...paths.map((path) => (path === "" ? "manifest" : `manifest.${path}`))),
});
const ofSpec = (title: string, over: Record<string, unknown>, ...paths: string[]): Refusal =>
  yaml(title, manifest({}, over), ...paths.map((path) => `spec.${path}`));
const GENERATOR = {
  generatorRef: { apiVersion: "generators.external-secrets.io/v1alpha1", kind: "Password", name: "x" },
};

/** DESIGN.md, "Manifests". */
export const MANIFESTS: readonly Refusal[] = [
  yaml("of nothing", "", ""),
  yaml("of comments", "# nothing\n---\n# nothing", ""),
  yaml("of two documents", `${manifest()}\n---\n${manifest()}`, ""),
  yaml("that is no YAML", "a: [", ""),
  yaml("that is no map", "- a", ""),
  yaml("with a key twice", "a: 1\na: 2", ""),
  yaml("with a tag", "a: !!js/function x", ""),
  yaml("with aliases of aliases", `a: &a [x, x]\n${Array.from({ length: 30 }, (_, n) => `b${n}: *a`).join("\n")}`, ""),
  yaml("that is too large", manifest({}, { data: [{ secretKey: "a", remoteRef: { key: "x".repeat(3_000) } }] }), ""),
  yaml("of another API", manifest({ apiVersion: "external-secrets.io/v1alpha1" }), "apiVersion"),
  yaml("of another kind", manifest({ kind: "SecretStore" }), "kind"),
  yaml("with another root", manifest({ data: { a: "b" } }), "data"),
  yaml("without a name", manifest({ metadata: {} }), "metadata.name"),
  yaml("with a name that is none", manifest({ metadata: { name: "Not A Name" } }), "metadata.name"),
  yaml(
    "without a spec",
    JSON.stringify({ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name: "ab" } }),
    "spec",
  ),
  ofSpec("without a store", { secretStoreRef: undefined }, "secretStoreRef"),
  ofSpec(
    "with a store that no provider stands for",
    { secretStoreRef: { name: "no-such", kind: "ClusterSecretStore" } },
    "secretStoreRef",
  ),
  ofSpec(
    "with a store in a namespace, for the organization",
    { secretStoreRef: { name: "own-vault", kind: "SecretStore" } },
    "secretStoreRef",
  ),
  ofSpec("with a store of no kind", { secretStoreRef: { name: "vault", kind: "Nonsense" } }, "secretStoreRef.kind"),
  ofSpec("with a refresh interval that stops the operator", { refreshInterval: "soon" }, "refreshInterval"),
  ofSpec("with an interval that is too short", { refreshInterval: "10s" }, "refreshInterval"),
  ofSpec(
    "with another store for an item",
    { data: [{ secretKey: "a", remoteRef: { key: "b" }, sourceRef: { storeRef: { name: "x" } } }] },
    "data.0.sourceRef",
  ),
  ofSpec("with a generator", { data: undefined, dataFrom: [{ sourceRef: GENERATOR }] }, "dataFrom.0.sourceRef"),
  ofSpec(
    "with a target of another kind",
    { target: { manifest: { apiVersion: "v1", kind: "ConfigMap" } } },
    "target.manifest",
  ),
  ofSpec("with a field that no operator knows", { nonsense: { a: 1 } }, "nonsense"),
  ofSpec(
    "with a deletion policy that the operator refuses",
    { target: { creationPolicy: "Merge", deletionPolicy: "Delete" } },
    "target.deletionPolicy",
  ),
  ofSpec(
    "with a type for tokens of service accounts",
    { target: { template: { type: "kubernetes.io/service-account-token" } } },
    "target.template.type",
  ),
  ofSpec(
    "with values of wrong types",
    { refreshInterval: 5, target: { immutable: "yes" } },
    "refreshInterval",
    "target.immutable",
  ),
  ofSpec(
    "with more items than a secret may have",
    { data: ["a", "b", "c", "d"].map((secretKey) => ({ secretKey, remoteRef: { key: "b" } })) },
    "data",
  ),
  yaml(
    "with everything wrong",
    manifest(
      { apiVersion: "v1", kind: "Secret", metadata: { name: "Not A Name", labels: { a: 1 } }, nonsense: 1 },
      { secretStoreRef: { name: "no-such" }, refreshInterval: "soon", data: [] },
    ),
    "apiVersion",
    "kind",
    "metadata.labels.a",
    "metadata.name",
    "nonsense",
    "spec.data",
    "spec.refreshInterval",
    "spec.secretStoreRef",
  ),
  {
    title: "a manifest: in another namespace than the project's",
    field: "createSecretFromManifest",
    arguments: (p) => ({
      manifest: manifest({ metadata: { name: "ab", namespace: "other" } }),
      scope: "PROJECT",
      projectId: p.id("home"),
    }),
    ...bad("manifest.metadata.namespace"),
  },
  {
    title: "a manifest: of another name than the secret's",
    field: "updateSecretFromManifest",
    arguments: (p) => ({ id: p.id("shared"), manifest: manifest() }),
    ...bad("manifest.metadata.name"),
  },
  {
    title: "a manifest: for a generation that is not the current one",
    field: "updateSecretFromManifest",
    arguments: (p) => ({
      id: p.id("shared"),
      manifest: manifest({ metadata: { name: "shared" } }),
      expectedGeneration: 9,
    }),
    code: "CONFLICT",
    paths: ["expectedGeneration"],
  },
  {
    title: "a manifest: a name that is taken",
    field: "createSecretFromManifest",
    arguments: () => ({ manifest: manifest({ metadata: { name: "shared" } }), scope: "ORGANIZATION" }),
    code: "CONFLICT",
    paths: ["manifest.metadata.name"],
  },
  {
    title: "a manifest: by a member, for the organization",
    as: "member",
    field: "createSecretFromManifest",
    arguments: () => ({ manifest: manifest(), scope: "ORGANIZATION" }),
    code: "FORBIDDEN",
  },
];
