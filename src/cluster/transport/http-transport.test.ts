import { once } from "node:events";
import * as net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createClusterClient, type ClusterClientSettings } from "../cluster-client.js";
import { ClusterUnreachableError, isClusterFailure, KubernetesError } from "../kubernetes-error.js";
import { makeCertificate } from "../testing/certificate.js";
import { eventually, kubeConfigFor, refuse, reply, startRawServer } from "../testing/raw-server.js";
import type { KubernetesApi } from "./kubernetes-api.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function clientOf(
  url: string,
  settings: Partial<ClusterClientSettings> = {},
  ...more: Parameters<typeof kubeConfigFor> extends [string, ...infer Rest] ? Rest : never
): KubernetesApi & { load(): { active: number; waiting: number }; lane(name: string): KubernetesApi; close(): void } {
  const client = createClusterClient(kubeConfigFor(url, ...more), settings);
  closing.push(() => client.close());
  const api = client.api("test");
  return Object.assign(api, {
    load: () => client.load,
    lane: (name: string) => client.api(name),
    close: () => client.close(),
  });
}

async function serve(...parameters: Parameters<typeof startRawServer>): ReturnType<typeof startRawServer> {
  const server = await startRawServer(...parameters);
  closing.push(() => server.close());
  return server;
}

const TOKEN_SCRIPT = `console.log(JSON.stringify({ kind: "ExecCredential", status: { token: "t" } }))`;

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );

describe("connections", () => {
  it("are kept and shared: no more than requests under way at once, and none anew", async () => {
    const certificate = makeCertificate("kube");
    const server = await serve((_request, response) => void setTimeout(() => reply(response, {}), 2), certificate);
    const api = clientOf(
      server.url,
      { maxConcurrency: 4 },
      {},
      { caData: Buffer.from(certificate.cert).toString("base64") },
    );
    await Promise.all(Array.from({ length: 40 }, () => api.get("/version")));
    expect(server.connections()).toBeLessThanOrEqual(4);
    const warm = server.connections();
    for (let i = 0; i < 20; i += 1) await api.get("/version");
    expect(server.connections()).toBe(warm);
  });

  it("that the server closed while idle are replaced unnoticed", async () => {
    const server = await serve((_request, response) => reply(response, {}));
    const api = clientOf(server.url, { maxConcurrency: 3 });
    await Promise.all([api.get("/a"), api.get("/b"), api.get("/c")]);
    const before = server.connections();
    // The resets arrive while the next requests are being written.
    server.cut();
    await Promise.all([api.get("/a"), api.get("/b"), api.get("/c")]);
    expect(server.connections()).toBeGreaterThan(before);
  });

  it("that are cut during a request are no idle ones: told, not repeated", async () => {
    const server = await serve((_request, response) => response.socket?.resetAndDestroy());
    const api = clientOf(server.url);
    expect(await failureOf(api.get("/a"))).toMatchObject({ kind: "reset" });
    expect(server.requests).toHaveLength(1);
  });

  it("that died idle don't make a create happen twice", async () => {
    let first = true;
    const server = await serve((_request, response) => {
      if (first) reply(response, {});
      else response.socket?.resetAndDestroy();
      first = false;
    });
    const api = clientOf(server.url);
    await api.get("/warm");
    const resource = { group: "", version: "v1", plural: "namespaces", kind: "Namespace", namespaced: false };
    expect(await failureOf(api.create(resource, null, {}))).toMatchObject({ kind: "reset" });
    expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("an answer cut in the middle is none", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setImmediate(() => response.socket?.destroy());
    });
    expect(await failureOf(clientOf(server.url).get("/a"))).toMatchObject({ kind: "reset" });
  });
});

