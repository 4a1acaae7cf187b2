import { bad, creating, deep, type Refusal } from "./case.js";

const spec = (title: string, over: Record<string, unknown>, ...paths: string[]): Refusal =>
  creating(title, () => over, bad(...paths));
const item = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  secretKey: "a",
  remoteKey: "b",
  ...over,
});

/** The operator's own webhook and CRD, what is refused for all, and bounds of a secret. */
export const SPECS: readonly Refusal[] = [
  spec("neither data nor dataFrom", { data: [] }, "data"),
  spec("neither data nor dataFrom, both null", { data: null, dataFrom: null }, "data"),
  spec("a key twice", { data: [item(), item()] }, "data.1.secretKey"),
  spec("a key that no Secret may have", { data: [item({ secretKey: "a b" })] }, "data.0.secretKey"),
  spec("a key that is too long", { data: [item({ secretKey: "a".repeat(254) })] }, "data.0.secretKey"),
  spec("an empty remote key", { data: [item({ remoteKey: "" })] }, "data.0.remoteKey"),
  spec("a remote key with a line break", { data: [item({ remoteKey: "a\nb" })] }, "data.0.remoteKey"),
  spec("a remote key that is too long", { data: [item({ remoteKey: "a".repeat(2_049) })] }, "data.0.remoteKey"),
  spec("extract and find", { data: [], dataFrom: [{ extract: { key: "a" }, find: { path: "b" } }] }, "dataFrom.0"),
  spec("neither extract nor find", { data: [], dataFrom: [{}] }, "dataFrom.0"),
  spec("finding nothing", { data: [], dataFrom: [{ find: {} }] }, "dataFrom.0.find"),
  spec("a bad expression", { data: [], dataFrom: [{ find: { nameRegExp: "(" } }] }, "dataFrom.0.find.nameRegExp"),
  spec("tags that are none", { data: [], dataFrom: [{ find: { tags: { a: 1 } } }] }, "dataFrom.0.find.tags.a"),
  ...["ORPHAN", "MERGE", "NONE", "CREATE_OR_MERGE"].map((creationPolicy) =>
    spec(
      `deletion policy DELETE with ${creationPolicy}`,
      { target: { creationPolicy, deletionPolicy: "DELETE" } },
      "target.deletionPolicy",
    ),
  ),
  spec(
    "deletion policy MERGE with NONE",
    { target: { creationPolicy: "NONE", deletionPolicy: "MERGE" } },
    "target.deletionPolicy",
  ),
  ...["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"].map((type) =>
    spec(`the type ${type}`, { target: { type } }, "target.type"),
  ),
  spec("an empty type", { target: { type: "" } }, "target.type"),
  spec("a target's name that is none", { target: { name: "Not A Name" } }, "target.name"),
  spec(
    "labels and annotations that are none",
    { target: { labels: { "a b": "c", ok: "not a value!" }, annotations: { "/x": "y" } } },
    "target.annotations./x",
    "target.labels.a b",
    "target.labels.ok",
  ),
  spec("labels that are no map", { target: { labels: ["a"] } }, "target.labels"),
  spec("a template that is no object", { target: { template: "text" } }, "target.template"),
  spec(
    "type, metadata and unknown parts in a template",
    { target: { template: { type: "Opaque", metadata: {}, nonsense: 1, manifest: {} } } },
    "target.template.manifest",
    "target.template.metadata",
    "target.template.nonsense",
    "target.template.type",
  ),
  ...["soon", "", "-1h", "1h 30m", "1d", "59s", "1ms", "9999999h"].map((refreshInterval) =>
    spec(
      `the interval "${refreshInterval}"`,
      { refreshInterval },
      ...(refreshInterval === "" ? ["refreshInterval", "refreshInterval"].slice(1) : ["refreshInterval"]),
    ),
  ),
  spec(
    "more items than a secret may have",
    {
      data: ["a", "b"].map((secretKey) => item({ secretKey })),
      dataFrom: [{ extract: { key: "c" } }, { extract: { key: "d" } }],
    },
    "data",
  ),
  spec("JSON that is too large", { target: { annotations: { a: "x".repeat(3_000) } } }, "target.annotations"),
  spec("JSON that is too deep", { target: { template: deep(8) } }, "target.template"),
  spec(
    "everything wrong at once",
    {
      name: "Not A Name",
      projectId: null,
      data: [item({ secretKey: "a b", remoteKey: "" }), item(), item()],
      refreshInterval: "soon",
      target: {
        name: "Also Not",
        creationPolicy: "MERGE",
        deletionPolicy: "DELETE",
        template: { nonsense: 1 },
        labels: { "a b": "c" },
      },
    },
    "data.0.remoteKey",
    "data.0.secretKey",
    "data.2.secretKey",
    "name",
    "refreshInterval",
    "target.deletionPolicy",
    "target.labels.a b",
    "target.name",
    "target.template.nonsense",
  ),
  {
    title: "a change with several mistakes",
    field: "updateSecret",
    arguments: (p) => ({
      input: {
        id: p.id("shared"),
        providerId: null,
        refreshInterval: "soon",
        data: [item(), item()],
        target: { type: "" },
      },
    }),
    ...bad("data.1.secretKey", "providerId", "refreshInterval", "target.type"),
  },
  creating(
    "bad input and a name that is taken: the bad input first",
    () => ({ name: "shared", data: [] }),
    bad("data"),
  ),
];
