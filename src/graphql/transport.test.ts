import { serverAudits } from "graphql-http";
import type { ExecutionResult } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.js";
import type { PageArgs } from "../domain/ports/paging.js";
import { notFound } from "../errors.js";
import { createGraphQL } from "./create-graphql.js";
import { ADMIN, EmptyReadModel, MemoryStream, NoDesiredState, RecordingLogger, uuid } from "./testing/fakes.js";
import { assignment, cluster, pageOf, project, provider, secret } from "./testing/rows.js";
import { type Served, serve } from "./testing/serve.js";

const readModel = new EmptyReadModel();
const desiredState = new NoDesiredState();
const logger = new RecordingLogger();
const stream = new MemoryStream();
let served: Served;

beforeAll(async () => {
  served = await serve(await createGraphQL({ readModel, desiredState, logger, stream }), ADMIN);
});
afterAll(() => served.stop());
beforeEach(() => {
  logger.lines.length = 0;
  readModel.calls.length = 0;
});

interface Operation {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

const isResult = (value: unknown): value is ExecutionResult => typeof value === "object" && value !== null;

async function overHttp(operation: Operation): Promise<{ status: number; result: ExecutionResult }> {
  const response = await fetch(served.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify(operation),
  });
  const result: unknown = await response.json();
  if (!isResult(result)) throw new Error("the answer is no object");
  return { status: response.status, result };
}

/** The first result, or the errors that the operation was refused with. */
function overWebSocket(operation: Operation): Promise<unknown> {
  return new Promise((resolve) => {
    served.client.subscribe(operation, {
      next: resolve,
      error: (errors) => {
        resolve({ errors });
      },
      complete: () => {
        resolve(null);
      },
    });
  });
}

const query = async (text: string, variables?: Record<string, unknown>): Promise<ExecutionResult> =>
  (await overHttp({ query: text, ...(variables === undefined ? {} : { variables }) })).result;

describe("GraphQL over HTTP (graphql-http's audits)", () => {
  it.each(serverAudits({ url: () => served.url }).map((audit) => ({ title: audit.name, audit })))(
    "$title",
    async ({ title, audit }) => {
      const result = await audit.fn();
      if (title.startsWith("MUST")) expect(result.status).toBe("ok");
      else expect(["ok", "notice", "warn"]).toContain(result.status);
    },
  );
});

const deep = (levels: number): string =>
  `{ me { projects { nodes { ${"cluster { projects { nodes { ".repeat(levels)} id ${"} } }".repeat(levels)} } } } }`;