describe("bounds", () => {
  it("a storm in one lane does not hold up another", async () => {
    const order: string[] = [];
    const server = await serve((request, response) => {
      order.push(request.path);
      setImmediate(() => reply(response, {}));
    });
    const api = clientOf(server.url, { maxConcurrency: 1 });
    const storm = Array.from({ length: 50 }, (_, i) => api.lane("storm").get(`/storm/${i}`));
    await api.lane("person").get("/person");
    expect(order.indexOf("/person")).toBeLessThanOrEqual(3);
    await Promise.all(storm);
    expect(order.filter((path) => path.startsWith("/storm"))).toEqual(
      Array.from({ length: 50 }, (_, i) => `/storm/${i}`),
    );
  });

  it("refuses at once what would wait behind too many", async () => {
    const server = await serve((_request, response) => void setTimeout(() => reply(response, {}), 20));
    const api = clientOf(server.url, { maxConcurrency: 1, maxQueued: 2 });
    const work = [1, 2, 3].map((n) => api.get(`/${n}`));
    expect(api.load()).toEqual({ active: 1, waiting: 2 });
    expect(await failureOf(api.get("/4"))).toMatchObject({ kind: "overloaded" });
    await Promise.all(work);
    expect(api.load()).toEqual({ active: 0, waiting: 0 });
  });

  it("a caller that gives up leaves the line, and the connection", async () => {
    const server = await serve(() => {});
    const api = clientOf(server.url, { maxConcurrency: 1 });
    const [one, two] = [new AbortController(), new AbortController()];
    const sent = failureOf(api.get("/sent", { signal: one.signal }));
    const waiting = failureOf(api.get("/waiting", { signal: two.signal }));
    two.abort();
    expect(await waiting).toMatchObject({ kind: "aborted" });
    await eventually(() => server.requests.length === 1);
    one.abort();
    expect(await sent).toMatchObject({ kind: "aborted" });
    expect(await failureOf(api.get("/never", { signal: one.signal }))).toMatchObject({ kind: "aborted" });
    await expect.poll(server.open).toBe(0);
    expect(api.load()).toEqual({ active: 0, waiting: 0 });
  });

  it("a caller that gives up while credentials are made anew sends nothing more", async () => {
    const controller = new AbortController();
    const server = await serve((_request, response) => {
      controller.abort();
      refuse(response, 401, "Unauthorized", "Unauthorized");
    });
    const user = { exec: { command: process.execPath, args: ["-e", TOKEN_SCRIPT] } };
    const api = clientOf(server.url, {}, user);
    expect(await failureOf(api.get("/a", { signal: controller.signal }))).toMatchObject({ kind: "aborted" });
    expect(server.requests).toHaveLength(1);
  });

  it("a time limit of the caller's counts the wait in line too", async () => {
    const server = await serve(() => {});
    const api = clientOf(server.url, { maxConcurrency: 1 });
    const blocked = failureOf(api.get("/blocked"));
    expect(await failureOf(api.get("/late", { signal: AbortSignal.timeout(30) }))).toMatchObject({ kind: "timeout" });
    api.close();
    expect(await blocked).toMatchObject({ kind: "aborted" });
  });

  it("after close there is nothing", async () => {
    const server = await serve((_request, response) => reply(response, {}));
    const api = clientOf(server.url);
    await api.get("/a");
    api.close();
    expect(await failureOf(api.get("/b"))).toMatchObject({ kind: "aborted" });
    await expect.poll(server.open).toBe(0);
  });
});

describe("clusters that cannot be reached", () => {
  it("nothing listens", async () => {
    const server = await startRawServer(() => {});
    await server.close();
    const error = await failureOf(clientOf(server.url).get("/version"));
    expect(error).toBeInstanceOf(ClusterUnreachableError);
    expect(error).toMatchObject({ kind: "refused", message: expect.stringContaining("ECONNREFUSED") as unknown });
    expect(isClusterFailure(error)).toBe(true);
  });

  it("accepts and says nothing: a half-open connection", async () => {
    const silent = net.createServer(() => {});
    await once(silent.listen(0, "127.0.0.1"), "listening");
    closing.push(() => silent.close());
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : 0;
    const error = await failureOf(clientOf(`http://127.0.0.1:${port}`, { requestTimeout: 50 }).get("/version"));
    expect(error).toMatchObject({ kind: "timeout", message: expect.stringContaining("50 ms") as unknown });
  });

  it("begins an answer and never ends it", async () => {
    const server = await serve((_request, response) => response.writeHead(200).write("{"));
    expect(await failureOf(clientOf(server.url).get("/version", { timeout: 50 }))).toMatchObject({ kind: "timeout" });
  });

  it("has a name that nobody knows", async () => {
    expect(await failureOf(clientOf("http://cluster.invalid:1").get("/version"))).toMatchObject({ kind: "dns" });
  });

  it("has a certificate of nobody we trust", async () => {
    const server = await serve((_request, response) => reply(response, {}), makeCertificate("kube"));
    expect(await failureOf(clientOf(server.url).get("/version"))).toMatchObject({ kind: "tls" });
    const other = Buffer.from(makeCertificate("other").cert).toString("base64");
    expect(await failureOf(clientOf(server.url, {}, {}, { caData: other }).get("/version"))).toMatchObject({
      kind: "tls",
    });
    const trusting = clientOf(server.url, {}, {}, { skipTLSVerify: true });
    expect(await trusting.get("/version")).toEqual({});
  });

  it("has a certificate for another name, unless that name is told", async () => {
    const certificate = makeCertificate("kube", "kube.example");
    const caData = Buffer.from(certificate.cert).toString("base64");
    const server = await serve((_request, response) => reply(response, {}), certificate);
    const wrong = clientOf(server.url, {}, {}, { caData, tlsServerName: "other.example" });
    expect(await failureOf(wrong.get("/version"))).toMatchObject({ kind: "tls" });
    expect(await clientOf(server.url, {}, {}, { caData, tlsServerName: "kube.example" }).get("/version")).toEqual({});
  });

  it("speaks no TLS where it should", async () => {
    const server = await serve((_request, response) => reply(response, {}));
    const error = await failureOf(clientOf(server.url.replace("http:", "https:")).get("/version"));
    expect(error).toMatchObject({ kind: "tls" });
  });
});

