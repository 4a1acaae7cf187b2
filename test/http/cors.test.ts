import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { refusedUpgrade } from "../support/refused-upgrade.js";

const CONSOLE = "https://console.example.com";
const PREFLIGHT = {
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization,content-type",
};

let app: TestApp;
let token = "";

beforeAll(async () => {
  app = await startTestApp({ env: { ALLOWED_ORIGINS: `${CONSOLE},http://localhost:5173` } });
  token = (await ApiClient.of(app.url, { subject: "ada" })).token ?? "";
});
afterAll(() => app.stop());

const ask = (headers: Record<string, string>, init: RequestInit = {}): Promise<Response> =>
  fetch(`${app.url}/graphql`, { ...init, headers });

const query = (headers: Record<string, string>): Promise<Response> =>
  ask({ "content-type": "application/json", ...headers }, { method: "POST", body: '{"query":"{ me { subject } }"}' });

describe("pages of an origin in ALLOWED_ORIGINS", () => {
  it("are told what they may send, before they send it", async () => {
    const response = await ask({ origin: CONSOLE, ...PREFLIGHT }, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": CONSOLE,
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": expect.stringContaining("authorization, content-type") as unknown,
      "access-control-max-age": "600",
      vary: "Origin",
    });
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
    expect(response.headers.has("content-length")).toBe(false);
  });

  it("may read answers and refusals", async () => {
    for (const [authorization, status] of [
      [`Bearer ${token}`, 200],
      ["Bearer no", 401],
    ] as const) {
      const response = await query({ origin: CONSOLE, authorization });
      expect(response.status).toBe(status);
      expect(response.headers.get("access-control-allow-origin")).toBe(CONSOLE);
      expect(response.headers.get("access-control-expose-headers")).toContain("x-request-id");
      expect(response.headers.get("vary")).toBe("Origin");
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
    }
  });

  it("may open a WebSocket", async () => {
    const socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
      origin: CONSOLE,
    });
    await once(socket, "open");
    socket.terminate();
  });

  it("are each told their own origin", async () => {
    const response = await query({ origin: "http://localhost:5173" });
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
  });
});

describe("everybody else", () => {
  it.each([
    "https://console.example.com.evil.example",
    "http://console.example.com",
    "https://console.example.com:8443",
  ])("of %s is refused, and may not read why", async (origin) => {
    for (const response of [await query({ origin }), await ask({ origin, ...PREFLIGHT }, { method: "OPTIONS" })]) {
      expect(response.status).toBe(403);
      expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  it("of another origin can open no WebSocket", async () => {
    for (const origin of ["https://evil.example", "null"])
      expect(await refusedUpgrade(`${app.url}/graphql`, { origin })).toBe(403);
  });

  it("gets no CORS header without an Origin, and caches are told that answers differ", async () => {
    const response = await query({});
    expect(response.status).toBe(200);
    expect([response.headers.get("vary"), response.headers.get("access-control-allow-origin")]).toEqual([
      "Origin",
      null,
    ]);
  });

  it("asks what there is, and is told", async () => {
    const response = await ask({}, { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([204, "GET, POST, OPTIONS"]);
    expect(response.headers.has("access-control-allow-methods")).toBe(false);
  });

  it("gets nothing of the kind on other paths", async () => {
    for (const path of ["/healthz", "/metrics", "/readyz"]) {
      const response = await fetch(`${app.url}${path}`, { headers: { origin: CONSOLE } });
      expect(response.headers.has("access-control-allow-origin")).toBe(false);
    }
  });
});