const MISTAKES: { title: string; operation: Operation; code: string; says: RegExp; status?: number }[] = [
  { title: "a syntax error", operation: { query: "{ me { " }, code: "GRAPHQL_PARSE_FAILED", says: /Syntax Error/ },
  {
    title: "an unknown field",
    operation: { query: "{ me { password } }" },
    code: "GRAPHQL_VALIDATION_FAILED",
    says: /password/,
  },
  {
    title: "two unknown fields",
    operation: { query: "{ me { one two } }" },
    code: "GRAPHQL_VALIDATION_FAILED",
    says: /one/,
  },
  {
    title: "a cycle of fragments",
    operation: { query: "{ me { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }" },
    code: "GRAPHQL_VALIDATION_FAILED",
    says: /itself/,
  },
  {
    title: "a fragment of itself on a list",
    operation: {
      query: "{ secrets { nodes { ...A } } } fragment A on Secret { assignments { nodes { secret { ...A } } } }",
    },
    code: "GRAPHQL_VALIDATION_FAILED",
    says: /itself/,
  },
  {
    title: "a document that is too long",
    operation: { query: `{ me { subject } } # ${"x".repeat(70_000)}` },
    code: "BAD_USER_INPUT",
    says: /65536/,
  },
  {
    title: "too many tokens",
    operation: { query: `{ me { ${"subject ".repeat(6_000)} } }` },
    code: "BAD_USER_INPUT",
    says: /5000 tokens/,
  },
  { title: "a document that is too deep", operation: { query: deep(10) }, code: "BAD_USER_INPUT", says: /levels deep/ },
  {
    title: "a list that overflows the stack",
    operation: { query: `{ secrets(filter: {status: ${"[".repeat(2_400)}${"]".repeat(2_400)}}) { nodes { id } } }` },
    code: "BAD_USER_INPUT",
    says: /nested too deeply/,
  },
  {
    title: "too many aliases",
    operation: { query: `{ me { ${Array.from({ length: 51 }, (_, i) => `a${i}: subject`).join(" ")} } }` },
    code: "BAD_USER_INPUT",
    says: /51 aliases/,
  },
  {
    title: "too many fields at the top",
    operation: { query: `{ ${"me { subject } ".repeat(21)} }` },
    code: "BAD_USER_INPUT",
    says: /21 top-level fields/,
  },
  {
    title: "too many directives",
    operation: { query: `{ me { ${"subject @include(if: true) ".repeat(101)} } }` },
    code: "BAD_USER_INPUT",
    says: /101 directives/,
  },
  {
    title: "too many selections in one place",
    operation: { query: `{ me { ${"subject ".repeat(201)} } }` },
    code: "BAD_USER_INPUT",
    says: /201 selections/,
  },
  {
    title: "an operation that costs too much",
    operation: { query: "{ secrets(first: 500) { nodes { assignments(first: 500) { nodes { id } } } } }" },
    code: "BAD_USER_INPUT",
    says: /may cost/,
  },
  {
    title: "costs in a variable",
    operation: {
      query: "query($n: Int) { secrets(first: $n) { nodes { assignments(first: $n) { nodes { id } } } } }",
      variables: { n: 500 },
    },
    code: "BAD_USER_INPUT",
    says: /may cost/,
  },
  {
    title: "introspection that costs too much",
    operation: {
      query: `{ __schema { ${Array.from({ length: 40 }, (_, i) => `t${i}: types { fields { args { type { ofType { ofType { name kind description } } } } type { ofType { name } } } }`).join(" ")} } }`,
    },
    code: "BAD_USER_INPUT",
    says: /introspection may cost/,
  },
  {
    title: "introspection in circles",
    operation: { query: "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }" },
    code: "GRAPHQL_VALIDATION_FAILED",
    says: /introspection depth/,
  },
  {
    title: "an unknown operation",
    operation: { query: "query A { me { subject } }", operationName: "B" },
    code: "OPERATION_RESOLUTION_FAILURE",
    says: /Unknown operation named "B"/,
  },
  {
    title: "several operations and no name",
    operation: { query: "query A { me { subject } } query B { me { subject } }" },
    code: "OPERATION_RESOLUTION_FAILURE",
    says: /Must provide operation name/,
  },
  {
    title: "variables of the wrong type",
    operation: {
      query: "query($f: SecretFilter, $n: Int!) { secrets(filter: $f, first: $n) { nodes { id } } }",
      variables: { f: { search: 1, status: ["GOOD"], extra: "s3cr3t" } },
    },
    code: "BAD_USER_INPUT",
    says: /\$n/,
  },
  {
    title: "JSON that is too deep",
    operation: {
      query:
        'query($t: JSON) { previewSecret(input: {name: "a", scope: PROJECT, providerId: "x", target: {labels: $t}}) { manifest } }',
      variables: { t: JSON.parse(`${"[".repeat(65)}${"]".repeat(65)}`) },
    },
    code: "BAD_USER_INPUT",
    says: /64 levels/,
  },
  {
    title: "a page that is too long",
    operation: { query: "{ projects(first: 501) { nodes { id } } }" },
    code: "BAD_USER_INPUT",
    says: /first: A page has 0 to 500 items/,
    status: 200,
  },
  {
    title: "a page of less than nothing, and a search too long",
    operation: { query: `{ projects(first: -1, search: "${"x".repeat(300)}") { nodes { id } } }` },
    code: "BAD_USER_INPUT",
    says: /search: .* first: /,
    status: 200,
  },
  {
    title: "an argument made null by a variable",
    operation: {
      query: 'mutation($a: Boolean = true) { deleteSecret(id: "x", abandon: $a) { id } }',
      variables: { a: null },
    },
    code: "BAD_USER_INPUT",
    says: /abandon/,
    status: 200,
  },
  {
    title: "an id of another kind",
    operation: { query: `mutation { syncSecret(id: "prj_${uuid(1)}") { id } }` },
    code: "NOT_FOUND",
    says: /no such secret/,
    status: 200,
  },
  {
    title: "an id that is none",
    operation: { query: '{ history(filter: {projectId: "%"}) { nodes { id } } }' },
    code: "NOT_FOUND",
    says: /no such project/,
    status: 200,
  },
  {
    title: "neither an id nor a name",
    operation: { query: "{ project { id } }" },
    code: "BAD_USER_INPUT",
    says: /exactly one/,
    status: 200,
  },
];

