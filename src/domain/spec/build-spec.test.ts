import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SecretFieldsInput } from "../ports/desired-state.js";
import type { StoredSpec } from "../secret.js";
import { buildSpec, changeSpec } from "./build-spec.js";
import { viewSpec } from "./spec-view.js";
import { oneKey, settings, storedOf } from "./testing.js";

const DEFAULT_REF = { conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" };

describe("a new secret's spec", () => {
  it("has every default of the CRD, and keeps our labels off the native Secret", () => {
    expect(buildSpec("db", { data: [{ secretKey: "a", remoteKey: "k", decodingStrategy: "NONE" }] }, settings)).toEqual(
      {
        problems: [],
        stored: {
          labels: {},
          annotations: {},
          spec: {
            refreshPolicy: "Periodic",
            refreshInterval: "1h0m0s",
            data: [{ secretKey: "a", remoteRef: { key: "k", ...DEFAULT_REF } }],
            target: {
              name: "db",
              creationPolicy: "Owner",
              deletionPolicy: "Retain",
              template: { type: "Opaque", engineVersion: "v2", mergePolicy: "Replace", metadata: {} },
            },
          },
        },
      },
    );
  });

  it("says what each field says, in the operator's words", () => {
    const { spec } = storedOf({
      data: [{ secretKey: "a", remoteKey: "k", property: "p", version: "3", decodingStrategy: "BASE64_URL" }],
      dataFrom: [
        { extract: { key: "all", property: "", version: null, decodingStrategy: "AUTO" } },
        { find: { path: "team", nameRegExp: "^x", tags: { env: "prod" } } },
      ],
      refreshInterval: "90m",
      refreshPolicy: "ON_CHANGE",
      target: {
        name: "db-native",
        type: "kubernetes.io/basic-auth",
        creationPolicy: "ORPHAN",
        deletionPolicy: "MERGE",
        immutable: true,
        template: { data: { url: "{{ .a }}" }, mergePolicy: "Merge", templateFrom: [{ literal: "x: y" }] },
        labels: { app: "db" },
        annotations: { note: "any text" },
      },
    });
    expect(spec).toEqual({
      refreshPolicy: "OnChange",
      refreshInterval: "1h30m0s",
      data: [
        {
          secretKey: "a",
          remoteRef: { key: "k", property: "p", version: "3", ...DEFAULT_REF, decodingStrategy: "Base64URL" },
        },
      ],
      dataFrom: [
        { extract: { key: "all", ...DEFAULT_REF, decodingStrategy: "Auto" } },
        {
          find: {
            path: "team",
            name: { regexp: "^x" },
            tags: { env: "prod" },
            conversionStrategy: "Default",
            decodingStrategy: "None",
          },
        },
      ],
      target: {
        name: "db-native",
        creationPolicy: "Orphan",
        deletionPolicy: "Merge",
        immutable: true,
        template: {
          type: "kubernetes.io/basic-auth",
          engineVersion: "v2",
          mergePolicy: "Merge",
          data: { url: "{{ .a }}" },
          templateFrom: [{ literal: "x: y", target: "Data" }],
          metadata: { labels: { app: "db" }, annotations: { note: "any text" } },
        },
      },
    });
  });

  it.each([
    ["CREATED_ONCE", "CreatedOnce"],
    ["PERIODIC", "Periodic"],
    [null, "Periodic"],
    [undefined, "Periodic"],
  ] as const)("refresh policy %s is %s", (refreshPolicy, expected) =>
    expect(storedOf({ ...oneKey, refreshPolicy }).spec["refreshPolicy"]).toBe(expected),
  );

  it.each([
    ["MERGE", "Merge", undefined],
    ["CREATE_OR_MERGE", "CreateOrMerge", undefined],
    ["NONE", "None", undefined],
    ["OWNER", "Owner", "Opaque"],
    ["ORPHAN", "Orphan", "Opaque"],
  ] as const)("creation policy %s: the type is said only of Secrets that are made", (creationPolicy, word, type) => {
    const target = storedOf({ ...oneKey, target: { creationPolicy, type: "Opaque" } }).spec["target"];
    expect(target).toMatchObject({ creationPolicy: word });
    expect(target).toHaveProperty("template", {
      ...(type === undefined ? {} : { type }),
      engineVersion: "v2",
      mergePolicy: "Replace",
      metadata: {},
    });
  });

  it("holds nothing that the operator's Update would drop", () => {
    const { spec } = storedOf({
      data: [{ secretKey: "a", remoteKey: "k", property: "", version: "", decodingStrategy: "NONE" }],
      dataFrom: [],
      target: { immutable: false, labels: {}, annotations: {}, template: { data: {}, templateFrom: [] } },
    });
    const text = JSON.stringify(spec);
    expect(text).not.toContain('""');
    expect(text).not.toContain("[]");
    expect(text).not.toContain("false");
    expect(text.replace('"metadata":{}', "")).not.toContain("{}");
    expect(text).not.toContain("dataFrom");
  });
});

describe("what typed input is refused for", () => {
  const cases: [string, SecretFieldsInput, string[]][] = [
    ["nothing to fetch", {}, ["data"]],
    ["empty lists", { data: [], dataFrom: [] }, ["data"]],
    [
      "an empty remote key",
      { data: [{ secretKey: "a", remoteKey: "", decodingStrategy: "NONE" }] },
      ["data.0.remoteKey"],
    ],
    [
      "an impossible key",
      { data: [{ secretKey: "a b", remoteKey: "k", decodingStrategy: "NONE" }] },
      ["data.0.secretKey"],
    ],
    [
      "a key twice",
      {
        data: [
          { secretKey: "a", remoteKey: "k", decodingStrategy: "NONE" },
          { secretKey: "a", remoteKey: "l", decodingStrategy: "NONE" },
        ],
      },
      ["data.1.secretKey"],
    ],
    ["a source that is none", { dataFrom: [{}] }, ["dataFrom.0"]],
    [
      "a source that is two",
      { dataFrom: [{ extract: { key: "k", decodingStrategy: "NONE" }, find: { path: "x" } }] },
      ["dataFrom.0"],
    ],
    ["a find of nothing", { dataFrom: [{ find: { nameRegExp: "", path: "", tags: {} } }] }, ["dataFrom.0.find"]],
    [
      "an expression that RE2 refuses",
      { dataFrom: [{ find: { nameRegExp: "(?=x)" } }] },
      ["dataFrom.0.find.nameRegExp"],
    ],
    ["tags that are no strings", { dataFrom: [{ find: { tags: { a: 1 } } }] }, ["dataFrom.0.find.tags.a"]],
    ["tags that are no map", { dataFrom: [{ find: { path: "x", tags: ["a"] } }] }, ["dataFrom.0.find.tags"]],
    [
      "an empty extract",
      { dataFrom: [{ extract: { key: "", decodingStrategy: "NONE" } }] },
      ["dataFrom.0.extract.key"],
    ],
    ["no duration", { ...oneKey, refreshInterval: "soon" }, ["refreshInterval"]],
    ["an empty duration", { ...oneKey, refreshInterval: "" }, ["refreshInterval"]],
    ["an empty target name", { ...oneKey, target: { name: "" } }, ["target.name"]],
    ["an empty type", { ...oneKey, target: { type: "" } }, ["target.type"]],
    ["a short interval", { ...oneKey, refreshInterval: "59s" }, ["refreshInterval"]],
    ["a negative interval", { ...oneKey, refreshInterval: "-1h" }, ["refreshInterval"]],
    ["a bad target name", { ...oneKey, target: { name: "Db" } }, ["target.name"]],
    [
      "Delete without Owner",
      { ...oneKey, target: { deletionPolicy: "DELETE", creationPolicy: "ORPHAN" } },
      ["target.deletionPolicy"],
    ],
    [
      "Merge with None",
      { ...oneKey, target: { deletionPolicy: "MERGE", creationPolicy: "NONE" } },
      ["target.deletionPolicy"],
    ],
    ["a token of the cluster", { ...oneKey, target: { type: "kubernetes.io/service-account-token" } }, ["target.type"]],
    ["a bootstrap token", { ...oneKey, target: { type: "bootstrap.kubernetes.io/token" } }, ["target.type"]],
    ["a label's key", { ...oneKey, target: { labels: { "a b": "x" } } }, ["target.labels.a b"]],
    ["a label's value", { ...oneKey, target: { labels: { a: "x y" } } }, ["target.labels.a"]],
    ["a label that is no string", { ...oneKey, target: { labels: { a: true } } }, ["target.labels.a"]],
    ["labels that are no map", { ...oneKey, target: { labels: "a=b" } }, ["target.labels"]],
    ["an annotation's key", { ...oneKey, target: { annotations: { "/a": "x" } } }, ["target.annotations./a"]],
    ["large annotations", { ...oneKey, target: { annotations: { a: "x".repeat(65_537) } } }, ["target.annotations"]],
    ["a type in the template", { ...oneKey, target: { template: { type: "Opaque" } } }, ["target.template.type"]],
    ["metadata in the template", { ...oneKey, target: { template: { metadata: {} } } }, ["target.template.metadata"]],
    ["an unknown part of the template", { ...oneKey, target: { template: { foo: 1 } } }, ["target.template.foo"]],
    [
      "an unknown part deep in the template",
      { ...oneKey, target: { template: { templateFrom: [{ literal: "a", foo: 1 }] } } },
      ["target.template.templateFrom.0.foo"],
    ],
    ["a template that is no object", { ...oneKey, target: { template: "x" } }, ["target.template"]],
    [
      "template data that is no string",
      { ...oneKey, target: { template: { data: { a: 1 } } } },
      ["target.template.data.a"],
    ],
    [
      "a key of template data",
      { ...oneKey, target: { template: { data: { "a/b": "x" } } } },
      ["target.template.data.a/b"],
    ],
    ["another engine", { ...oneKey, target: { template: { engineVersion: "v1" } } }, ["target.template.engineVersion"]],
    [
      "a template's path into the object",
      { ...oneKey, target: { template: { templateFrom: [{ literal: "a", target: "metadata.ownerReferences" }] } } },
      ["target.template.templateFrom.0.target"],
    ],
    [
      "deep JSON",
      { ...oneKey, target: { template: JSON.parse(`${'{"a":'.repeat(11)}1${"}".repeat(11)}`) } },
      ["target.template"],
    ],
    ["large JSON", { ...oneKey, target: { template: { data: { a: "x".repeat(65_536) } } } }, ["target.template"]],
    ["a NUL character", { ...oneKey, target: { template: { data: { a: "\u0000" } } } }, ["target.template"]],
    ["what is no JSON", { ...oneKey, target: { labels: new Date(0) } }, ["target.labels"]],
    ["a number that is none", { ...oneKey, target: { labels: { a: Number.NaN } } }, ["target.labels"]],
    [
      "control characters",
      { data: [{ secretKey: "a", remoteKey: "a\nb", decodingStrategy: "NONE" }] },
      ["data.0.remoteKey"],
    ],
    [
      "half a pair",
      { data: [{ secretKey: "a", remoteKey: "\ud800", decodingStrategy: "NONE" }] },
      ["data.0.remoteKey"],
    ],
  ];
  it.each(cases)("%s", (_what, fields, paths) => {
    const { problems } = buildSpec("db", fields, settings);
    expect(problems.map(({ path }) => path.join("."))).toEqual(paths);
  });

  it("names all problems at once", () => {
    const { problems, stored } = buildSpec(
      "db",
      {
        data: [{ secretKey: "", remoteKey: "", property: "\u0007", decodingStrategy: "NONE" }],
        dataFrom: [{}],
        refreshInterval: "1x",
        target: { name: "-", deletionPolicy: "DELETE", creationPolicy: "NONE", labels: { "!": "!" } },
      },
      settings,
    );
    expect(problems.map(({ path }) => path.join(".")).sort()).toEqual([
      "data.0.property",
      "data.0.remoteKey",
      "data.0.secretKey",
      "dataFrom.0",
      "refreshInterval",
      "target.deletionPolicy",
      "target.labels.!",
      "target.labels.!",
      "target.name",
    ]);
    expect(stored).not.toBeNull();
  });

  it("says one problem of very many items, and checks those that there may be", () => {
    const items = Array.from({ length: 3000 }, () => ({
      secretKey: "!",
      remoteKey: "k",
      decodingStrategy: "NONE" as const,
    }));
    const { problems } = buildSpec("db", { data: items }, settings);
    expect(problems[0]?.path).toEqual(["data"]);
    expect(problems[0]?.message).toContain("at most 5 items");
    expect(problems.length).toBeLessThan(20);
  });

  it("counts data and dataFrom together", () => {
    const data = ["a", "b", "c"].map((secretKey) => ({ secretKey, remoteKey: "k", decodingStrategy: "NONE" as const }));
    const source = { extract: { key: "k", decodingStrategy: "NONE" as const } };
    expect(buildSpec("db", { data, dataFrom: [source, source] }, settings).problems).toEqual([]);
    expect(buildSpec("db", { data, dataFrom: [source, source, source] }, settings).problems).toHaveLength(1);
  });

  it.each(["0", "0s", "1m", "60000ms", "8760h"])("takes an interval of %s", (refreshInterval) =>
    expect(buildSpec("db", { ...oneKey, refreshInterval }, settings).problems).toEqual([]),
  );

  it("leaves templates in labels' values to the operator", () =>
    expect(
      buildSpec("db", { ...oneKey, target: { labels: { env: "{{ .env | quote }}" } } }, settings).problems,
    ).toEqual([]));

  it("is not led astray by names that every object has", () => {
    const odd: unknown = JSON.parse('{"__proto__": "x", "constructor": "y"}');
    const { problems, stored } = buildSpec("db", { ...oneKey, target: { template: { data: odd } } }, settings);
    expect(problems).toEqual([]);
    expect(JSON.stringify(stored)).toContain('"data":{"__proto__":"x","constructor":"y"}');
    const { problems: unknown } = buildSpec("db", { ...oneKey, target: { template: odd } }, settings);
    expect(unknown.map(({ path }) => path.at(-1))).toEqual(["__proto__", "constructor"]);
  });
});

describe("a change", () => {
  const rich: StoredSpec = {
    labels: { team: "a" },
    annotations: {},
    spec: {
      refreshPolicy: "OnChange",
      refreshInterval: "2h0m0s",
      syncWindows: { kind: "allow" },
      data: [
        { secretKey: "a", remoteRef: { key: "k", ...DEFAULT_REF, conversionStrategy: "Unicode" } },
        { secretKey: "b", remoteRef: { key: "l", ...DEFAULT_REF } },
      ],
      dataFrom: [
        { extract: { key: "all", ...DEFAULT_REF }, rewrite: [{ regexp: { source: "a", target: "b" } }] },
        { find: { path: "x", conversionStrategy: "Unicode", decodingStrategy: "None" } },
      ],
      target: {
        name: "native",
        creationPolicy: "Owner",
        deletionPolicy: "Delete",
        immutable: true,
        template: {
          type: "kubernetes.io/tls",
          engineVersion: "v2",
          mergePolicy: "Merge",
          data: { x: "y" },
          metadata: { labels: { app: "db" }, annotations: { n: "1" }, finalizers: ["f"] },
        },
      },
    },
  };

  it("of nothing changes nothing", () =>
    expect(changeSpec("db", rich, {}, settings)).toEqual({ stored: rich, problems: [] }));

  it("with null sets back to the default, and keeps what no field says", () => {
    const { stored, problems } = changeSpec(
      "db",
      rich,
      { dataFrom: null, refreshInterval: null, refreshPolicy: null, target: null },
      settings,
    );
    expect(problems).toEqual([]);
    expect(stored?.labels).toEqual({ team: "a" });
    expect(stored?.spec).toEqual({
      refreshPolicy: "Periodic",
      refreshInterval: "1h0m0s",
      syncWindows: { kind: "allow" },
      data: rich.spec["data"],
      target: {
        name: "db",
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: { type: "Opaque", engineVersion: "v2", mergePolicy: "Replace", metadata: { finalizers: ["f"] } },
      },
    });
  });

  it.each([
    [{ name: "other" }, { name: "other" }],
    [{ name: null }, { name: "db" }],
    [{ deletionPolicy: null }, { deletionPolicy: "Retain" }],
    [{ type: "Opaque" }, { template: { type: "Opaque", data: { x: "y" } } }],
    [{ type: null }, { template: { type: "Opaque" } }],
    [
      { labels: null },
      { template: { type: "kubernetes.io/tls", metadata: { annotations: { n: "1" }, finalizers: ["f"] } } },
    ],
    [{ labels: { b: "c" } }, { template: { metadata: { labels: { b: "c" } } } }],
    [{ annotations: {} }, { template: { metadata: { labels: { app: "db" } } } }],
    [
      { template: { data: { z: "1" } } },
      { template: { type: "kubernetes.io/tls", data: { z: "1" }, mergePolicy: "Replace" } },
    ],
    [
      { template: null },
      { template: { type: "kubernetes.io/tls", mergePolicy: "Replace", metadata: { labels: { app: "db" } } } },
    ],
  ])("of the target alone: %j", (target, expected) => {
    const { stored, problems } = changeSpec("db", rich, { target }, settings);
    expect(problems).toEqual([]);
    expect(stored?.spec["target"]).toMatchObject(expected);
    expect({ ...stored?.spec, target: 0 }).toEqual({ ...rich.spec, target: 0 });
  });

  it.each([null, false])("to not immutable (%s) takes the field away, as the operator would", (immutable) => {
    const { stored } = changeSpec("db", rich, { target: { immutable } }, settings);
    expect(stored?.spec["target"]).not.toHaveProperty("immutable");
    expect(stored?.spec["target"]).toHaveProperty("name", "native");
  });

  it("takes a replaced template's data away", () => {
    const { stored } = changeSpec("db", rich, { target: { template: null } }, settings);
    expect(stored?.spec["target"]).not.toHaveProperty("template.data");
  });

  it("keeps what an item says beyond the fields, by the item's key, or by its place", () => {
    const change = (fields: SecretFieldsInput): StoredSpec | null => changeSpec("db", rich, fields, settings).stored;
    const none = { decodingStrategy: "NONE" } as const;
    // Reordered: the conversion strategy goes with its key.
    expect(
      change({
        data: [
          { secretKey: "b", remoteKey: "l", ...none },
          { secretKey: "a", remoteKey: "new", ...none },
        ],
      })?.spec["data"],
    ).toEqual([
      { secretKey: "b", remoteRef: { key: "l", ...DEFAULT_REF } },
      { secretKey: "a", remoteRef: { key: "new", ...DEFAULT_REF, conversionStrategy: "Unicode" } },
    ]);
    // Renamed, as many as before: it goes with its place.
    expect(
      change({
        data: [
          { secretKey: "c", remoteKey: "k", ...none },
          { secretKey: "b", remoteKey: "l", ...none },
        ],
      })?.spec["data"],
    ).toMatchObject([
      { secretKey: "c", remoteRef: { conversionStrategy: "Unicode" } },
      { secretKey: "b", remoteRef: { conversionStrategy: "Default" } },
    ]);
    // Another list: it is gone.
    expect(change({ data: [{ secretKey: "c", remoteKey: "k", ...none }] })?.spec["data"]).toMatchObject([
      { secretKey: "c", remoteRef: { conversionStrategy: "Default" } },
    ]);
    expect(
      change({ dataFrom: [{ find: { path: "x" } }, { extract: { key: "all", ...none } }] })?.spec["dataFrom"],
    ).toMatchObject([
      { find: { path: "x", conversionStrategy: "Unicode" } },
      { extract: { key: "all" }, rewrite: [{ regexp: { source: "a", target: "b" } }] },
    ]);
    // A find never takes over what stood beside an extract.
    expect(change({ dataFrom: [{ find: { path: "n" } }, { find: { path: "x" } }] })?.spec["dataFrom"]).toEqual([
      { find: { path: "n", conversionStrategy: "Default", decodingStrategy: "None" } },
      { find: { path: "x", conversionStrategy: "Unicode", decodingStrategy: "None" } },
    ]);
  });

  it("of an adopted object without a template keeps the copied labels on the native Secret", () => {
    const adopted: StoredSpec = {
      labels: { app: "db" },
      annotations: { note: "x" },
      spec: { refreshInterval: "1h", data: [{ secretKey: "a", remoteRef: { key: "k" } }], target: { name: "db" } },
    };
    const { stored, problems } = changeSpec("db", adopted, { refreshInterval: "2h" }, settings);
    expect(problems).toEqual([]);
    expect(stored?.spec).toEqual({
      refreshInterval: "2h0m0s",
      refreshPolicy: "Periodic",
      data: [{ secretKey: "a", remoteRef: { key: "k", ...DEFAULT_REF } }],
      target: {
        name: "db",
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        template: {
          engineVersion: "v2",
          mergePolicy: "Replace",
          metadata: { labels: { app: "db" }, annotations: { note: "x" } },
        },
      },
    });
  });

  it("is refused with paths of the input, for what stands there already too", () => {
    const { problems } = changeSpec("db", rich, { target: { creationPolicy: "MERGE" } }, settings);
    expect(problems.map(({ path }) => path)).toEqual([["target", "deletionPolicy"]]);
  });
});

describe("properties", () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const optional = fc.option(word, { nil: undefined });
  const decodingStrategy = fc.constantFrom("NONE", "AUTO", "BASE64", "BASE64_URL");
  const fields: fc.Arbitrary<SecretFieldsInput> = fc.record(
    {
      data: fc.uniqueArray(
        fc.record({ secretKey: word, remoteKey: word, property: optional, version: optional, decodingStrategy }),
        { selector: ({ secretKey }) => secretKey, minLength: 1, maxLength: 3 },
      ),
      dataFrom: fc.array(
        fc.oneof(
          fc.record({ extract: fc.record({ key: word, property: optional, version: optional, decodingStrategy }) }),
          fc.record({ find: fc.record({ path: word, nameRegExp: optional, tags: fc.dictionary(word, word) }) }),
        ),
        { maxLength: 2 },
      ),
      refreshInterval: fc.nat(1000).map((hours) => `${hours}h`),
      refreshPolicy: fc.constantFrom("PERIODIC", "ON_CHANGE", "CREATED_ONCE"),
      target: fc.record(
        {
          name: word,
          type: fc.constantFrom("Opaque", "kubernetes.io/tls"),
          creationPolicy: fc.constantFrom("OWNER", "ORPHAN", "MERGE", "CREATE_OR_MERGE"),
          deletionPolicy: fc.constantFrom("RETAIN", "MERGE"),
          immutable: fc.boolean(),
          template: fc.option(fc.record({ data: fc.dictionary(word, fc.string()) })),
          labels: fc.option(fc.dictionary(word, word)),
          annotations: fc.option(fc.dictionary(word, word)),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ["data"] },
  );

  it("what is viewed and sent again is the same", () => {
    fc.assert(
      fc.property(fields, (input) => {
        const { stored, problems } = buildSpec("db", input, settings);
        expect(problems).toEqual([]);
        if (stored === null) throw new Error("nothing was built");
        const view = viewSpec(stored, "db");
        expect(view.other).toBeNull();
        expect(buildSpec("db", view, settings)).toEqual({ stored, problems: [] });
        expect(changeSpec("db", stored, view, settings)).toEqual({ stored, problems: [] });
        expect(changeSpec("db", stored, {}, settings)).toEqual({ stored, problems: [] });
      }),
    );
  });
});
