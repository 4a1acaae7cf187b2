import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as http from "node:http";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { KubeConfig, type Cluster, type User } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClusterClient, type ClusterClientSettings } from "../cluster-client.js";
import { NAMESPACES } from "../resources.js";
import { makeCertificate } from "../testing/certificate.js";
import { kubeConfigFor, refuse, reply, startRawServer, type RawServer } from "../testing/raw-server.js";
import type { KubernetesApi } from "./kubernetes-api.js";

const closing: (() => unknown)[] = [];
let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "secretariat-credentials-"));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).reverse()) await close();
  await rm(directory, { recursive: true, force: true });
});

function clientOf(
  url: string,
  user: Partial<User>,
  cluster: Partial<Cluster> = {},
  settings: Partial<ClusterClientSettings> = {},
): KubernetesApi {
  const client = createClusterClient(kubeConfigFor(url, user, cluster), settings);
  closing.push(() => client.close());
  return client.api("test");
}

async function serve(...parameters: Parameters<typeof startRawServer>): Promise<RawServer> {
  const server = await startRawServer(...parameters);
  closing.push(() => server.close());
  return server;
}

/** Takes requests whose Authorization is one of `good`. */
const guarded = (good: Set<string>): Promise<RawServer> =>
  serve((request, response) => {
    if (good.has(request.headers.authorization ?? "")) reply(response, {});
    else refuse(response, 401, "Unauthorized", "Unauthorized");
  });

/** The name in the client's certificate. */
const peerOf = ({ socket }: http.ServerResponse): unknown =>
  socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : null;

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );

/** A plugin as a script that counts its runs; `body` writes to stdout. */
async function plugin(body: string): Promise<{ exec: object; runs(): Promise<number> }> {
  const [script, log] = [join(directory, "plugin.mjs"), join(directory, "runs.log")];
  await writeFile(
    script,
    `import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
     appendFileSync(${JSON.stringify(log)}, "x");
     const run = readFileSync(${JSON.stringify(log)}, "utf8").length;
     const credential = (status) => console.log(JSON.stringify({ kind: "ExecCredential", apiVersion: "client.authentication.k8s.io/v1", status }));
     ${body}`,
  );
  const exec = {
    command: process.execPath,
    args: [script],
    env: [{ name: "PLUGIN_WORD", value: "hello" }, "nonsense"],
  };
  return { exec, runs: async () => (await readFile(log, "utf8")).length };
}

