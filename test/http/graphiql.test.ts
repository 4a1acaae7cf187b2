import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { RawConnection } from "../support/raw-http.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const page = (headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  fetch(`${app.url}/graphql`, { method, headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8", ...headers } });
const file = (name: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${app.url}/graphiql/${name}`, { headers });

/** The addresses that a page, a script or a style names in ours. */
const filesIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/(?:\/graphiql\/|\.\/)((?:page|(?:chunk|asset)-[\w-]+)\.(?:js|css|ttf))/g)].map(
      (m) => m[1] ?? "",
    ),
  ),
];

describe("GraphiQL's files (made by npm run build)", () => {
  it("are a page for browsers, that knows which identity it is served with", async () => {
    const response = await page();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const html = await response.text();
    expect(html).toContain('content="development"');
    expect(html).not.toContain("%IDENTITY%");
    expect(html).not.toMatch(/https?:\/\//);
  });

  it("are all there, of their types, each under a strict policy", async () => {
    const waiting = filesIn(await (await page()).text());
    expect(waiting).toEqual(expect.arrayContaining(["page.js", "page.css"]));
    const seen = new Set<string>();
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const response = await file(name);
      expect([name, response.status]).toEqual([name, 200]);
      const type = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", ttf: "font/ttf" };
      expect(response.headers.get("content-type")).toBe(
        Object.entries(type).find(([ending]) => name?.endsWith(ending))?.[1],
      );
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|https?:|\*/);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      if (!name.endsWith(".ttf")) waiting.push(...filesIn(await response.text()));
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it("are kept for ever where their names change with them, and asked for again where not", async () => {
    const chunk = filesIn(await (await file("page.js")).text()).find((name) => name.startsWith("chunk-")) ?? "";
    expect((await file(chunk)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    for (const response of [await page(), await file("page.js"), await file("graphql.worker.js")])
      expect(response.headers.get("cache-control")).toBe("no-cache");
  });

  it("are not sent again to whoever has them", async () => {
    for (const ask of [page, (headers: Record<string, string>) => file("page.js", headers)]) {
      const etag = (await ask({})).headers.get("etag") ?? "";
      expect(etag).toMatch(/^"[\w-]{22}"$/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const response = await ask({ "if-none-match": known });
        expect([response.status, await response.text(), response.headers.get("etag")]).toEqual([304, "", etag]);
        expect(response.headers.get("cache-control")).toBe("no-cache");
      }
      expect((await ask({ "if-none-match": '"other"' })).status).toBe(200);
    }
  });

  it("answer HEAD without a body", async () => {
    const [get, head] = [await page(), await page({}, "HEAD")];
    expect(head.status).toBe(200);
    expect(Number(head.headers.get("content-length"))).toBe((await get.arrayBuffer()).byteLength);
    expect(await head.text()).toBe("");
  });

  it("hold nothing under other names, and lead nowhere else", async () => {
    for (const target of [
      "/graphiql/../package.json",
      "/graphiql/..%2f..%2fpackage.json",
      "/graphiql/%2e%2e/%2e%2e/package.json",
      "/graphiql/....//package.json",
      "/graphiql//etc/passwd",
      "/graphiql/..\\..\\package.json",
      "/graphiql/page.js%00.css",
      "/graphiql/index.html",
      "/graphiql/constructor",
      "/graphiql/__proto__",
    ]) {
      const raw = await RawConnection.to(app.url);
      raw.write(`GET ${target} HTTP/1.1\r\nhost: ${new URL(app.url).host}\r\nconnection: close\r\n\r\n`);
      await raw.closed();
      expect([target, raw.statuses]).toEqual([target, [404]]);
    }
  });
});

describe("GRAPHIQL=off", () => {
  it("serves neither the page nor its files, and GraphQL as ever", async () => {
    const other = await app.replica({ GRAPHIQL: "off" });
    try {
      const html = await fetch(`${other.url}/graphql`, { headers: { accept: "text/html" } });
      expect([html.status, await html.text()]).toEqual([404, expect.stringContaining("switched off")]);
      expect((await fetch(`${other.url}/graphiql/page.js`)).status).toBe(404);
      const answer = await fetch(`${other.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"query":"{ me { subject } }"}',
      });
      expect(await answer.json()).toEqual({ data: { me: { subject: "developer" } } });
    } finally {
      await other.stop();
    }
  });
});
