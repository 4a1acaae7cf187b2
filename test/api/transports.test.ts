import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { buildPlace, type Place } from "./refusals/place.js";
import { type Wire, wireOf } from "./access/wire.js";

/* HTTP and WebSocket give the same errors for the same mistake, on the whole product. */

let place: Place;
let wires: { admin: Wire; member: Wire };
beforeAll(async () => {
  place = await buildPlace();
  const { admin, member } = place.clients;
  wires = { admin: wireOf(place.app.url, admin.token), member: wireOf(place.app.url, member.token) };
}, 90_000);
afterAll(async () => {
  wires?.admin.close();
  wires?.member.close();
  await place?.stop();
});

interface Mistake {
  title: string;
  as?: "member";
  query: string;
  variables?: (place: Place) => Record<string, unknown>;
  /** In the order of the errors. */
  codes: string[];
}

const deep = (levels: number): string =>
  "{ node { projects { nodes { cluster ".repeat(levels) + "{ id }" + " } } } }".repeat(levels);
const CREATE = "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }";
const UNKNOWN = "sec_00000000-0000-4000-8000-000000000000";

const MISTAKES: readonly Mistake[] = [
  { title: "no GraphQL at all", query: "{", codes: ["GRAPHQL_PARSE_FAILED"] },
  { title: "an empty document", query: "", codes: ["GRAPHQL_PARSE_FAILED"] },
  { title: "a field that there is not", query: "{ nonsense }", codes: ["GRAPHQL_VALIDATION_FAILED"] },
  {
    title: "several fields that there are not",
    query: "{ nonsense more { id } }",
    codes: ["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VALIDATION_FAILED"],
  },
  { title: "an argument that is missing", query: "{ node { id } }", codes: ["GRAPHQL_VALIDATION_FAILED"] },
  {
    title: "an argument of a wrong type",
    query: '{ secrets(first: "many") { totalCount } }',
    codes: ["GRAPHQL_VALIDATION_FAILED"],
  },
  { title: "fragments alone", query: "fragment F on Secret { id }", codes: ["GRAPHQL_VALIDATION_FAILED"] },
  {
    title: "several operations and no name",
    query: "query A { me { subject } } query B { me { subject } }",
    codes: ["OPERATION_RESOLUTION_FAILURE"],
  },
  { title: "a variable that is missing", query: CREATE, codes: ["BAD_USER_INPUT"] },
  {
    title: "variables with several mistakes",
    query: CREATE,
    variables: () => ({ input: { name: 5, scope: "NOWHERE", nonsense: true } }),
    codes: ["BAD_USER_INPUT"],
  },
  { title: "a page that is too long", query: "{ secrets(first: 21) { totalCount } }", codes: ["BAD_USER_INPUT"] },
  {
    title: "two fields that fail",
    query: '{ a: project { id } b: project(id: "x", name: "y") { id } }',
    codes: ["BAD_USER_INPUT", "BAD_USER_INPUT"],
  },
  {
    title: "an unknown id in a filter",
    query: `{ history(filter: { secretId: "${UNKNOWN}" }) { totalCount } }`,
    codes: ["NOT_FOUND"],
  },
  {
    title: "an unknown id in a mutation",
    query: `mutation { deleteSecret(id: "${UNKNOWN}") { id } }`,
    codes: ["NOT_FOUND"],
  },
  { title: "an id that is none", query: 'mutation { syncSecret(id: "x") { id } }', codes: ["NOT_FOUND"] },
  {
    title: "what a member may not do",
    as: "member",
    query: "mutation ($id: ID!) { deleteSecret(id: $id) { id } }",
    variables: (p) => ({ id: p.id("shared") }),
    codes: ["FORBIDDEN"],
  },
  {
    title: "what a member may not do at all",
    as: "member",
    query: 'mutation { createProject(input: { name: "ab", description: "" }) { id } }',
    codes: ["FORBIDDEN"],
  },
  {
    title: "bad input with several problems",
    query: CREATE,
    variables: (p) => ({
      input: {
        name: "Not A Name",
        scope: "ORGANIZATION",
        providerId: p.id("vault"),
        data: [],
        refreshInterval: "soon",
      },
    }),
    codes: ["BAD_USER_INPUT"],
  },
  {
    title: "a name that is taken",
    query: CREATE,
    variables: (p) => ({
      input: {
        name: "shared",
        scope: "ORGANIZATION",
        providerId: p.id("vault"),
        data: [{ secretKey: "a", remoteKey: "b" }],
      },
    }),
    codes: ["CONFLICT"],
  },
  {
    title: "a generation that is not the current one",
    query: "mutation ($id: ID!) { updateSecret(input: { id: $id, expectedGeneration: 9 }) { id } }",
    variables: (p) => ({ id: p.id("shared") }),
    codes: ["CONFLICT"],
  },
  {
    title: "a provider in use",
    query: "mutation ($id: ID!) { deleteProvider(id: $id) { id } }",
    variables: (p) => ({ id: p.id("vault") }),
    codes: ["PRECONDITION_FAILED"],
  },
  {
    title: "a sync that comes too soon",
    query: "mutation ($id: ID!) { syncSecret(id: $id) { id } }",
    variables: (p) => ({ id: p.id("shared") }),
    codes: ["PRECONDITION_FAILED"],
  },
  { title: "a document that is too deep", query: deep(5), codes: ["BAD_USER_INPUT"] },
  {
    title: "too many aliases",
    query: `{ me { ${Array.from({ length: 51 }, (_, n) => `a${n}: subject`).join(" ")} } }`,
    codes: ["BAD_USER_INPUT"],
  },
  {
    title: "too many tokens",
    query: `{ me { ${"subject ".repeat(4_100)} } }`,
    codes: ["BAD_USER_INPUT"],
  },
  {
    title: "an operation that costs too much",
    query:
      "{ secrets(first: 20) { nodes { assignments(first: 20) { nodes { history(first: 20) { nodes { secret { assignments(first: 20) { totalCount nodes { id } } } } } } } } } }",
    codes: ["BAD_USER_INPUT"],
  },
  {
    title: "one good and one bad field",
    query: `{ me { subject } history(filter: { projectId: "prj_00000000-0000-4000-8000-000000000000" }) { totalCount } }`,
    codes: ["NOT_FOUND"],
  },
];