describe("a credential plugin", () => {
  it("is run once for many requests, and told what it needs", async () => {
    const seen = join(directory, "seen.json");
    const { exec, runs } = await plugin(
      `writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ word: process.env.PLUGIN_WORD, info: JSON.parse(process.env.KUBERNETES_EXEC_INFO) })); credential({ token: "one" });`,
    );
    const server = await guarded(new Set(["Bearer one"]));
    const api = clientOf(server.url, { exec: { ...exec, provideClusterInfo: true } }, { caData: "Y2E=" });
    await Promise.all(Array.from({ length: 10 }, () => api.get("/a")));
    await api.get("/b");
    expect(await runs()).toBe(1);
    const told: unknown = JSON.parse(await readFile(seen, "utf8"));
    expect(told).toMatchObject({ word: "hello" });
    expect(told).toMatchObject({
      info: {
        apiVersion: "client.authentication.k8s.io/v1",
        kind: "ExecCredential",
        spec: { interactive: false, cluster: { server: server.url, "certificate-authority-data": "Y2E=" } },
      },
    });
  });

  it("is asked again when the server no longer takes its token, once", async () => {
    const { exec, runs } = await plugin(`credential({ token: "token-" + run });`);
    const good = new Set(["Bearer token-1"]);
    const server = await guarded(good);
    const api = clientOf(server.url, { exec });
    await api.get("/a");
    good.clear();
    good.add("Bearer token-2");
    await Promise.all([api.get("/b"), api.get("/c"), api.get("/d")]);
    expect(await runs()).toBe(2);
  });

  it("of a server that refuses everything is not run for each request", async () => {
    const { exec, runs } = await plugin(`credential({ token: "token-" + run });`);
    const server = await guarded(new Set());
    const api = clientOf(server.url, { exec });
    for (let i = 0; i < 5; i += 1) expect(await failureOf(api.get("/a"))).toMatchObject({ status: 401 });
    expect(await runs()).toBe(2);
  });

  it("whose token expires is run again", async () => {
    const { exec, runs } = await plugin(
      `credential({ token: "token-" + run, expirationTimestamp: new Date(Date.now() - 1000).toISOString() });`,
    );
    vi.useFakeTimers({ toFake: ["performance"] });
    const server = await guarded(new Set(["Bearer token-1", "Bearer token-2"]));
    const api = clientOf(server.url, { exec });
    await api.get("/a");
    await api.get("/b");
    expect(await runs()).toBe(1);
    vi.advanceTimersByTime(10_001);
    await api.get("/c");
    expect(await runs()).toBe(2);
  });

  it("may give a certificate", async () => {
    const { key, cert } = makeCertificate("client");
    const { exec } = await plugin(
      `credential(${JSON.stringify({ clientCertificateData: cert, clientKeyData: key })});`,
    );
    const server = makeCertificate("kube");
    const names: unknown[] = [];
    const raw = await serve(
      (_request, response) => {
        names.push(peerOf(response));
        reply(response, {});
      },
      { ...server, requestCert: true, rejectUnauthorized: false },
    );
    await clientOf(raw.url, { exec }, { caData: Buffer.from(server.cert).toString("base64") }).get("/a");
    expect(names).toEqual(["client"]);
  });

  it.each([
    [
      "fails",
      `console.error("no login for eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMyJ9.eyJzdWIiOiJ4In0.c2ln"); process.exit(3);`,
      /ended with code 3: no login for …/u,
    ],
    ["writes no JSON", `console.log("token: eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMyJ9");`, /wrote no JSON/u],
    ["writes something else", `console.log("{}");`, /no ExecCredential/u],
    ["gives nothing", `credential({});`, /neither a token nor a certificate/u],
    ["hangs", `setInterval(() => {}, 1000);`, /did not answer within 300 ms/u],
    [
      "hangs and won't be ended",
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`,
      /did not answer within 300 ms/u,
    ],
    ["writes without end", `setInterval(() => console.log("x".repeat(100_000)), 1);`, /wrote too much/u],
  ])("that %s is told without its secrets", async (what, body, message) => {
    const { exec } = await plugin(body);
    const timeout = /hangs/u.test(what) ? 300 : 20_000;
    const api = clientOf("http://127.0.0.1:1", { exec }, {}, { credentialsTimeout: timeout });
    const error = await failureOf(api.get("/a"));
    expect(error).toMatchObject({
      name: "ClusterUnreachableError",
      kind: "credentials",
      message: expect.stringMatching(message) as unknown,
    });
    expect(String(error)).not.toContain("eyJ");
  });

  it("that isn't there, or has no command", async () => {
    const absent = clientOf("http://127.0.0.1:1", { exec: { command: join(directory, "nothing") } });
    expect(await failureOf(absent.get("/a"))).toMatchObject({
      kind: "credentials",
      message: expect.stringContaining("ENOENT") as unknown,
    });
    const empty = clientOf("http://127.0.0.1:1", { exec: {} });
    expect(await failureOf(empty.get("/a"))).toMatchObject({
      message: expect.stringContaining("no command") as unknown,
    });
  });

  it("does not keep a caller that gives up", async () => {
    const { exec } = await plugin(`setTimeout(() => credential({ token: "one" }), 400);`);
    const server = await guarded(new Set(["Bearer one"]));
    const api = clientOf(server.url, { exec });
    expect(await failureOf(api.get("/a", { signal: AbortSignal.timeout(20) }))).toMatchObject({ kind: "timeout" });
    expect(await api.get("/b", { signal: new AbortController().signal })).toEqual({});
  });
});

describe("a token file", () => {
  const user = (path: string): Partial<User> => ({ authProvider: { name: "tokenFile", config: { tokenFile: path } } });

  it("is read without its line end, and again after a while", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const path = join(directory, "token");
    await writeFile(path, "one\n");
    const server = await serve((request, response) => reply(response, request.headers.authorization));
    const api = clientOf(server.url, user(path));
    expect(await api.get("/a")).toBe("Bearer one");
    await writeFile(path, "two");
    expect(await api.get("/a")).toBe("Bearer one");
    vi.advanceTimersByTime(10_001);
    expect(await api.get("/a")).toBe("Bearer two");
    vi.advanceTimersByTime(10_001);
    expect(await api.get("/a")).toBe("Bearer two");
  });

  it("is read at once when the server refuses the old token", async () => {
    const path = join(directory, "token");
    await writeFile(path, "one");
    const good = new Set(["Bearer one"]);
    const api = clientOf((await guarded(good)).url, user(path));
    await api.get("/a");
    good.clear();
    good.add("Bearer two");
    await writeFile(path, "two");
    expect(await api.get("/b")).toEqual({});
  });

  it("that is missing or empty is told", async () => {
    const path = join(directory, "token");
    const api = clientOf("http://127.0.0.1:1", user(path));
    expect(await failureOf(api.get("/a"))).toMatchObject({
      kind: "credentials",
      message: expect.stringContaining("ENOENT") as unknown,
    });
    await writeFile(path, "\n");
    expect(await failureOf(api.get("/a"))).toMatchObject({ message: expect.stringContaining("is empty") as unknown });
  });
});

describe("what the package does by itself", () => {
  it("a name and password, and acting for another", async () => {
    const server = await serve((request, response) =>
      reply(response, [request.headers.authorization, request.headers["impersonate-user"]]),
    );
    const api = clientOf(server.url, { username: "me", password: "pass word", impersonateUser: "other" });
    expect(await api.get("/a")).toEqual([`Basic ${Buffer.from("me:pass word").toString("base64")}`, "other"]);
    const { exec } = await plugin(`credential({ token: "one" });`);
    expect(await clientOf(server.url, { exec, impersonateUser: "other" }).get("/a")).toEqual(["Bearer one", "other"]);
  });

  it("a context without a user keeps the cluster's certificate authority", async () => {
    const certificate = makeCertificate("kube");
    const server = await serve(
      (request, response) => reply(response, request.headers.authorization ?? "nobody"),
      certificate,
    );
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [{ name: "c", server: server.url, caData: Buffer.from(certificate.cert).toString("base64") }],
      users: [],
      contexts: [{ name: "x", cluster: "c" }],
      currentContext: "x",
    });
    const client = createClusterClient(config);
    closing.push(() => client.close());
    expect(await client.api("test").get("/a")).toBe("nobody");
  });

  it("a client certificate in a file is taken anew when it changes; the old connections end", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const [certFile, keyFile] = [join(directory, "tls.crt"), join(directory, "tls.key")];
    const write = async (name: string): Promise<void> => {
      const { key, cert } = makeCertificate(name);
      await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    };
    await write("first");
    const certificate = makeCertificate("kube");
    const server = await serve((_request, response) => reply(response, peerOf(response)), {
      ...certificate,
      requestCert: true,
      rejectUnauthorized: false,
    });
    const api = clientOf(
      server.url,
      { certFile, keyFile },
      { caData: Buffer.from(certificate.cert).toString("base64") },
    );
    expect(await api.get("/a")).toBe("first");
    await write("second");
    vi.advanceTimersByTime(10_001);
    expect(await api.get("/a")).toBe("second");
    await expect.poll(server.open).toBe(1);
    await writeFile(certFile, "nonsense");
    vi.advanceTimersByTime(10_001);
    expect(await failureOf(api.get("/a"))).toMatchObject({ kind: "credentials" });
    await rm(certFile);
    vi.advanceTimersByTime(10_001);
    expect(await failureOf(api.get("/a"))).toMatchObject({
      kind: "credentials",
      message: expect.stringContaining("ENOENT") as unknown,
    });
  });

  it("a context that names no cluster is a defect of ours", () => {
    expect(() => createClusterClient(new KubeConfig())).toThrow(RangeError);
  });
});

describe("a proxy", () => {
  /** An HTTP proxy that takes CONNECT, and counts. */
  async function connectProxy(status = 200): Promise<{ url: string; tunnels: string[] }> {
    const tunnels: string[] = [];
    const proxy = http.createServer();
    const sockets = new Set<net.Socket>();
    proxy.on("connection", (socket) => sockets.add(socket));
    proxy.on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      const [host = "", port = ""] = (request.url ?? "").split(":");
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const target = net.connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        target.pipe(socket).pipe(target);
      });
      target.on("error", () => socket.destroy());
      socket.on("error", () => target.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    const address = proxy.address();
    return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, tunnels };
  }

  it.each(["http", "https"])("to an %s server keeps its tunnels", async (scheme) => {
    const certificate = makeCertificate("kube");
    const caData = Buffer.from(certificate.cert).toString("base64");
    const server = await serve(
      (_request, response) => reply(response, {}),
      scheme === "https" ? certificate : undefined,
    );
    const proxy = await connectProxy();
    const api = clientOf(server.url, { token: "t" }, { proxyUrl: proxy.url, caData });
    for (let i = 0; i < 5; i += 1) expect(await api.get("/a")).toEqual({});
    expect(proxy.tunnels).toEqual([new URL(server.url).host]);
  });

  it("that refuses is told as such", async () => {
    const proxy = await connectProxy(407);
    const api = clientOf("https://127.0.0.1:1", { token: "t" }, { proxyUrl: proxy.url });
    expect(await failureOf(api.get("/a"))).toMatchObject({
      kind: "proxy",
      message: expect.stringContaining("407") as unknown,
    });
  });

  it("by SOCKS", async () => {
    const server = await serve((_request, response) => reply(response, {}));
    let tunnels = 0;
    const socks = net.createServer((socket) => {
      tunnels += 1;
      socket.once("data", () => {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", (request) => {
          const target = net.connect(request.readUInt16BE(request.length - 2), "127.0.0.1", () => {
            socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            target.pipe(socket).pipe(target);
          });
          target.on("error", () => socket.destroy());
          socket.on("error", () => target.destroy());
        });
      });
    });
    await new Promise<void>((resolve) => socks.listen(0, "127.0.0.1", resolve));
    closing.push(() => socks.close());
    const address = socks.address();
    const proxyUrl = `socks5://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const api = clientOf(server.url, { token: "t" }, { proxyUrl });
    for (let i = 0; i < 3; i += 1) expect(await api.get("/a")).toEqual({});
    expect(tunnels).toBe(1);
  });
});

it("credentials that fail after their caller has gone are nobody's error", async () => {
  const server = await serve((_request, response) => reply(response, {}));
  const api = clientOf(server.url, {
    authProvider: { name: "tokenFile", config: { tokenFile: join(directory, "none") } },
  });
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    const options = { resourceVersion: "1", timeoutSeconds: 1, signal: AbortSignal.abort() };
    expect(await failureOf(api.watch(NAMESPACES, options))).toMatchObject({ kind: "aborted" });
    expect(await failureOf(api.get("/version"))).toMatchObject({ kind: "credentials" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});
