import { randomUUID } from "node:crypto";
import { createServer, connect, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { type Scrape, scrape as scrapeAt } from "../support/metrics.js";
import { eventually } from "../support/eventually.js";
import { recordLog } from "../support/recording-log.js";

let app: TestApp;
const log = recordLog();

beforeAll(async () => {
  app = await startTestApp({ logger: log.logger });
});
afterAll(() => app.stop());

const probe = async (url: string, path: string): Promise<[number, string]> => {
  const response = await fetch(url + path);
  return [response.status, (await response.text()).trim()];
};

/** A way to PostgreSQL that can be cut. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  constructor(target: URL) {
    this.#server = createServer((near) => {
      if (this.#isCut) return near.destroy();
      const far = connect(Number(target.port), target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
      return undefined;
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  stop(): void {
    this.cut();
    this.#server.close();
  }
}

const FAILURE = z.object({ errors: z.tuple([z.object({ extensions: z.object({ reference: z.string() }) })]) });

describe("health", () => {
  it("is alive and ready", async () => {
    expect(await probe(app.url, "/healthz")).toEqual([200, "alive"]);
    expect(await probe(app.url, "/readyz")).toEqual([200, "ready"]);
  });

  it("is alive but not ready while the database is away, and ready again after it", async () => {
    const target = new URL(app.databaseUrl);
    const wire = new Wire(target);
    const port = await wire.listen();
    const other = await app.replica({ DATABASE_URL: Object.assign(new URL(target), { port: String(port) }).href });
    onTestFinished(async () => {
      wire.mend();
      await other.stop();
      wire.stop();
    });
    expect(await probe(other.url, "/readyz")).toEqual([200, "ready"]);
    wire.cut();
    await eventually(async () => (await probe(other.url, "/readyz"))[0] === 503);
    expect((await probe(other.url, "/readyz"))[1]).toContain("database");
    expect(await probe(other.url, "/healthz")).toEqual([200, "alive"]);
    const admin = await ApiClient.of(other.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    const { errors } = await admin.send("{ projects { nodes { id } } }");
    expect(errors[0]?.extensions).toMatchObject({
      code: "INTERNAL_SERVER_ERROR",
      reference: expect.any(String) as unknown,
    });
    // From the error's reference to its line in the log, and from there to all that the log says of the request.
    const response = await fetch(`${other.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-request-id": "found-by-its-id",
        authorization: `Bearer ${admin.token}`,
      },
      body: JSON.stringify({ query: "{ projects { nodes { id } } }" }),
    });
    const { reference } = FAILURE.parse(await response.json()).errors[0].extensions;
    expect(log.entries().filter((entry) => entry["reference"] === reference)).toMatchObject([
      { level: "error", requestId: "found-by-its-id", msg: "unexpected failure" },
    ]);
    wire.mend();
    await eventually(async () => (await probe(other.url, "/readyz"))[0] === 200);
    expect(await admin.ask("{ projects { nodes { id } } }")).toEqual({ projects: { nodes: [] } });
  });
});

const scrape = (): Promise<Scrape> => scrapeAt(app.url);

const LABELS = ["cluster", "kind", "result", "transport", "operation", "outcome", "code", "subject", "state", "le"];

describe("metrics", () => {
  it("are in Prometheus' text format, each with its type and help, and named by its conventions", async () => {
    const { samples, types, helps } = await scrape();
    const ours = [...types].filter(([name]) => name.startsWith("secretariat_"));
    expect(ours.map(([name]) => name).sort()).toEqual([
      "secretariat_database_connections",
      "secretariat_database_connections_limit",
      "secretariat_database_waiting",
      "secretariat_graphql_errors_total",
      "secretariat_graphql_request_duration_seconds",
      "secretariat_graphql_requests_total",
      "secretariat_leader",
      "secretariat_notify_lag_seconds",
      "secretariat_notify_waiting_seconds",
      "secretariat_queue_age_seconds",
      "secretariat_queue_depth",
      "secretariat_reconcile_duration_seconds",
      "secretariat_reconciles_total",
      "secretariat_slow_subscribers_ended_total",
      "secretariat_subscription_deliveries_total",
      "secretariat_subscriptions",
      "secretariat_sync_duration_seconds",
      "secretariat_tailer_idle_seconds",
      "secretariat_tailer_lag_seconds",
      "secretariat_transitions_pruned_total",
      "secretariat_transitions_total",
      "secretariat_watch_restarts_total",
      "secretariat_watch_staleness_seconds",
      "secretariat_websocket_connections",
    ]);
    for (const [name, type] of ours) {
      expect(name).toMatch(/^[a-z][a-z_]*$/);
      expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
      expect(name).not.toMatch(/milliseconds|minutes|_ms|kilobytes|percent/);
      expect(helps.get(name)).toMatch(/^.{10,}\.$/);
    }
    for (const { name, labels } of samples.filter((sample) => sample.name.startsWith("secretariat_"))) {
      expect(types.has(name) || types.has(name.replace(/_(?:bucket|sum|count)$/, ""))).toBe(true);
      // An id or a subject as a label would make a series for each.
      expect(LABELS).toEqual(expect.arrayContaining(Object.keys(labels)));
    }
    expect(types.get("process_cpu_seconds_total")).toBe("counter");
  });

  it("count what they say", async () => {
    const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    await eventually(async () => (await scrape()).of("secretariat_leader") === 2);
    const before = await scrape();
    const name = `metrics-${randomUUID().slice(0, 8)}`;
    const { clusters } = await admin.ask<{ clusters: { id: string }[] }>("{ clusters { id } }");
    await admin.ask(
      'mutation ($name: String!, $clusterId: ID) { createProject(input: { name: $name, description: "", clusterId: $clusterId }) { id } }',
      {
        name,
        clusterId: clusters[0]?.id,
      },
    );
    await admin.send("{ nonsense }");
    await ApiClient.withToken(app.url, "x.y.z").send("{ me { subject } }");
    await eventually(async () => {
      const now = await scrape();
      const grown = (metric: string, labels: Record<string, string> = {}): number =>
        now.of(metric, labels) - before.of(metric, labels);
      expect(grown("secretariat_graphql_requests_total", { transport: "http", outcome: "answered" })).toBe(2);
      expect(grown("secretariat_graphql_requests_total", { transport: "http", outcome: "refused" })).toBe(2);
      expect(grown("secretariat_graphql_request_duration_seconds_count")).toBe(4);
      // From nothing to PENDING, and on to READY.
      expect(grown("secretariat_transitions_total", { subject: "PROJECT" })).toBe(2);
      expect(grown("secretariat_reconciles_total", { kind: "project" })).toBeGreaterThan(0);
      return true;
    });
  });

  it("know the connections and subscriptions of this process", async () => {
    const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    const client = admin.socket();
    const stop = client.subscribe(
      { query: "subscription { transitions { id } }" },
      { next: () => {}, error: () => {}, complete: () => {} },
    );
    await eventually(async () => {
      const now = await scrape();
      return now.of("secretariat_websocket_connections") === 1 && now.of("secretariat_subscriptions") === 1;
    });
    expect(
      (await scrape()).of("secretariat_graphql_requests_total", { transport: "websocket", outcome: "answered" }),
    ).toBe(1);
    stop();
    await client.dispose();
    await eventually(async () => {
      const now = await scrape();
      return now.of("secretariat_websocket_connections") === 0 && now.of("secretariat_subscriptions") === 0;
    });
  });
});

describe("the log", () => {
  it("holds no token, in whatever way it was sent, nor anything else that is secret", async () => {
    const good = (await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" })).token ?? "";
    const bad = `${good.slice(0, -6)}AAAAAA`;
    const odd = "odd-credential-of-no-shape";
    const post = (headers: Record<string, string>, body: string): Promise<Response> =>
      fetch(`${app.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body,
      });
    const query = '{"query":"{ me { subject } }"}';
    for (const token of [good, bad, odd]) {
      await post({ authorization: `Bearer ${token}` }, query);
      await post({ authorization: token }, query);
      await post({ cookie: `session=${token}` }, query);
      await post({}, JSON.stringify({ query: "query ($t: ID!) { secret(id: $t) { id } }", variables: { t: token } }));
      await post({}, JSON.stringify({ query: `{ secret(id: "${token}") { nonsense } }` }));
      await post({}, `{"query": "${token}`);
      await fetch(`${app.url}/graphql?access_token=${token}`);
      const client = ApiClient.withToken(app.url, token).socket();
      await new Promise<void>((resolve) => {
        client.subscribe(
          { query: "{ me { subject } }" },
          { next: () => {}, error: () => resolve(), complete: () => resolve() },
        );
      });
      await client.dispose();
    }
    // What is logged when everything goes wrong: the database cannot be asked.
    const wire = new Wire(new URL(app.databaseUrl));
    const url = Object.assign(new URL(app.databaseUrl), { port: String(await wire.listen()) });
    const other = await app.replica({ DATABASE_URL: url.href });
    wire.cut();
    await fetch(`${other.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: query,
    });
    await eventually(() => log.entries().some(({ level }) => level === "error"));
    await other.stop();
    wire.stop();
    const text = log.lines.join("");
    expect(log.lines.length).toBeGreaterThan(5);
    for (const secret of [good, bad, odd, good.split(".")[2] ?? "", new URL(app.databaseUrl).password]) {
      expect(secret).not.toBe("");
      expect(text).not.toContain(secret);
    }
  });

  it("is JSON lines with time, level and message", () => {
    for (const entry of log.entries())
      expect(entry).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as unknown,
        level: expect.stringMatching(/^(?:debug|info|warn|error)$/) as unknown,
        msg: expect.any(String) as unknown,
      });
  });
});
