import { type Abuse, post, type Post } from "./target.js";

const REFUSED = /^400 BAD_USER_INPUT/;

const document = (name: string, body: Post | string, expects = REFUSED): Abuse => ({
  name: `document: ${name}`,
  run: (target) => post(target, body),
  expects,
  limit: 2_000,
});

const nested = (levels: number, open: string, close: string, inner: string): string =>
  open.repeat(levels) + inner + close.repeat(levels);
const times = (count: number, of: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => of(n)).join(" ");

const PAGE = "(first: 500) { nodes {";
const DEEP = nested(12, "secrets(first: 1) { nodes { provider { ", " } } }", "name");
const DOUBLING = `{ secret(id: "x") { ...F0 } } ${times(200, (n) => `fragment F${n} on Secret { ...F${n + 1} a: provider { secrets { nodes { ...F${n + 1} } } } }`)} fragment F200 on Secret { id }`;

/** Documents and variables that are deep, wide, aliased, circular, huge, batched or malformed. */
export const documents: readonly Abuse[] = [
  document("36 levels of fields", { query: `{ providers { nodes { ${DEEP} } } }` }),
  document("10,000 levels of braces", { query: nested(10_000, "{a", "}", "") }),
  document("20,000 levels of a list", { query: `{ secret(id: ${nested(20_000, "[", "]", "")}) { id } }` }),
  document("4,000 fields in one place", { query: `{ ${times(4_000, () => "me")} }` }),
  document("300 fields in one place", { query: `{ me { ${times(300, () => "subject")} } }` }),
  document("400 aliases", {
    query: `{ me { ${times(190, (n) => `a${n}: subject`)} } me { ${times(190, (n) => `b${n}: subject`)} } }`,
  }),
  document("40 top-level fields", { query: `{ ${times(40, (n) => `a${n}: me { subject }`)} }` }),
  document(
    "a fragment that spreads itself",
    { query: "{ me { ...A } } fragment A on Viewer { ...A }" },
    /^400 GRAPHQL_VALIDATION_FAILED/,
  ),
  document(
    "fragments in a circle",
    { query: `{ me { ...F0 } } ${times(100, (n) => `fragment F${n} on Viewer { ...F${(n + 1) % 100} }`)}` },
    /^400 GRAPHQL_VALIDATION_FAILED/,
  ),
  document("fragments that double 200 times", { query: DOUBLING }),
  document("pages in pages in pages", { query: `{ secrets${PAGE} assignments${PAGE} history${PAGE} id } } } } } } }` }),
  document("200 directives", { query: `{ me { ${times(200, () => "subject @skip(if: false)")} } }` }),
  document(
    "500 operations",
    { query: times(500, (n) => `query Q${n} { me { subject } }`), operationName: "Q1" },
    /^400|^200 data/,
  ),
  document("64 KiB of one name", { query: `{ ${"a".repeat(70_000)} }` }),
  document("6,000 tokens", { query: `{ me { ${times(6_000, () => "subject")} } }` }),
  document("introspection 30 levels deep", {
    query: `{ __schema { types { ${nested(30, "fields { type { ", " } }", "name")} } } }`,
  }),
  document("introspection, wide", {
    query: `{ ${times(20, (n) => `a${n}: __schema { types { fields { args { type { name fields { name } } } } } }`)} }`,
  }),
  document(
    "a batch of 1,000",
    `[${times(1_000, (n) => `${n === 0 ? "" : ","}{"query":"{ me { subject } }"}`)}]`,
    /^400 BAD_REQUEST/,
  ),
  document("no JSON", "{", REFUSED),
  document("JSON 100,000 levels deep", nested(100_000, '{"query":', "}", "1"), /^400/),
  document("an empty document", { query: "" }, /^400/),
  document("a query that is a number", { query: 1 }, /^400/),
  document("a query that is a list", { query: ["{ me { subject } }"] }, /^400/),
  document("null for everything", "null", /^400/),
  document("half a document", { query: "{ me { subject " }, /^400 GRAPHQL_PARSE_FAILED/),
  document("a document of NULs", { query: "\0".repeat(1_000) }, /^400 GRAPHQL_PARSE_FAILED/),
  document("variables that are a list", { query: "{ me { subject } }", variables: [1] }, /^400/),
  document("1,200 variables", { query: `query (${times(1_200, (n) => `$v${n}: Int`)}) { me { subject } }` }, /^400/),
  document(
    "a number beyond every number",
    { query: "{ secrets(first: 99999999999999999999999) { nodes { id } } }" },
    /^400/,
  ),
  document(
    "a page of a million",
    { query: "{ secrets(first: 1000000) { nodes { id } } }" },
    /^(?:200|400) BAD_USER_INPUT/,
  ),
  document("a page of minus one", { query: "{ secrets(first: -1) { nodes { id } } }" }, /^(?:200|400) BAD_USER_INPUT/),
  document(
    "20,000 ids",
    {
      query: 'mutation ($ids: [ID!]!) { assignSecret(secretId: "x", projectIds: $ids) { id } }',
      variables: { ids: Array.from({ length: 20_000 }, (_, n) => `prj_${n}`) },
    },
    /^200 (?:BAD_USER_INPUT|NOT_FOUND)/,
  ),
  document(
    "20,000 statuses",
    {
      query: "query ($s: [SecretStatus!]) { secrets(filter: { status: $s }) { nodes { id } } }",
      variables: { s: Array.from({ length: 20_000 }, () => "SYNCED") },
    },
    /^(?:200|400)/,
  ),
  document(
    "names of Object's own",
    '{"query":"query ($__proto__: Int) { me { subject } }","variables":{"__proto__":1,"constructor":{"prototype":1}},"operationName":"__proto__"}',
    /^400/,
  ),
  document(
    "a JSON input 5,000 levels deep",
    `{"query":"mutation ($a: JSON!) { createProvider(input: { name: \\"x\\", vault: { server: \\"https://vault.example.com\\", auth: $a } }) { id } }","variables":{"a":${nested(5_000, '{"a":', "}", "1")}}}`,
    /BAD_USER_INPUT/,
  ),
  document(
    "a JSON input with Object's own names",
    '{"query":"mutation ($a: JSON!) { createProvider(input: { name: \\"x\\", vault: { server: \\"https://vault.example.com\\", auth: $a } }) { id } }","variables":{"a":{"__proto__":{"x":1},"constructor":1}}}',
    /BAD_USER_INPUT/,
  ),
  document(
    "a JSON input of 200 KiB",
    {
      query:
        'mutation ($a: JSON!) { createProvider(input: { name: "x", vault: { server: "https://vault.example.com", auth: $a } }) { id } }',
      variables: { a: { a: "x".repeat(200_000) } },
    },
    /BAD_USER_INPUT/,
  ),
];