describe("what a client does wrong", () => {
  it.each(MISTAKES)("$title: the same over HTTP and WebSocket", async ({ operation, code, says, status }) => {
    const http = await overHttp(operation);
    expect(http.result.errors?.[0]).toMatchObject({ extensions: { code } });
    expect(http.result.errors?.map(({ message }) => message).join("\n")).toMatch(says);
    expect(http.status).toBe(status ?? 400);
    expect(await overWebSocket(operation)).toEqual(http.result);
    expect(logger.lines.filter(({ level }) => level !== "debug")).toEqual([]);
    if (code === "BAD_USER_INPUT" && status === undefined)
      expect(http.result.errors?.[0]?.extensions).toHaveProperty("problems");
  });

  it("is named whole: every bad variable with its path, and no value", async () => {
    const { errors } = await query(
      "query($f: SecretFilter, $n: Int!) { secrets(filter: $f, first: $n) { nodes { id } } }",
      {
        f: { search: 1, status: ["GOOD"], extra: "s3cr3t" },
      },
    );
    const problems = errors?.[0]?.extensions["problems"];
    expect(problems).toMatchObject([
      { path: ["f", "search"] },
      { path: ["f", "status", "0"] },
      { path: ["f"] },
      { path: ["n"] },
    ]);
    expect(JSON.stringify(errors)).not.toContain("s3cr3t");
  });

  it("keeps subscriptions off HTTP, and says where they are", async () => {
    const { status, result } = await overHttp({ query: "subscription { transitions { id } }" });
    expect(status).toBe(400);
    expect(result.errors?.[0]?.message).toMatch(/WebSocket/);
  });

  it("keeps mutations off GET", async () => {
    const response = await fetch(
      `${served.url}?query=${encodeURIComponent('mutation { syncSecret(id: "x") { id } }')}`,
      {
        headers: { "apollo-require-preflight": "1" },
      },
    );
    expect(response.status).toBe(405);
  });

  it("answers no list of operations", async () => {
    const response = await fetch(served.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([{ query: "{ me { subject } }" }]),
    });
    expect(response.status).toBe(400);
  });

  it("is refused before anything is read", async () => {
    await query(deep(10));
    await query("{ me { password } }");
    await query("{ secrets(first: 500) { nodes { assignments(first: 500) { nodes { id } } } } }");
    expect(readModel.calls.filter((call) => call !== "scopeOf")).toEqual([]);
  });
});