describe("refusals", () => {
  it("are the Status that the server sent", async () => {
    const server = await serve((_request, response) => {
      refuse(response, 422, "Invalid", 'ExternalSecret "a" is invalid', {
        name: "a",
        group: "external-secrets.io",
        kind: "ExternalSecret",
        uid: "u",
        causes: [
          { reason: "FieldValueInvalid", message: "Invalid value", field: "spec.data[0].secretKey" },
          "nonsense",
        ],
      });
    });
    const error = await failureOf(clientOf(server.url).get("/x"));
    expect(error).toBeInstanceOf(KubernetesError);
    expect(error).toMatchObject({
      status: 422,
      reason: "Invalid",
      message: 'ExternalSecret "a" is invalid',
      details: { name: "a", group: "external-secrets.io", kind: "ExternalSecret", uid: "u" },
      causes: [
        { reason: "FieldValueInvalid", message: "Invalid value", field: "spec.data[0].secretKey" },
        { reason: "", message: "", field: "" },
      ],
      retryAfter: null,
    });
    expect(isClusterFailure(error)).toBe(false);
  });

  it("say when to come again", async () => {
    let header = "2";
    const server = await serve((_request, response) => {
      response.setHeader("retry-after", header);
      refuse(response, 429, "TooManyRequests", "later", { retryAfterSeconds: 7 });
    });
    const api = clientOf(server.url);
    const error = await failureOf(api.get("/x"));
    expect(error).toMatchObject({ status: 429, retryAfter: 2_000 });
    expect(isClusterFailure(error)).toBe(true);
    header = "Wed, 21 Oct 2026 07:28:00 GMT";
    expect(await failureOf(api.get("/x"))).toMatchObject({ retryAfter: 7_000 });
    header = "99999999";
    expect(await failureOf(api.get("/x"))).toMatchObject({ retryAfter: 300_000 });
  });

  it("of a proxy before the server are told as what they are", async () => {
    const server = await serve((request, response) => {
      if (request.path === "/text")
        response.writeHead(503, { "content-type": "text/plain" }).end("no healthy upstream");
      else response.writeHead(502, { "content-type": "text/html" }).end("<html>secret page</html>");
    });
    const api = clientOf(server.url);
    const html = await failureOf(api.get("/html"));
    expect(html).toMatchObject({ status: 502, reason: "", message: "HTTP 502 (text/html)" });
    expect(isClusterFailure(html)).toBe(true);
    expect(await failureOf(api.get("/text"))).toMatchObject({ message: "HTTP 503 (text/plain): no healthy upstream" });
  });

  it("are never followed to another place", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
    );
    expect(await failureOf(clientOf(server.url).get("/x"))).toMatchObject({ name: "KubernetesError", status: 302 });
  });

  it("a typed patch failure is about the object, though it is a 500", () => {
    const details = { name: "", group: "", kind: "", uid: "" };
    const typed = new KubernetesError(500, "", "failed to create typed patch object (a/b): x", details, [], null);
    expect(isClusterFailure(typed)).toBe(false);
    expect(isClusterFailure(new KubernetesError(500, "", "etcd is away", details, [], null))).toBe(true);
    expect(isClusterFailure(new KubernetesError(401, "", "", details, [], null))).toBe(true);
    expect(isClusterFailure(new KubernetesError(403, "", "", details, [], null))).toBe(false);
    expect(isClusterFailure(new Error("defect"))).toBe(false);
  });
});
