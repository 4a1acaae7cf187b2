import { RawConnection } from "../support/raw-http.js";
import { type Abuse, parsed, post, type Target, told } from "./target.js";

const FORGED_LINE = '\n{"level":"error","msg":"forged"}\r\n\u001b[31mred';

/** A request by hand: fetch would not send these headers. */
async function raw(target: Target, headers: readonly string[]): Promise<string> {
  const body = JSON.stringify({ query: "{ me { subject } }" });
  const connection = await RawConnection.to(target.url);
  const head = [
    "POST /graphql HTTP/1.1",
    `host: ${new URL(target.url).host}`,
    `authorization: Bearer ${target.admin}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    ...headers,
  ];
  connection.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  await connection.closed();
  const forged = /^set-cookie:|^x-forged:/im.test(connection.received.split("\r\n\r\n")[0] ?? "");
  return `${connection.statuses.join(",")}${forged ? " with a forged header" : ""}`;
}

const sql = (name: string, query: string, variables: Record<string, unknown>, expects: RegExp): Abuse => ({
  name: `SQL: ${name}`,
  run: (target) => post(target, { query, variables }),
  expects,
});

const DROP = "'; DROP TABLE secret; --";

export const injection: readonly Abuse[] = [
  sql("in a search", "query ($s: String) { secrets(filter: { search: $s }) { totalCount } }", { s: DROP }, /^200 data/),
  sql("in an id", "query ($i: ID!) { secret(id: $i) { id } }", { i: DROP }, /^200 data/),
  sql("in an id of its kind", "query ($i: ID!) { secret(id: $i) { id } }", { i: `sec_${DROP}` }, /^200 data/),
  sql("in a cursor", "query ($a: String) { secrets(after: $a) { totalCount } }", { a: DROP }, /BAD_USER_INPUT/),
  sql(
    "in a cursor that is one",
    "query ($a: String) { secrets(after: $a) { totalCount } }",
    { a: Buffer.from(JSON.stringify([1, "secrets.NAME", DROP, DROP])).toString("base64url") },
    /BAD_USER_INPUT/,
  ),
  sql(
    "in a name",
    'mutation ($n: String!) { createProject(input: { name: $n, description: "" }) { id } }',
    { n: DROP },
    /BAD_USER_INPUT/,
  ),
  sql("in an actor", "query ($a: String) { history(filter: { actor: $a }) { totalCount } }", { a: DROP }, /^200 data/),
  sql(
    "in a member's name",
    'mutation ($s: [String!]!) { addProjectMembers(projectId: "x", subjects: $s) { id } }',
    { s: [DROP] },
    /NOT_FOUND/,
  ),
  {
    name: "log: lines in a token's subject",
    run: async (target) =>
      post(
        target,
        { query: "{ me { subject } }" },
        { authorization: `Bearer ${await target.issuer.token({ sub: `mallory${FORGED_LINE}` })}` },
      ),
    expects: /^(?:200 data|401)/,
  },
  {
    name: "log: lines in the operation's name",
    run: (target) => post(target, { query: "{ me { subject } }", operationName: FORGED_LINE }),
    expects: /^400/,
  },
  {
    name: "log: lines in a document",
    run: (target) => post(target, { query: `{ me { ${FORGED_LINE} } }` }),
    expects: /^400/,
  },
  { name: "header: a broken X-Request-Id", run: (target) => raw(target, ["x-request-id: a\u0000b"]), expects: /^400$/ },
  {
    name: "header: a folded X-Request-Id",
    run: (target) => raw(target, ["x-request-id: a", " set-cookie: x=1"]),
    expects: /^(?:200|400)$/,
  },
  {
    name: "header: markup in X-Request-Id",
    run: (target) => raw(target, ["x-request-id: <script>alert(1)</script>"]),
    expects: /^200$/,
  },
  {
    name: "header: markup in X-Forwarded-*",
    run: (target) =>
      raw(target, ["x-forwarded-host: evil.example", "x-forwarded-proto: javascript", "forwarded: host=evil.example"]),
    expects: /^200$/,
  },
  {
    name: "path: out of the folder",
    run: async (target) => {
      const connection = await RawConnection.to(target.url);
      connection.write(
        `GET /graphiql/..%2f..%2f..%2fetc/passwd HTTP/1.1\r\nhost: ${new URL(target.url).host}\r\nconnection: close\r\n\r\n`,
      );
      await connection.closed();
      return connection.statuses.join();
    },
    expects: /^404$/,
  },
  {
    name: "path: markup, shown in an answer",
    run: async (target) => {
      const response = await fetch(`${target.url}/<script>alert(1)</script>`);
      const text = await response.text();
      return `${told(response.status, parsed(text))}${text.includes("<script>") ? " with the markup" : ""}`;
    },
    expects: /^404(?!.*markup)/,
  },
];