describe("what goes wrong with us", () => {
  const failing = "{ secrets { nodes { name assignments { nodes { id } } } } }";

  it("is told without its text, with a reference that the log has, once", async () => {
    readModel.secrets = () => Promise.resolve(pageOf([secret(1), secret(2)]));
    readModel.assignmentsOf = () => Promise.reject(new Error('relation "assignment" does not exist'));
    for (const ask of [
      async () => (await overHttp({ query: failing })).result,
      () => overWebSocket({ query: failing }),
    ]) {
      logger.lines.length = 0;
      const text = JSON.stringify(await ask());
      expect(text).not.toContain("relation");
      const references = [...text.matchAll(/"reference":"([^"]+)"/g)].map((match) => match[1]);
      expect(references.length).toBeGreaterThan(0);
      expect(new Set(references).size).toBe(1);
      const logged = logger.lines.filter(({ level }) => level === "error");
      expect(logged).toHaveLength(1);
      expect(logged[0]?.fields).toMatchObject({
        reference: references[0],
        err: { message: 'relation "assignment" does not exist' },
      });
    }
  });

  it.each([undefined, null, 0, "text with a credential", { some: "object" }])("may be anything: %j", async (thrown) => {
    readModel.clusters = () => {
      throw thrown; // oxlint-disable-line typescript/only-throw-error -- what is tested is that others do
    };
    const { errors } = await query("{ clusters { id } }");
    expect(errors).toMatchObject([{ extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
    expect(errors?.[0]?.extensions["reference"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify([errors, logger.lines])).not.toContain("credential");
  });

  it("is told where the database is away at the very beginning", async () => {
    const scopeOf = readModel.scopeOf.bind(readModel);
    readModel.scopeOf = () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.1"));
    const http = await overHttp({ query: "{ me { subject } }" });
    const ws = await overWebSocket({ query: "{ me { subject } }" });
    readModel.scopeOf = scopeOf;
    expect(http.status).toBe(500);
    for (const result of [http.result, ws]) {
      expect(result).toMatchObject({ errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }] });
      expect(JSON.stringify(result)).not.toContain("ECONNREFUSED");
    }
  });
});

describe("reading", () => {
  const page = (secrets: number) => {
    readModel.secrets = (_scope, _filter, _order, { first }) => {
      readModel.calls.push("secrets");
      return Promise.resolve(
        pageOf(
          Array.from({ length: Math.min(first, secrets) }, (_, i) => secret(1_000 + i, { providerId: uuid(i % 3) })),
        ),
      );
    };
    readModel.assignmentsOf = (_scope: unknown, { ids }: { ids: readonly string[] }) => {
      readModel.calls.push("assignmentsOf");
      return Promise.resolve(
        new Map(
          ids.map((id, i) => [id, pageOf([assignment(5_000 + i, { secretId: id, projectId: uuid(100 + (i % 7)) })])]),
        ),
      );
    };
    readModel.projectsByIds = (_scope, ids) => {
      readModel.calls.push("projectsByIds");
      return Promise.resolve(ids.map((id) => project(1, { id })));
    };
    readModel.providersByIds = (_scope, ids) => {
      readModel.calls.push("providersByIds");
      return Promise.resolve(ids.map((id) => provider(1, { id })));
    };
    readModel.clustersByIds = (_scope, ids) => {
      readModel.calls.push("clustersByIds");
      return Promise.resolve(ids.map((id) => cluster(1, { id })));
    };
  };
  const nested =
    "query($n: Int) { secrets(first: $n) { nodes { name provider { name } assignments(first: 10) { nodes { status project { name cluster { name } } secret { name } } } } } }";

  it("asks as often for a hundred as for one", async () => {
    page(100);
    const calls: number[] = [];
    for (const n of [1, 100]) {
      readModel.calls.length = 0;
      const { data, errors } = await query(nested, { n });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ secrets: { nodes: { length: n } } });
      calls.push(readModel.calls.length);
    }
    expect(calls).toEqual([6, 6]);
  });

  it("asks once whether a thing in a filter may be seen, however many lists name it", async () => {
    page(50);
    await query(`{ secrets { nodes { assignments(filter: {projectId: "prj_${uuid(100)}"}) { nodes { id } } } } }`);
    expect(readModel.calls.filter((call) => call === "requireVisible")).toHaveLength(1);
  });

  it("reads of an assignment what is selected", async () => {
    page(1);
    let columns: readonly string[] = [];
    readModel.assignmentsOf = (...args: readonly unknown[]) => {
      const last = args[5];
      if (Array.isArray(last)) columns = last.map(String);
      return Promise.resolve(new Map<string, never>());
    };
    await query(
      "{ secrets { nodes { assignments { edges { node { ...A } } nodes { project { id } } } } } } fragment A on Assignment { id status ... on Assignment { message } }",
    );
    expect(columns).toEqual(["message", "projectId", "status"]);
  });

  it.each([
    ["{ projects { nodes { id } } }", false],
    ["{ projects { totalCount } }", true],
    ["{ projects { ...F } } fragment F on ProjectConnection { ... { count: totalCount } }", true],
    ["{ projects { nodes { assignments { totalCount } } } }", false],
  ])("counts the whole list only where that is selected: %s", async (text, expected) => {
    let asked: PageArgs | null = null;
    readModel.projects = (_scope, _filter, args) => {
      asked = args;
      return Promise.resolve(pageOf([], 7));
    };
    await query(text);
    expect(asked).toMatchObject({ withTotal: expected, first: 50, after: null });
  });

  it("knows where the stream stands before it reads anything else", async () => {
    const order: string[] = [];
    readModel.projects = () => {
      order.push("projects");
      return Promise.resolve(pageOf([]));
    };
    const currentPlace = stream.currentPlace.bind(stream);
    stream.currentPlace = async () => {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      order.push("place");
      return currentPlace();
    };
    await query("{ projects { nodes { id } } ...C } fragment C on Query { transitionCursor }");
    await overWebSocket({ query: "{ projects { nodes { id } } transitionCursor }" });
    stream.currentPlace = currentPlace;
    expect(order).toEqual(["place", "projects", "place", "projects"]);
  });

  it.each(["node", "secret", "project", "provider", "cluster", "assignment"])(
    "answers null for a %s that is not there",
    async (field) => {
      const { data, errors } = await query(
        `{ wrong: ${field}(id: "nonsense") { id } gone: ${field}(id: "sec_${uuid(9)}") { id } }`,
      );
      expect({ data, errors }).toEqual({ data: { wrong: null, gone: null }, errors: undefined });
    },
  );

  it("shows GraphiQL what there is", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    const { errors } = await query(
      getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true }),
    );
    expect(errors).toBeUndefined();
  });

  it("hides from members what only admins see, whatever the read model says", async () => {
    const { Cluster } = await import("./types/cluster.js");
    const { Provider } = await import("./types/provider.js");
    const scope = { admin: false, projectIds: [] } as const;
    expect(new Cluster(cluster(1, { reason: "ClusterUnreachable", message: "10.0.0.1" }), scope)).toMatchObject({
      statusReason: null,
      operatorApiVersion: null,
    });
    expect(new Provider(provider(1), scope).config).toBeNull();
    expect(new Provider(provider(1, { scope: "PROJECT", projectId: uuid(1) }), scope).config).not.toBeNull();
  });
});