const find = (nameRegExp: string): Post => ({
  query:
    'query ($r: String!) { previewSecret(input: { name: "a-name", scope: ORGANIZATION, providerId: "x", dataFrom: [{ find: { nameRegExp: $r } }] }) { problems { path message } } }',
  variables: { r: nameRegExp },
});
const search = (text: string): Post => ({
  query:
    "query ($s: String) { projects(search: $s) { totalCount } secrets(filter: { search: $s }) { totalCount } providers(search: $s) { totalCount } }",
  variables: { s: text },
});

/** Regular expressions and globs where texts are looked for, and expressions that run away. */
export const patterns: readonly Abuse[] = [
  ...[
    "%".repeat(250),
    "_".repeat(250),
    "(a+)+$",
    "[".repeat(100),
    "*".repeat(250),
    "\\".repeat(251),
    "x".repeat(1_000_000 / 4),
    "';SELECT pg_sleep(10);--",
    "$$;SELECT 1",
  ].map((text): Abuse => ({
    name: `filter: ${text.slice(0, 20)}${text.length > 20 ? `… (${text.length})` : ""}`,
    run: (target) => post(target, search(text)),
    expects: text.length > 253 ? /^200 BAD_USER_INPUT search: A search is at most 253/ : /^200 data/,
    limit: 2_000,
  })),
  ...[
    "(a+)+$".repeat(40),
    "(((((((a*)*)*)*)*)*)*)*$",
    "(".repeat(20_000),
    "a{1000}{1000}{1000}",
    "[[:alpha:]".repeat(500),
  ].map((text): Abuse => ({
    name: `expression: ${text.slice(0, 20)}${text.length > 20 ? `… (${text.length})` : ""}`,
    run: (target) => post(target, find(text)),
    expects: /^200 (?:data|NOT_FOUND|BAD_USER_INPUT)/,
    limit: 2_000,
  })),
];

const manifest = (name: string, text: string): Abuse => ({
  name: `YAML: ${name}`,
  run: (target) =>
    post(target, {
      query: "mutation ($m: String!) { createSecretFromManifest(manifest: $m, scope: ORGANIZATION) { id } }",
      variables: { m: text },
    }),
  expects: /^200 BAD_USER_INPUT/,
  limit: 2_000,
});

/** Ten to the ninth of one word in half a kilobyte. */
const LAUGHS = `a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol,lol]\n${times(9, (n) => `a${n + 1}: &a${n + 1} [${times(10, () => `*a${n},`)}]\n`)}`;

export const yaml: readonly Abuse[] = [
  manifest("aliases of aliases, a billion words", LAUGHS),
  manifest("an alias to itself", "a: &a [*a]"),
  manifest(
    "3,000 anchors",
    times(3_000, (n) => `k${n}: &a${n} x\n`),
  ),
  manifest("3,000 aliases", `a: &a x\nb: [${"*a,".repeat(3_000)}]`),
  manifest("10,000 levels of a list", nested(10_000, "[", "]", "")),
  manifest("5,000 levels of a map", nested(5_000, "{a: ", "}", "1")),
  manifest("10,000 documents", "---\na: 1\n".repeat(6_000)),
  manifest("a tag that makes things", 'a: !!js/function "function () { return 1 }"'),
  manifest("merge keys", `a: &a {x: 1}\n${times(1_000, (n) => `b${n}: {<<: *a}\n`)}`),
  manifest("64 KiB and more of nothing", "#".repeat(300_000)),
  manifest("a key of 60,000 characters", `? ${"k".repeat(60_000)}\n: 1`),
  manifest("the same key 5,000 times", "a: 1\n".repeat(5_000)),
  manifest("a text of 60,000 quotes", '"'.repeat(60_000)),
];
