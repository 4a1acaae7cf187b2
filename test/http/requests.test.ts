import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { RawConnection, rawRequest } from "../support/raw-http.js";

const JSON_TYPE = { "content-type": "application/json" };
const QUERY = JSON.stringify({ query: "{ me { subject } }" });

let app: TestApp;
let host = "";

beforeAll(async () => {
  app = await startTestApp({ env: { MAX_BODY_BYTES: "20000", REQUEST_TIMEOUT_SECONDS: "1" } });
  host = new URL(app.url).host;
});
afterAll(() => app.stop());

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${app.url}${path}`, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const post = (body: string, headers: Record<string, string> = JSON_TYPE): Promise<Answer> =>
  ask("/graphql", { method: "POST", body, headers });

/** node:http, because fetch lets nobody set Host and Origin. */
async function askAs(headers: Record<string, string>, method = "POST", path = "/graphql"): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest(`${app.url}${path}`, { method, headers: { ...JSON_TYPE, ...headers } }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      response.on("end", () => {
        const entries = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve({ status: response.statusCode ?? 0, headers: new Headers(entries), text });
      });
    });
    request.on("error", reject);
    request.end(method === "POST" ? QUERY : undefined);
  });
}

const ERRORS = z.object({ errors: z.array(z.object({ extensions: z.object({ code: z.string() }) })) });
const codeOf = ({ text }: Answer): unknown => {
  return ERRORS.parse(JSON.parse(text)).errors[0]?.extensions.code;
};

describe("paths and methods", () => {
  it("answers 404 for what is not there, wherever it is", async () => {
    for (const path of [
      "/nothing",
      "/graphql/",
      "/graphql/x",
      "/graphiql",
      "/graphiql/",
      "/graphiql/nothing.js",
      "/dev",
    ])
      expect(await ask(path)).toMatchObject({ status: 404 });
  });

  it.each([
    ["/healthz", "POST", "GET, HEAD"],
    ["/readyz", "DELETE", "GET, HEAD"],
    ["/metrics", "PUT", "GET, HEAD"],
    ["/", "POST", "GET, HEAD"],
    ["/graphiql/page.js", "POST", "GET, HEAD"],
    ["/graphql", "PUT", "GET, POST, OPTIONS"],
    ["/graphql", "DELETE", "GET, POST, OPTIONS"],
  ])("%s refuses %s, and says what it takes", async (path, method, allow) => {
    const { status, headers } = await ask(path, { method });
    expect({ status, allow: headers.get("allow") }).toEqual({ status: 405, allow });
  });

  it("leads from / to /graphql", async () => {
    const { status, headers } = await ask("/");
    expect([status, headers.get("location")]).toEqual([302, "/graphql"]);
  });

  it("answers a request in absolute form, as proxies send it", async () => {
    const raw = await RawConnection.to(app.url);
    raw.write(`GET ${app.url}/healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    await raw.closed();
    expect(raw.received).toMatch(/^HTTP\/1\.1 200 [^]*alive\n$/);
  });

  it("is not moved by an offer of HTTP/2", async () => {
    expect(
      await askAs({ connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABk" }),
    ).toMatchObject({ status: 200 });
  });

  it("sends the same headers to HEAD, and no body", async () => {
    for (const path of ["/healthz", "/graphiql/page.js"]) {
      const [get, head] = await Promise.all([ask(path), ask(path, { method: "HEAD" })]);
      expect(head.text).toBe("");
      expect([head.status, head.headers.get("content-length")]).toEqual([200, get.headers.get("content-length")]);
      expect(Number(head.headers.get("content-length"))).toBe(Buffer.byteLength(get.text));
    }
  });

  it("tells browsers not to guess types, and nobody to keep answers", async () => {
    for (const answer of [await post(QUERY), await ask("/healthz"), await ask("/nothing")]) {
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("bodies", () => {
  const large = JSON.stringify({ query: `{ me { subject } } # ${"x".repeat(20_000)}` });

  it("takes the largest body that is allowed", async () => {
    const body = QUERY.padEnd(20_000, " ");
    expect(await post(body)).toMatchObject({ status: 200 });
  });

  it.each([
    ["a little", large, "keep-alive"],
    ["much", "x".repeat(3_000_000), "close"],
  ])("refuses one that is %s too large, and its sender sees why", async (_title, body, connection) => {
    const answer = await post(body);
    expect([answer.status, codeOf(answer)]).toEqual([413, "BAD_USER_INPUT"]);
    expect(answer.headers.get("connection")).toBe(connection);
  });

  it("refuses one that is too large while it is still coming", async () => {
    const raw = await RawConnection.to(app.url);
    raw.write(rawRequest([`host: ${host}`, "content-type: application/json", "transfer-encoding: chunked"]));
    raw.write(`${(25_000).toString(16)}\r\n${"x".repeat(25_000)}\r\n`);
    await raw.closed();
    expect(raw.statuses).toEqual([413]);
    expect(raw.received).toContain("larger than 20000 bytes");
    expect(raw.lasted).toBeLessThan(5_000);
  });

  it.each([
    ["text", "{"],
    ["text of another encoding", Buffer.from('{"query":"\xff"}', "latin1").toString("latin1")],
    ["nothing but a list's beginning", "["],
  ])("refuses what is not JSON: %s", async (_title, body) => {
    const answer = await ask("/graphql", { method: "POST", headers: JSON_TYPE, body: Buffer.from(body, "latin1") });
    expect([answer.status, codeOf(answer)]).toEqual([400, "BAD_USER_INPUT"]);
  });

  it("refuses JSON in another charset", async () => {
    const answer = await post(QUERY, { "content-type": "application/json; charset=utf-16" });
    expect([answer.status, codeOf(answer)]).toEqual([415, "BAD_USER_INPUT"]);
  });

  it.each(["gzip", "GZIP", "br", "gzip, identity"])("refuses %s", async (encoding) => {
    const answer = await post(QUERY, { ...JSON_TYPE, "content-encoding": encoding });
    expect([answer.status, codeOf(answer)]).toEqual([415, "BAD_USER_INPUT"]);
  });

  it("refuses a batch", async () => {
    const answer = await post(`[${QUERY},${QUERY}]`);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe("BAD_REQUEST");
  });

  it("answers in the media type that was asked for, refusals too", async () => {
    const accept = "application/graphql-response+json";
    for (const body of [QUERY, "{"]) {
      const { headers } = await post(body, { ...JSON_TYPE, accept });
      expect(headers.get("content-type")).toBe(`${accept}; charset=utf-8`);
    }
  });

  it("takes up a connection's next request after an error, and closes it where the body was not read", async () => {
    const raw = await RawConnection.to(app.url);
    const type = "content-type: application/json";
    raw.write(rawRequest([`host: ${host}`, type], "{"));
    raw.write(rawRequest([`host: ${host}`, type], QUERY));
    raw.write(rawRequest([`host: ${host}`, type, "authorization: Bearer x"], QUERY));
    raw.write(rawRequest([`host: ${host}`, type, "connection: close"], QUERY));
    await raw.closed();
    expect(raw.statuses).toEqual([400, 200, 401, 200]);
  });
});

describe("what is no HTTP, or comes too slowly", () => {
  it.each([
    ["no HTTP", "hello\r\n\r\n", 400],
    ["no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400],
    ["two lengths", rawRequest(["host: x", "content-length: 1", "content-length: 2"]), 400],
    ["a length and chunks", rawRequest(["host: x", "content-length: 1", "transfer-encoding: chunked"]), 400],
    ["headers without end", `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(40_000)}\r\n\r\n`, 431],
  ])("ends a connection that says %s", async (_title, bytes, status) => {
    const raw = await RawConnection.to(app.url);
    raw.write(bytes);
    await raw.closed();
    expect(raw.statuses).toEqual([status]);
  });

  it.each([
    ["says nothing", ""],
    ["never ends its headers", "POST /graphql HTTP/1.1\r\nhost: x\r\n"],
    ["never sends the body that it announced", "BODY"],
    ["stops in the middle of its chunks", "CHUNK"],
  ])("ends a connection that %s, in bounded time", async (_title, start) => {
    const raw = await RawConnection.to(app.url);
    const headers = [`host: ${host}`, "content-type: application/json"];
    if (start === "BODY") raw.write(rawRequest([...headers, "content-length: 100"], "{"));
    else if (start === "CHUNK") raw.write(rawRequest([...headers, "transfer-encoding: chunked"], "ff\r\n{"));
    else raw.write(start);
    // Drop by drop, so that it is not silence that ends it.
    const drops = setInterval(() => raw.write(start.startsWith("POST") ? "x: y\r\n" : " "), 200);
    await raw.closed(8_000).finally(() => clearInterval(drops));
    expect(raw.lasted).toBeLessThan(6_000);
    expect(raw.statuses).toEqual(start === "" ? [400] : [408]);
  });
});

describe("X-Request-Id", () => {
  it.each(["abc-123", "A.b_c:9", "x".repeat(64)])("comes back: %s", async (id) => {
    const { headers } = await post(QUERY, { ...JSON_TYPE, "x-request-id": id });
    expect(headers.get("x-request-id")).toBe(id);
  });

  it.each(["a b", "x".repeat(65), '"><script>', "ünï", ""])("is made anew instead of: %s", async (id) => {
    const { headers } = await post(QUERY, { ...JSON_TYPE, "x-request-id": id });
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("stands on every answer, and differs", async () => {
    const ids = (await Promise.all([ask("/healthz"), ask("/nothing"), post("{")])).map(({ headers }) =>
      headers.get("x-request-id"),
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(null);
  });
});

describe("signing in", () => {
  it.each([
    ["no token at all", "Bearer", 'Bearer realm="secretariat", error="invalid_token"'],
    ["another scheme", "Basic dXNlcjpwYXNz", 'Bearer realm="secretariat", error="invalid_token"'],
    ["no JWT", "Bearer abc", 'Bearer realm="secretariat", error="invalid_token"'],
  ])("refuses %s with 401, and says how", async (_title, authorization, challenge) => {
    const answer = await post(QUERY, { ...JSON_TYPE, authorization });
    expect([answer.status, codeOf(answer), answer.headers.get("www-authenticate")]).toEqual([
      401,
      "UNAUTHENTICATED",
      challenge,
    ]);
    expect(answer.text).not.toContain("dXNlcjpwYXNz");
  });

  it("refuses a stranger before the body is read", async () => {
    const answer = await post("x".repeat(3_000_000), { ...JSON_TYPE, authorization: "Bearer abc" });
    expect(answer.status).toBe(401);
  });

  it("takes the scheme's name in any case", async () => {
    const { token } = await ApiClient.of(app.url, { subject: "ada" });
    const answer = await post(QUERY, { ...JSON_TYPE, authorization: `bearer ${token}` });
    expect(JSON.parse(answer.text)).toEqual({ data: { me: { subject: "ada" } } });
  });
});

describe("pages of other origins", () => {
  it.each(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""])(
    "cannot send an operation as a form does: %s",
    async (type) => {
      const body = type.startsWith("application/x-www")
        ? new URLSearchParams({ query: "{ me { subject } }" }).toString()
        : QUERY;
      const answer = await post(body, { "content-type": type });
      expect([answer.status, codeOf(answer)]).toEqual([400, "BAD_REQUEST"]);
    },
  );

  it("cannot send a query as an image does", async () => {
    const answer = await ask(`/graphql?query=${encodeURIComponent("{ me { subject } }")}`, {
      headers: { accept: "image/*" },
    });
    expect([answer.status, codeOf(answer)]).toEqual([400, "BAD_REQUEST"]);
  });

  it("get GraphiQL and nothing else where they lead a browser to a query", async () => {
    const answer = await ask(`/graphql?query=${encodeURIComponent("mutation { x }")}`, {
      headers: { accept: "text/html,*/*" },
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  });

  it.each(["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])(
    "are refused: %s",
    async (origin) => {
      for (const method of ["POST", "GET", "OPTIONS"]) {
        const answer = await askAs({ origin }, method);
        expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
      }
      expect(await askAs({ origin }, "POST", "/dev/token")).toMatchObject({ status: 403 });
    },
  );

  it.each(["evil.example", "evil.example:4000", "127.0.0.1.evil.example", "localhost@evil.example", "[::1]evil"])(
    "cannot reach the development identity by a name of their own: %s",
    async (name) => {
      for (const path of ["/graphql", "/dev/token", "/", "/graphiql/page.js"])
        expect(await askAs({ host: name }, "POST", path)).toMatchObject({ status: 403 });
    },
  );

  it("does not keep probes away, which come by address", async () => {
    expect(await askAs({ host: "10.0.0.7:4000" }, "GET", "/healthz")).toMatchObject({ status: 200 });
    expect(await askAs({ host: "10.0.0.7:4000" }, "GET", "/readyz")).toMatchObject({ status: 200 });
    expect(await askAs({ host: "10.0.0.7:4000" }, "GET", "/metrics")).toMatchObject({ status: 200 });
  });

  it("serves a page of its own", async () => {
    expect(await askAs({ origin: app.url })).toMatchObject({ status: 200 });
  });
});