describe("changing", () => {
  it("hands ids on as UUIDs, keeps apart what is left out and what is null, and reads afresh afterwards", async () => {
    const inputs: unknown[] = [];
    let name = "before";
    readModel.providersByIds = (_scope, ids) => Promise.resolve(ids.map((id) => provider(1, { id, name })));
    desiredState.updateSecret = (_viewer, input) => {
      inputs.push(input);
      name = `after ${inputs.length}`;
      return Promise.resolve(secret(7));
    };
    const change = (alias: string, more: string): string =>
      `${alias}: updateSecret(input: {id: "sec_${uuid(7)}", ${more}}) { id provider { name } }`;
    const { data } = await query(
      `mutation { ${change("a", "target: {name: null}")} ${change("b", `providerId: "prv_${uuid(2)}", data: null`)} }`,
    );
    expect(data).toEqual({
      a: { id: `sec_${uuid(7)}`, provider: { name: "after 1" } },
      b: { id: `sec_${uuid(7)}`, provider: { name: "after 2" } },
    });
    expect(JSON.parse(JSON.stringify(inputs))).toEqual([
      { id: uuid(7), target: { name: null } },
      { id: uuid(7), providerId: uuid(2), data: null },
    ]);
  });

  it("hands a provider's config on as it was given", async () => {
    let given: unknown;
    desiredState.createProvider = (_viewer, input) => {
      given = input;
      return Promise.resolve(provider(3));
    };
    await query(
      'mutation { createProvider(input: {name: "v", vault: {server: "https://v", path: null, auth: {tokenSecretRef: {name: "a", key: "b"}}}}) { id } }',
    );
    expect(JSON.parse(JSON.stringify(given))).toEqual({
      name: "v",
      scope: "ORGANIZATION",
      vault: { server: "https://v", version: "v2", auth: { tokenSecretRef: { name: "a", key: "b" } } },
    });
  });
});