describe("the same mistake over HTTP and over WebSocket", () => {
  it.each(MISTAKES)("$title", async ({ as, query, variables, codes }) => {
    const wire = wires[as ?? "admin"];
    const given = variables?.(place) ?? {};
    const http = errorsOf(await wire.post(query, given));
    const socket = errorsOf(await wire.over(query, given));
    expect(http.map(({ extensions }) => extensions.code)).toEqual(codes);
    expect(socket).toEqual(http);
  });

  it("an unexpected failure, by a reference alone", async () => {
    // The table is gone: whatever asks for it fails.
    const broken = await import("pg").then(({ Client }) => new Client(place.app.databaseUrl));
    await broken.connect();
    await broken.query("ALTER TABLE project_member RENAME TO project_member_away");
    const query = "query ($id: ID!) { project(id: $id) { members { totalCount } } }";
    const given = { id: place.id("home") };
    const [http] = errorsOf(await wires.admin.post(query, given));
    const [socket] = errorsOf(await wires.admin.over(query, given));
    await broken.query("ALTER TABLE project_member_away RENAME TO project_member");
    await broken.end();
    for (const error of [http, socket]) {
      expect(error?.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR", reference: error?.extensions.reference });
      expect(error?.extensions.reference).toMatch(/^[0-9a-f-]{36}$/);
      expect(JSON.stringify(error)).not.toMatch(/project_member|relation|SELECT/);
    }
    const masked = (error: typeof http): string =>
      JSON.stringify(error).replaceAll(error?.extensions.reference ?? "none", "<reference>");
    expect(masked(socket)).toBe(masked(http));
  });

  it.each([
    ["no good token", "nonsense"],
    ["a token of another issuer", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."],
  ])("%s", async (_what, token) => {
    const http = await fetch(`${place.app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: "{ me { subject } }" }),
    });
    expect(http.status).toBe(401);
    const [error] = errorsOf(await http.text());
    expect(error?.extensions.code).toBe("UNAUTHENTICATED");
    // A socket without a good token is closed: 4403, for the client to come again with a fresh one.
    const closed = await new Promise<{ code: number; reason: string }>((resolve) => {
      const client = createClient({
        url: `${place.app.url.replace("http", "ws")}/graphql`,
        webSocketImpl: WebSocket,
        lazy: false,
        retryAttempts: 0,
        connectionParams: { authorization: `Bearer ${token}` },
        onNonLazyError: () => {
          // Told by `closed` as well.
        },
        on: {
          closed: (event) => {
            const { code, reason } = closeOf(event);
            resolve({ code, reason });
          },
        },
      });
      void client;
    });
    expect(closed).toEqual({ code: 4403, reason: error?.message });
    expect(JSON.stringify([error, closed])).not.toContain(token);
  });
});

interface ShownError {
  message: string;
  extensions: { code: string; reference?: string };
}

/** The errors of an answer over HTTP, or of a message over WebSocket. */
function errorsOf(text: string): ShownError[] {
  const answer: unknown = JSON.parse(text);
  const found = errorsIn(answer);
  if (found.length === 0) throw new Error(`there are no errors in ${text.slice(0, 500)}`);
  return found;
}

function errorsIn(answer: unknown): ShownError[] {
  if (typeof answer !== "object" || answer === null) return [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape that the GraphQL specification gives
  if ("errors" in answer) return answer.errors as ShownError[];
  if (!("payload" in answer)) return [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above: graphql-transport-ws sends the list itself
  return Array.isArray(answer.payload) ? (answer.payload as ShownError[]) : errorsIn(answer.payload);
}

function closeOf(event: unknown): { code: number; reason: string } {
  if (typeof event !== "object" || event === null || !("code" in event) || !("reason" in event))
    throw new Error("no close event");
  return { code: Number(event.code), reason: String(event.reason) };
}
