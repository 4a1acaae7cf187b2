/** What a member asks of a secret, in the three ways in which it can be asked. */
export interface Asked {
  title: string;
  provider: string;
  /** The key of its only item. */
  key?: string;
  name?: string;
  /** Typed fields beside name, provider and data; null: they cannot say it. */
  typed?: Record<string, unknown> | null;
  /** The same in `spec` of the operator's object. */
  spec?: Record<string, unknown>;
  /** Labels and annotations of the object itself, which no typed field says. */
  metadata?: Record<string, unknown>;
  /** What each refusal says of it; left out: it is allowed. */
  says?: RegExp;
}

const UNDER = (prefix: string): RegExp => new RegExp(`this project may use keys under ${prefix} only`);
const PARTS = /empty part, `\.` or `\.\.`/;
const CHARACTERS = /Only letters, digits and/;

const keys = (provider: string, says: RegExp | null, ...list: string[]): Asked[] =>
  list.map((key) => ({
    title: `${provider}: the key ${JSON.stringify(key)}`,
    provider,
    key,
    ...(says === null ? {} : { says }),
  }));

/** Keys on the organization's providers (DESIGN.md, "Keys"), for the project `home`. */
export const KEYS: readonly Asked[] = [
  ...keys(
    "vault",
    null,
    "projects/home/x",
    "projects/home/a/b/c",
    "projects/home/A_b.c+d=e@f-g",
    "kv/projects/home/x",
    "kv/data/projects/home/x",
  ),
  ...keys(
    "vault",
    UNDER("projects/home/"),
    "x",
    "projects/other/x",
    "projects/home",
    "projects/homer/x",
    "Projects/home/x",
    "data/projects/home/x",
  ),
  ...keys(
    "vault",
    UNDER("projects/home/"),
    "kv/projects/other/x",
    "kv/data/projects/other/x",
    "kv/data/x",
    "other/projects/home/x",
    "kv/metadata/projects/home/x",
  ),
  ...keys(
    "vault",
    PARTS,
    "projects/home/",
    "projects/home/../other/x",
    "projects/home/./x",
    "projects/home//x",
    "/projects/home/x",
    "//projects/home/x",
    "projects/home/..",
    "../projects/home/x",
    "kv/data/../projects/home/x",
    "kv//projects/home/x",
    "kv/data//projects/home/x",
  ),
  ...keys(
    "vault",
    CHARACTERS,
    "projects/home/%2e%2e/other/x",
    "projects/home/x%2Fy",
    "projects/home/ä",
    "projects/home/\u2024\u2024/x",
    "projects\u2215home\u2215x",
    "projects/home/a b",
    "projects/home/a\\b",
    "projects/home/x?version=1",
    "projects/home/x#y",
    "projects/home/{project}",
    "projects/home/*",
    "projects/home/\u202ex",
  ),
  ...keys("vault-without-path", null, "kv/projects/home/x", "kv/data/projects/home/x"),
  ...keys(
    "vault-without-path",
    UNDER("kv/projects/home/"),
    "projects/home/x",
    "kv/projects/other/x",
    "kv/data/projects/other/x",
    "kv2/projects/home/x",
  ),
  ...keys("vault-without-path", PARTS, "kv/data/../projects/home/x", "kv/projects/home/../other/x"),
  ...keys("aws", null, "home/x", "home/a/b"),
  ...keys("aws", UNDER("team/home/"), "other/x", "x", "team/home/x", "home"),
  ...keys("aws", PARTS, "../team/home/x", "home/../other/x", "/home/x", "home//x"),
  ...keys("gcp", null, "home_x", "home_a-b"),
  ...keys("gcp", UNDER("home_"), "home-x", "other_x", "homer_x", "home"),
  ...keys("gcp", PARTS, "home_x/../other_x"),
  ...keys("azure", null, "home--x", "secret/home--x", "cert/home--x"),
  ...keys(
    "azure",
    UNDER("home--"),
    "home-x",
    "other--x",
    "secret/other--x",
    "home",
    "secret/x/home--y",
    "other--x/home--y/z".slice(0, 8),
  ),
  ...keys("azure", PARTS, "secret//home--x", "/home--x"),
  ...keys("existing", null, "projects/home/x"),
  ...keys("existing", PARTS, "projects/home/../x", "/projects/home/x"),
  // An existing store of Vault may strip everything up to `data`.
  ...keys("existing", /empty part|under projects\/home\//, "projects/home/data/x", "kv/data/projects/home/x"),
  ...keys("unprefixed", /has no keys for project secrets/, "projects/home/x", "x"),
  // Every key of the project's own provider is theirs.
  ...keys("home-vault", null, "x", "projects/other/x", "/a//b/../c", "ä b"),
];

const fromAll = (spec: Record<string, unknown>): Record<string, unknown> => ({ data: undefined, ...spec });

/** The rest of "What a member sends is an allowlist". */
export const SHAPES: readonly Asked[] = [
  {
    title: "find on the organization's provider",
    provider: "vault",
    typed: { data: [], dataFrom: [{ find: { path: "projects/home/", nameRegExp: ".*" } }] },
    spec: fromAll({ dataFrom: [{ find: { path: "projects/home/", name: { regexp: ".*" } } }] }),
    says: /members name each key/,
  },
  {
    title: "extract beyond the prefix",
    provider: "vault",
    typed: { data: [], dataFrom: [{ extract: { key: "projects/other/x" } }] },
    spec: fromAll({ dataFrom: [{ extract: { key: "projects/other/x" } }] }),
    says: UNDER("projects/home/"),
  },
  {
    title: "one good key and one bad",
    provider: "vault",
    typed: { dataFrom: [{ extract: { key: "projects/home/y" } }, { extract: { key: "projects/home/../y" } }] },
    spec: { dataFrom: [{ extract: { key: "projects/home/y" } }, { extract: { key: "projects/home/../y" } }] },
    key: "projects/home/x",
    says: PARTS,
  },
  {
    title: "find on their own provider",
    provider: "home-vault",
    typed: { data: [], dataFrom: [{ find: { path: "anything" } }] },
    spec: fromAll({ dataFrom: [{ find: { path: "anything" } }] }),
  },
  ...(
    [
      ["ORPHAN", "Orphan"],
      ["MERGE", "Merge"],
      ["NONE", "None"],
      ["CREATE_OR_MERGE", "CreateOrMerge"],
    ] as const
  ).map(([typed, word]): Asked => ({
    title: `creation policy ${typed}`,
    provider: "home-vault",
    typed: { target: { creationPolicy: typed } },
    spec: { target: { creationPolicy: word } },
    says: /the creation policy must be OWNER/,
  })),
  ...["vault-token", "sh.helm.release.v1.app", "default-token-abc", "locked-a-x"].flatMap((target): Asked[] => {
    const says = target === "vault-token" ? /reads its credential from the Secret vault-token/ : /are protected/;
    return [
      {
        title: `the native Secret ${target}`,
        provider: "home-vault",
        typed: { target: { name: target } },
        spec: { target: { name: target } },
        says,
      },
      { title: `the native Secret ${target}, by the secret's own name`, provider: "home-vault", name: target, says },
    ];
  }),
  {
    title: "a native Secret of an ordinary name, of an ordinary type",
    provider: "home-vault",
    typed: {
      target: { name: "locked-a-y", type: "kubernetes.io/basic-auth", immutable: true, deletionPolicy: "DELETE" },
    },
    spec: {
      target: {
        name: "locked-a-z",
        immutable: true,
        deletionPolicy: "Delete",
        template: { type: "kubernetes.io/basic-auth" },
      },
    },
  },
  ...["argocd.argoproj.io/instance", "app.kubernetes.io/managed-by", "x/y"].flatMap((key): Asked[] =>
    (["labels", "annotations"] as const).flatMap((map): Asked[] => [
      {
        title: `${map} of the native Secret: ${key}`,
        provider: "home-vault",
        typed: { target: { [map]: { [key]: "a" } } },
        spec: { target: { template: { metadata: { [map]: { [key]: "a" } } } } },
        says: /keys with a DNS prefix/,
      },
      {
        title: `${map} of the ExternalSecret: ${key}`,
        provider: "home-vault",
        typed: null,
        metadata: { [map]: { [key]: "a" } },
        says: /keys with a DNS prefix/,
      },
    ]),
  ),
  {
    title: "labels and annotations without a prefix",
    provider: "home-vault",
    typed: { target: { labels: { team: "a" }, annotations: { note: "b" } } },
    spec: { target: { template: { metadata: { labels: { team: "a" }, annotations: { note: "b" } } } } },
  },
  {
    title: "a template of data",
    provider: "home-vault",
    typed: { target: { template: { data: { b: "{{ .a }}" }, engineVersion: "v2", mergePolicy: "Merge" } } },
    spec: { target: { template: { data: { b: "{{ .a }}" }, engineVersion: "v2", mergePolicy: "Merge" } } },
  },
  {
    title: "a template from another Secret",
    provider: "home-vault",
    typed: { target: { template: { templateFrom: [{ secret: { name: "vault-token", items: [{ key: "token" }] } }] } } },
    spec: { target: { template: { templateFrom: [{ secret: { name: "vault-token", items: [{ key: "token" }] } }] } } },
    says: /Only platform admins may use this part of a template/,
  },
  {
    title: "a template into labels",
    provider: "home-vault",
    typed: { target: { template: { templateFrom: [{ target: "Labels", literal: "a: b" }] } } },
    spec: { target: { template: { templateFrom: [{ target: "Labels", literal: "a: b" }] } } },
    says: /Only platform admins may use this part of a template/,
  },
  ...(
    [
      ["metadata of the value", { data: [{ secretKey: "a", remoteRef: { key: "x", metadataPolicy: "Fetch" } }] }],
      ["a conversion of keys", { dataFrom: [{ extract: { key: "x", conversionStrategy: "Unicode" } }] }],
      [
        "a rewriting of keys",
        { dataFrom: [{ extract: { key: "x" }, rewrite: [{ regexp: { source: "a", target: "b" } }] }] },
      ],
    ] as const
  ).map(([title, spec]): Asked => ({
    title: `parts that no typed field says: ${title}`,
    provider: "home-vault",
    typed: null,
    spec,
    says: /Only platform admins may use this part of the operator's spec/,
  })),
  {
    title: "everything at once",
    provider: "vault",
    key: "projects/other/x",
    typed: {
      dataFrom: [{ find: { path: "a" } }],
      target: {
        name: "vault-token",
        creationPolicy: "MERGE",
        labels: { "a/b": "c" },
        template: { templateFrom: [{ literal: "a: b" }] },
      },
    },
    spec: {
      dataFrom: [{ find: { path: "a" } }],
      target: {
        name: "vault-token",
        creationPolicy: "Merge",
        template: { metadata: { labels: { "a/b": "c" } }, templateFrom: [{ literal: "a: b" }] },
      },
    },
    says: /(?=.*under projects\/home\/)(?=.*members name each key)(?=.*credential)(?=.*OWNER)(?=.*DNS prefix)(?=.*part of a template)/s,
  },
];