describe("subscribing", () => {
  const each = (operation: Operation) => {
    const results: ExecutionResult[] = [];
    const end: { errors: unknown; done: boolean } = { errors: null, done: false };
    const stop = served.client.subscribe(operation, {
      next: (result) => {
        if (isResult(result)) results.push(result);
      },
      error: (errors) => {
        Object.assign(end, { errors, done: true });
      },
      complete: () => {
        end.done = true;
      },
    });
    return { results, end, stop };
  };
  const document = "subscription($since: String) { transitions(since: $since) { cursor subject to secret { name } } }";

  it("replays and goes on, each transition once and executed afresh", async () => {
    const [first, second] = stream.append({}, { secretId: uuid(4), to: "FAILED" });
    if (first === undefined || second === undefined) throw new Error("nothing was written");
    readModel.secretsByIds = (_scope, ids) =>
      Promise.resolve(ids.map((id) => secret(4, { id, name: `name-${stream.log.length}` })));
    const { results, stop } = each({
      query: document,
      variables: { since: stream.seal({ position: first.position, transitionId: first.id }) },
    });
    await eventually(() => results.length === 1);
    expect(results[0]?.data).toEqual({
      transitions: {
        cursor: `${second.position}/${second.id}`,
        subject: "ASSIGNMENT",
        to: "FAILED",
        secret: { name: `name-${stream.log.length}` },
      },
    });
    stream.append({ secretId: uuid(4) });
    await eventually(() => results.length === 2);
    expect(results[1]?.data).toMatchObject({ transitions: { secret: { name: `name-${stream.log.length}` } } });
    stop();
  });

  it("is executed once for many", async () => {
    const subscriptions = Array.from({ length: 30 }, () => each({ query: document }));
    const others = each({ query: document, variables: { since: null } });
    await eventually(() => readModel.calls.filter((call) => call === "scopeOf").length >= 62);
    readModel.calls.length = 0;
    readModel.secretsByIds = (_scope, ids) => {
      readModel.calls.push("secretsByIds");
      return Promise.resolve(ids.map((id) => secret(4, { id })));
    };
    stream.append({ secretId: uuid(4) });
    await eventually(() => [...subscriptions, others].every(({ results }) => results.length === 1));
    expect(readModel.calls.filter((call) => call === "secretsByIds")).toHaveLength(2);
    for (const { stop } of [...subscriptions, others]) stop();
  });

  it.each([
    [
      "an id that cannot be seen",
      { query: `subscription { secretStatusChanged(secretId: "sec_${uuid(9)}") { id } }` },
      "NOT_FOUND",
    ],
    [
      "an id of another kind",
      { query: `subscription { secretStatusChanged(secretId: "prj_${uuid(9)}") { id } }` },
      "NOT_FOUND",
    ],
    [
      "a cursor that is none",
      { query: `subscription { transitions(since: "${"x".repeat(2_000)}") { id } }` },
      "BAD_USER_INPUT",
    ],
    ["a cursor of another past", { query: 'subscription { transitions(since: "9/x") { id } }' }, "PRECONDITION_FAILED"],
    ["a field that is left out", { query: "subscription { transitions @skip(if: true) { id } }" }, "BAD_USER_INPUT"],
  ])("is refused for %s, and the connection stays", async (_title, operation, code) => {
    readModel.requireVisible = () => Promise.reject(notFound("secret"));
    const refused = each(operation);
    await eventually(() => refused.end.done);
    const errors = refused.end.errors ?? refused.results[0]?.errors;
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(await overWebSocket({ query: "{ me { subject } }" })).toEqual({ data: { me: { subject: "ada" } } });
  });

  it("shows an unexpected failure in a delivery as one, and goes on", async () => {
    const { results, stop } = each({ query: document });
    readModel.secretsByIds = () => Promise.reject(new Error("the database is away"));
    await eventually(() => {
      stream.append({ secretId: uuid(4) });
      return results.length > 0;
    });
    expect(results[0]).toMatchObject({
      data: { transitions: { secret: null } },
      errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }],
    });
    expect(JSON.stringify(results)).not.toContain("away");
    stop();
  });
});
