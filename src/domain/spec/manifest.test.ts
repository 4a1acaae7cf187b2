import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseManifest, type ParsedManifest } from "./manifest.js";
import { renderExternalSecret } from "./render.js";
import { viewSpec } from "./spec-view.js";
import { oneKey, settings, storedOf } from "./testing.js";
import { toYaml } from "./yaml.js";

const HEAD = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n";
const STORE = "  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n";
const DATA = "  data: [{secretKey: a, remoteRef: {key: k}}]\n";
const GOOD = `${HEAD}metadata: {name: db}\nspec:\n${STORE}${DATA}`;

function parsed(text: string): ParsedManifest {
  const result = parseManifest(text, settings);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result;
}
function problemsOf(text: string): string[] {
  const result = parseManifest(text, settings);
  return "problems" in result ? result.problems.map(({ path, message }) => `${path.join(".")}: ${message}`) : [];
}
const pathsOf = (text: string): string[] => problemsOf(text).map((problem) => problem.slice(0, problem.indexOf(": ")));

describe("a manifest", () => {
  it("is read with every default filled in", () => {
    expect(parsed(GOOD)).toEqual({
      name: "db",
      namespace: null,
      storeRef: { name: "vault", kind: "ClusterSecretStore" },
      stored: {
        labels: {},
        annotations: {},
        spec: {
          refreshInterval: "1h0m0s",
          refreshPolicy: "Periodic",
          data: [
            {
              secretKey: "a",
              remoteRef: { key: "k", conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" },
            },
          ],
          target: {
            name: "db",
            creationPolicy: "Owner",
            deletionPolicy: "Retain",
            template: { engineVersion: "v2", mergePolicy: "Replace", metadata: {} },
          },
        },
      },
    });
  });

  it("may be of v1beta1, name a SecretStore by leaving the kind out, and a namespace", () => {
    const text = GOOD.replace("/v1", "/v1beta1")
      .replace(", kind: ClusterSecretStore", "")
      .replace("{name: db}", "{name: db, namespace: alpha}");
    expect(parsed(text)).toMatchObject({ namespace: "alpha", storeRef: { name: "vault", kind: "SecretStore" } });
  });

  it("is stripped of what a server fills in, and of labels and annotations that are not its author's", () => {
    const { stored } = parsed(`${HEAD}
metadata:
  name: db
  uid: 00000000-0000-4000-8000-000000000000
  resourceVersion: "12"
  generation: 3
  creationTimestamp: "2026-01-01T00:00:00Z"
  finalizers: [externalsecrets.external-secrets.io/externalsecret-cleanup]
  managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {"f:data": {}}}}]
  labels: {app: db, team.example/owner: x, secretariat.io/assignment: y, external-secrets.io/component: z}
  annotations:
    note: kept
    secretariat.io/force-sync: "1"
    reconcile.external-secrets.io/data-hash: h
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    not-external-secrets.io/x: kept
spec:
${STORE}${DATA}
status: {conditions: [{type: Ready}]}
`);
    expect(stored.labels).toEqual({ app: "db", "team.example/owner": "x" });
    expect(stored.annotations).toEqual({ note: "kept", "not-external-secrets.io/x": "kept" });
    expect(JSON.stringify(stored.spec)).not.toContain("conditions");
  });

  it("keeps what the fields cannot say, and reads the template's type and metadata into them", () => {
    const { stored } = parsed(`${HEAD}metadata: {name: db}
spec:
${STORE}
  refreshInterval: 90m
  newField: {deep: [1, null, {x: null}]}
  data:
  - {secretKey: a, remoteRef: {key: k, conversionStrategy: Unicode, property: "", nullBytePolicy: Fail}}
  dataFrom:
  - {extract: {key: all}, rewrite: [{regexp: {source: ^a, target: ""}}, {merge: {into: x}}]}
  - find: {name: {regexp: ^x}, tags: {}}
  target:
    immutable: false
    template:
      type: kubernetes.io/tls
      data: {tls.crt: "{{ .a }}"}
      metadata: {labels: {app: db}, annotations: {}, finalizers: [x]}
      templateFrom: [{configMap: {name: tpl, items: [{key: k}]}}]
`);
    expect(stored.spec).toEqual({
      refreshInterval: "1h30m0s",
      refreshPolicy: "Periodic",
      newField: { deep: [1, null, {}] },
      data: [
        {
          secretKey: "a",
          remoteRef: {
            key: "k",
            conversionStrategy: "Unicode",
            decodingStrategy: "None",
            metadataPolicy: "None",
            nullBytePolicy: "Fail",
          },
        },
      ],
      dataFrom: [
        {
          extract: { key: "all", conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" },
          rewrite: [
            { regexp: { source: "^a", target: "" } },
            { merge: { into: "x", priorityPolicy: "Strict", conflictPolicy: "Error", strategy: "Extract" } },
          ],
        },
        { find: { name: { regexp: "^x" }, conversionStrategy: "Default", decodingStrategy: "None" } },
      ],
      target: {
        name: "db",
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: {
          type: "kubernetes.io/tls",
          engineVersion: "v2",
          mergePolicy: "Replace",
          data: { "tls.crt": "{{ .a }}" },
          metadata: { labels: { app: "db" }, finalizers: ["x"] },
          templateFrom: [{ configMap: { name: "tpl", items: [{ key: "k", templateAs: "Values" }] }, target: "Data" }],
        },
      },
    });
    expect(viewSpec(stored, "db")).toMatchObject({
      target: { type: "kubernetes.io/tls", labels: { app: "db" }, annotations: null },
      other: {
        newField: { deep: [1, null, {}] },
        data: { "0": { remoteRef: { conversionStrategy: "Unicode", nullBytePolicy: "Fail" } } },
        dataFrom: { "0": { rewrite: [{ regexp: { source: "^a" } }, { merge: { into: "x" } }] } },
        target: { template: { metadata: { finalizers: ["x"] } } },
      },
    });
  });

  it("that we rendered is read as it was", () => {
    const stored = { ...storedOf({ ...oneKey, target: { labels: { a: "b" } } }), labels: { app: "x" } };
    const text = toYaml(
      renderExternalSecret({
        apiVersion: "v1",
        namespace: "alpha",
        name: "db",
        uid: "u",
        ids: { installation: "i", assignment: "a" },
        store: { name: "vault", scope: "ORGANIZATION" },
        stored,
        forceSyncToken: "t",
      }),
    );
    expect(parsed(text)).toEqual({
      name: "db",
      namespace: "alpha",
      storeRef: { name: "vault", kind: "ClusterSecretStore" },
      stored: { ...stored, labels: { app: "x", "app.kubernetes.io/managed-by": "secretariat" } },
    });
  });

  it.each([
    ["---\n", ""],
    ["# a comment\n---\n", "\n...\n"],
    ["", "\n---\n"],
    ["%YAML 1.2\n---\n", "\n---\n# nothing more\n"],
  ])("may stand between marks: %j", (before, after) => expect(parsed(before + GOOD + after).name).toBe("db"));

  it("may use an alias", () => {
    const text = `${HEAD}metadata: {name: &name db}\nspec:\n${STORE}${DATA}  target: {name: *name}\n`;
    expect(parsed(text).stored.spec["target"]).toMatchObject({ name: "db" });
  });
});

describe("a manifest is refused", () => {
  it.each([
    ["nothing", "", [""]],
    ["a comment only", "# nothing\n", [""]],
    ["null", "null", [""]],
    ["two documents", `${GOOD}---\n${GOOD}`, [""]],
    ["a list", "- a", [""]],
    ["a word", "hello", [""]],
    ["broken YAML", "a: [", [""]],
    ["a key twice", `${GOOD}kind: ExternalSecret\n`, [""]],
    ["a key twice, deep", GOOD.replace("{key: k}", "{key: k, key: l}"), [""]],
    ["a key that is no string", `${GOOD}? [a]\n: b\n`, [""]],
    ["a tag", GOOD.replace("{name: db}", "{name: !!str db}"), [""]],
    ["a tag of its own", GOOD.replace("{key: k}", "!js/function {key: k}"), [""]],
    ["an alias to itself", "a: &a [*a]", [""]],
    ["an alias to what it stands in", "a: &a {b: &b {c: [*b, *a]}}", ["", ""]],
    ["an alias to nothing", GOOD.replace("{name: db}", "{name: *db}"), [""]],
    ["a number that is none", `${GOOD}  x: .inf\n`, [""]],
    ["another kind", GOOD.replace("kind: ExternalSecret", "kind: Secret"), ["kind"]],
    ["another version", GOOD.replace("io/v1", "io/v1alpha1"), ["apiVersion"]],
    ["an unknown part", `${GOOD}data: {}\n`, ["data"]],
    ["no metadata", GOOD.replace("metadata: {name: db}\n", ""), ["metadata.name"]],
    ["no name", GOOD.replace("{name: db}", "{generateName: db-}"), ["metadata.name"]],
    ["a bad name", GOOD.replace("{name: db}", "{name: Db}"), ["metadata.name"]],
    ["a name that is no string", GOOD.replace("{name: db}", "{name: 12}"), ["metadata.name"]],
    ["a namespace that is no string", GOOD.replace("{name: db}", "{name: db, namespace: 1}"), ["metadata.namespace"]],
    ["labels that are no map", GOOD.replace("{name: db}", "{name: db, labels: [a]}"), ["metadata.labels"]],
    ["a label that is no string", GOOD.replace("{name: db}", "{name: db, labels: {a: true}}"), ["metadata.labels.a"]],
    ["a bad label", GOOD.replace("{name: db}", '{name: db, labels: {a: "{{ x }}"}}'), ["metadata.labels.a"]],
    ["a bad annotation", GOOD.replace("{name: db}", "{name: db, annotations: {a b: c}}"), ["metadata.annotations.a b"]],
    ["no spec", `${HEAD}metadata: {name: db}\n`, ["spec"]],
    ["a spec that is none", `${HEAD}metadata: {name: db}\nspec: []\n`, ["spec"]],
    ["no store", `${HEAD}metadata: {name: db}\nspec:\n${DATA}`, ["spec.secretStoreRef"]],
    [
      "an empty store",
      `${HEAD}metadata: {name: db}\nspec:\n  secretStoreRef: {}\n${DATA}`,
      ["spec.secretStoreRef.name"],
    ],
    ["a store without name", GOOD.replace("name: vault", 'name: ""'), ["spec.secretStoreRef.name"]],
    ["a store of another kind", GOOD.replace("kind: Cluster", "kind: Foo"), ["spec.secretStoreRef.kind"]],
    [
      "a store with more",
      GOOD.replace("{name: vault", "{name: vault, namespace: x"),
      ["spec.secretStoreRef.namespace"],
    ],
    ["no data", `${HEAD}metadata: {name: db}\nspec:\n${STORE}`, ["spec.data"]],
    ["an interval that stops the operator", `${GOOD}  refreshInterval: soon\n`, ["spec.refreshInterval"]],
    ["an interval that is a number", `${GOOD}  refreshInterval: 60\n`, ["spec.refreshInterval"]],
    [
      "a window's duration",
      `${GOOD}  syncWindows: {windows: [{schedule: "* * * * *", duration: x}]}\n`,
      ["spec.syncWindows.windows.0.duration"],
    ],
    ["an unknown part's duration", `${GOOD}  cache: {maxTTL: forever}\n`, ["spec.cache.maxTTL"]],
    ["another policy", `${GOOD}  refreshPolicy: Never\n`, ["spec.refreshPolicy"]],
    [
      "no remoteRef",
      `${HEAD}metadata: {name: db}\nspec:\n${STORE}  data: [{secretKey: a}]\n`,
      ["spec.data.0.remoteRef"],
    ],
    ["no remote key", GOOD.replace("{key: k}", "{}"), ["spec.data.0.remoteRef.key"]],
    ["a remote key that is a number", GOOD.replace("{key: k}", "{key: 1}"), ["spec.data.0.remoteRef.key"]],
    ["no secret key", GOOD.replace("secretKey: a, ", ""), ["spec.data.0.secretKey"]],
    ["an item that is none", GOOD.replace("[{", "[null, {"), ["spec.data.0"]],
    [
      "another store for one key",
      GOOD.replace("{key: k}", "{key: k}, sourceRef: {storeRef: {name: x}}"),
      ["spec.data.0.sourceRef"],
    ],
    [
      "a generator",
      `${GOOD}  dataFrom: [{sourceRef: {generatorRef: {kind: Password, name: p}}}]\n`,
      ["spec.dataFrom.0.sourceRef"],
    ],
    ["another store, hidden", `${GOOD}  future: [{sourceRef: {storeRef: {name: x}}}]\n`, ["spec.future.0.sourceRef"]],
    [
      "another kind of target",
      `${GOOD}  target: {manifest: {apiVersion: v1, kind: ConfigMap}}\n`,
      ["spec.target.manifest"],
    ],
    [
      "two rewrites in one",
      `${GOOD}  dataFrom: [{extract: {key: k}, rewrite: [{regexp: {source: a, target: b}, transform: {template: x}}]}]\n`,
      ["spec.dataFrom.0.rewrite.0"],
    ],
    [
      "an expression of a rewrite",
      `${GOOD}  dataFrom: [{extract: {key: k}, rewrite: [{regexp: {source: "(?=a)", target: b}}]}]\n`,
      ["spec.dataFrom.0.rewrite.0.regexp.source"],
    ],
    ["YAML 1.1's truth", `${GOOD}  target: {immutable: yes}\n`, ["spec.target.immutable"]],
    [
      "a privileged type",
      `${GOOD}  target: {template: {type: bootstrap.kubernetes.io/token}}\n`,
      ["spec.target.template.type"],
    ],
    ["deep parts", `${GOOD}  x: ${"[".repeat(10)}${"]".repeat(10)}\n`, ["spec"]],
  ])("for %s", (_what, text, paths) => expect(pathsOf(text)).toEqual(paths));

  it("with all problems at once", () => {
    const text = `apiVersion: v1\nkind: Secret\nmetadata: {name: "!!"}\nspec: {refreshInterval: x, target: {name: "!"}}\n`;
    expect(pathsOf(text).sort()).toEqual([
      "apiVersion",
      "kind",
      "metadata.name",
      "spec.data",
      "spec.refreshInterval",
      "spec.secretStoreRef",
      "spec.target.name",
    ]);
    expect(parseManifest(text, settings)).toHaveProperty("parsed.name", "!!");
  });

  it("says where the YAML breaks", () => expect(problemsOf("a: 1\nb: [1, }\n")[0]).toMatch(/line 2, column \d+/));

  it("never quotes a large document in full", () =>
    expect(problemsOf(`a: !${"x".repeat(5000)} b`).join("").length).toBeLessThan(500));

  it.each([
    ["more than 64 KiB", `${GOOD}# ${"x".repeat(65_536)}`],
    [
      "aliases of aliases",
      `a: &a [x,x,x,x]\n${Array.from("bcdefgh")
        .map((c, i) => `${c}: &${c} [${`*${"abcdefg"[i]},`.repeat(4)}]`)
        .join("\n")}`,
    ],
    ["many aliases", `a: &a x\nb: [${"*a,".repeat(30)}]`],
    ["brackets", "[".repeat(60_000)],
    ["dashes", `${"- ".repeat(30_000)}a`],
    ["maps", "{a: ".repeat(12_000)],
    ["nesting that is closed", `${"[".repeat(200)}${"]".repeat(200)}`],
    ["keys", Array.from({ length: 9000 }, (_, i) => `k${i}: 1`).join("\n")],
  ])("quickly for %s", (_what, text) => {
    const started = performance.now();
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

it("is always answered, never thrown at", () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...Array.from(`a:{}[]-&*!|>"'#%@, \n`)), maxLength: 80 }),
    fc.json().map((json) => `${HEAD}metadata: {name: db}\nspec: ${json}\n`),
    fc.json().map((json) => `${HEAD}metadata: ${json}\nspec:\n${STORE}${DATA}  target: ${json}\n`),
  );
  fc.assert(
    fc.property(text, (manifest) => {
      const result = parseManifest(manifest, settings);
      expect("problems" in result ? result.problems.length > 0 : result.name !== "").toBe(true);
    }),
    { numRuns: 1500 },
  );
});
