import { describe, expect, it } from "vitest";
import type { SecretFieldsInput } from "../ports/desired-state.js";
import type { JsonObject } from "../json.js";
import type { StoredSpec } from "../secret.js";
import { checkMemberSecret, matchesGlob, type MemberSecret } from "./member-allowlist.js";
import { oneKey, provider, settings, storedOf } from "./testing.js";

const own = provider({ scope: "PROJECT", projectId: "p", projectKeyPrefix: null });

const ask = (stored: StoredSpec, over: Partial<MemberSecret> = {}): MemberSecret => ({
  name: "db",
  stored,
  provider: provider(),
  project: { name: "alpha" },
  storeCredentialNames: ["vault-token"],
  // What a Vault's effective key is: ESO strips the store's path and `data/`.
  effectiveKey: (key) =>
    key
      .replace(/^\/*/, "")
      .replace(/^secret\//, "")
      .replace(/^data\//, ""),
  settings,
  ...over,
});
const pathsOf = (input: MemberSecret): string[] => checkMemberSecret(input).map(({ path }) => path.join("."));
const keyed = (remoteKey: string): SecretFieldsInput => ({
  data: [{ secretKey: "a", remoteKey, decodingStrategy: "NONE" }],
});
const source = (extract: string): SecretFieldsInput => ({
  dataFrom: [{ extract: { key: extract, decodingStrategy: "NONE" } }],
});

describe("members may", () => {
  it.each<[string, SecretFieldsInput]>([
    ["read one key", oneKey],
    ["read a key whole", source("projects/alpha/all")],
    ["write a key as the store has it", keyed("secret/data/projects/alpha/db")],
    ["use a template", { ...oneKey, target: { template: { data: { url: "{{ .password }}" }, mergePolicy: "Merge" } } }],
    [
      "set plain labels and annotations",
      { ...oneKey, target: { labels: { app: "db" }, annotations: { note: "x y" } } },
    ],
    [
      "choose name, type and deletion",
      { ...oneKey, target: { name: "x", type: "kubernetes.io/tls", deletionPolicy: "DELETE", immutable: true } },
    ],
    ["choose when to refresh", { ...oneKey, refreshInterval: "0", refreshPolicy: "ON_CHANGE" }],
  ])("%s", (_what, fields) => expect(checkMemberSecret(ask(storedOf(fields)))).toEqual([]));

  it.each(["anything", "../other", "a b", "/"])("read any key of a provider of their project: %s", (key) =>
    expect(checkMemberSecret(ask(storedOf(keyed(key)), { provider: own }))).toEqual([]),
  );
  it("find in a provider of their project", () =>
    expect(checkMemberSecret(ask(storedOf({ dataFrom: [{ find: { path: "x" } }] }), { provider: own }))).toEqual([]));
});

describe("members may not", () => {
  it.each<[string, SecretFieldsInput, string[]]>([
    ["read elsewhere", keyed("projects/beta/db"), ["data.0.remoteKey"]],
    ["read beside their part", keyed("projects/alpha-2/db"), ["data.0.remoteKey"]],
    ["read what is only named alike", keyed("projects/alphabet"), ["data.0.remoteKey"]],
    ["read their part as such", keyed("projects/alpha/"), ["data.0.remoteKey"]],
    ["read the part's folder", keyed("projects/alpha"), ["data.0.remoteKey"]],
    ["climb out", keyed("projects/alpha/../beta/db"), ["data.0.remoteKey"]],
    ["climb out behind what is stripped", keyed("secret/data/projects/alpha/../../db"), ["data.0.remoteKey"]],
    ["hide a part", keyed("projects/alpha//db"), ["data.0.remoteKey"]],
    ["encode a slash", keyed("projects/alpha/..%2fbeta"), ["data.0.remoteKey"]],
    ["ask for parameters", keyed("projects/alpha/db?version=1"), ["data.0.remoteKey"]],
    ["write a prefix twice", keyed("secret/secret/projects/alpha/db"), ["data.0.remoteKey"]],
    ["extract elsewhere", source("projects/beta/all"), ["dataFrom.0.extract.key"]],
    ["find", { dataFrom: [{ find: { path: "projects/alpha/" } }] }, ["dataFrom.0.find"]],
    ["leave Secrets behind", { ...oneKey, target: { creationPolicy: "ORPHAN" } }, ["target.creationPolicy"]],
    ["merge into Secrets", { ...oneKey, target: { creationPolicy: "MERGE" } }, ["target.creationPolicy"]],
    ["create or merge", { ...oneKey, target: { creationPolicy: "CREATE_OR_MERGE" } }, ["target.creationPolicy"]],
    ["write none", { ...oneKey, target: { creationPolicy: "NONE" } }, ["target.creationPolicy"]],
    [
      "read other objects into a template",
      { ...oneKey, target: { template: { templateFrom: [{ literal: "x" }] } } },
      ["target.template.templateFrom"],
    ],
    [
      "set labels that others act on",
      { ...oneKey, target: { labels: { "argocd.argoproj.io/x": "y" } } },
      ["target.labels.argocd.argoproj.io/x"],
    ],
    [
      "set annotations that others act on",
      { ...oneKey, target: { annotations: { "a.b/x": "y" } } },
      ["target.annotations.a.b/x"],
    ],
    ["take a store's credential over", { ...oneKey, target: { name: "vault-token" } }, ["target.name"]],
    ["write protected Secrets", { ...oneKey, target: { name: "sh.helm.release.v1.x" } }, ["target.name"]],
  ])("%s", (_what, fields, paths) => expect(pathsOf(ask(storedOf(fields)))).toEqual(paths));

  it("use an organization provider that has no part for them", () => {
    const problems = checkMemberSecret(ask(storedOf(oneKey), { provider: provider({ projectKeyPrefix: null }) }));
    expect(problems.map(({ path }) => path.join("."))).toEqual(["data.0.remoteKey"]);
    expect(problems[0]?.message).toContain("no keys for project secrets");
  });

  it("take over a credential by the secret's own name", () =>
    expect(pathsOf(ask(storedOf(oneKey, "vault-token"), { name: "vault-token" }))).toEqual(["target.name"]));

  it("adopt a Secret's name that the object leaves out", () => {
    const spec: JsonObject = { data: [{ secretKey: "a", remoteRef: { key: "projects/alpha/x" } }] };
    const input = ask({ spec, labels: {}, annotations: {} }, { name: "default-token-x", paths: "manifest" });
    expect(pathsOf(input)).toEqual(["spec.target.name"]);
  });

  it.each<[string, JsonObject, string[]]>([
    ["another field", { syncWindows: { kind: "allow" } }, ["spec.syncWindows.kind"]],
    ["a rewrite", { dataFrom: [{ extract: { key: "projects/alpha/a" }, rewrite: [{}] }] }, ["spec.dataFrom.0.rewrite"]],
    [
      "a conversion",
      { data: [{ secretKey: "a", remoteRef: { key: "projects/alpha/a", conversionStrategy: "Unicode" } }] },
      ["spec.data.0.remoteRef.conversionStrategy"],
    ],
    [
      "metadata of the backend",
      { data: [{ secretKey: "a", remoteRef: { key: "projects/alpha/a", metadataPolicy: "Fetch" } }] },
      ["spec.data.0.remoteRef.metadataPolicy"],
    ],
    [
      "another store",
      { data: [{ secretKey: "a", remoteRef: { key: "projects/alpha/a" }, sourceRef: { storeRef: { name: "x" } } }] },
      ["spec.data.0.sourceRef.storeRef.name"],
    ],
    ["a source that names no key", { dataFrom: [{ extract: {} }] }, ["spec.dataFrom.0.extract.key"]],
    [
      "an item that names no key",
      { data: [{ secretKey: "a" }, "x"] },
      ["spec.data.1", "spec.data.0.remoteRef.key", "spec.data.1.remoteRef.key"],
    ],
    [
      "finalizers",
      { target: { template: { metadata: { finalizers: ["x"] } } } },
      ["spec.target.template.metadata.finalizers"],
    ],
    [
      "an unknown part of a template",
      { target: { template: { valuesFrom: [] } } },
      ["spec.target.template.valuesFrom"],
    ],
    ["another kind of object", { target: { manifest: { kind: "ConfigMap" } } }, ["spec.target.manifest.kind"]],
  ])("say in a manifest, or adopt, %s", (_what, spec, paths) =>
    expect(pathsOf(ask({ spec, labels: {}, annotations: {} }, { paths: "manifest" }))).toEqual(paths),
  );

  it("put keys with a DNS prefix on the ExternalSecret itself", () => {
    const stored = { ...storedOf(oneKey), labels: { ok: "1", "a.b/c": "2" }, annotations: { "d/e": "3" } };
    expect(pathsOf(ask(stored, { paths: "manifest" }))).toEqual(["metadata.labels.a.b/c", "metadata.annotations.d/e"]);
  });

  it("do several of these, and hear of all at once", () => {
    const stored = storedOf({
      ...keyed("x"),
      dataFrom: [{ find: { path: "x" } }],
      target: { name: "vault-token", creationPolicy: "MERGE", labels: { "a.b/c": "d" } },
    });
    expect(pathsOf(ask(stored)).sort()).toEqual([
      "data.0.remoteKey",
      "dataFrom.0.find",
      "target.creationPolicy",
      "target.labels.a.b/c",
      "target.name",
    ]);
  });
});

describe("a glob", () => {
  it.each<[string, string, boolean]>([
    ["abc", "abc", true],
    ["abc", "ab", false],
    ["abc", "*", true],
    ["", "*", true],
    ["abc", "a*", true],
    ["abc", "*c", true],
    ["abc", "a*c", true],
    ["ac", "a*c", true],
    ["a", "a*a", false],
    ["abcabc", "a*b*c", true],
    ["acb", "a*b*c", false],
    ["abXb", "a*b*b", true],
    ["ab", "a*b*b", false],
    ["sh.helm.release.v1.x.v2", "sh.helm.release.*", true],
    ["shXhelmXrelease.v1", "sh.helm.release.*", false],
    ["a.c", "a?c", false],
    ["a[b]", "a[b]", true],
    ["a", "**", true],
  ])("%s against %s: %s", (name, pattern, matches) => expect(matchesGlob(name, pattern)).toBe(matches));

  it("takes no exponential time", () => {
    const started = performance.now();
    expect(matchesGlob("a".repeat(253), `${"*a".repeat(100)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
