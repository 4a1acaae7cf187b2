import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startSimulator } from "../../src/dev/simulator/index.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { createTestDatabase } from "../support/postgres.js";
import { ProductProcess } from "../support/product-process.js";

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "secretariat-process-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  // As root the embedded PostgreSQL runs as another user, who must get in.
  await chmod(directory, 0o755);
  return directory;
}

/** A database and a cluster outside the processes under test, as settings. */
async function surroundings(migrated = true): Promise<Record<string, string>> {
  const [directory, database, simulator] = await Promise.all([
    folder(),
    createTestDatabase({ migrated }),
    startSimulator({ clusters: ["berlin"], timeScale: 0.05 }),
  ]);
  onTestFinished(async () => {
    await simulator.stop();
    await database.drop();
  });
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, simulator.kubeconfig(), { mode: 0o600 });
  return {
    PORT: "0",
    DATABASE_URL: database.url,
    CLUSTER_CONTEXTS: "berlin",
    KUBECONFIG: kubeconfig,
    DATA_DIRECTORY: join(directory, "data"),
  };
}

const leads = async (url: string): Promise<boolean> =>
  /^secretariat_leader\{cluster="berlin"\} 1$/m.test(await (await fetch(`${url}/metrics`)).text());

const projectsOf = async (url: string): Promise<string[]> => {
  const admin = await ApiClient.of(url, null);
  const { projects } = await admin.ask<{ projects: { nodes: { name: string; status: string }[] } }>(
    "{ projects { nodes { name status } } }",
  );
  return projects.nodes.map(({ name, status }) => `${name} ${status}`);
};

describe("the built product on its embedded parts", () => {
  it("starts from nothing, keeps what it was told over a stop and a kill -9, and leaves nothing running", async () => {
    const data = join(await folder(), "data");
    const env = { PORT: "0", DATA_DIRECTORY: data };
    // Neither a stop nor a kill may leave PostgreSQL with nobody to stop it.
    const isDatabaseRunning = (): boolean => existsSync(join(data, "postgres", "data", "postmaster.pid"));

    const first = new ProductProcess(env, ["--empty"]);
    const url = await first.ready();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await eventually(() => first.stderr.includes(`${url.replace("127.0.0.1", "localhost")}/graphql`));
    const admin = await ApiClient.of(url, null);
    const { clusters } = await admin.ask<{ clusters: { id: string; name: string }[] }>("{ clusters { id name } }");
    expect(clusters).toHaveLength(2);
    await admin.ask(
      'mutation ($id: ID) { createProject(input: { name: "kept", description: "", clusterId: $id }) { id } }',
      {
        id: clusters[0]?.id,
      },
    );
    await eventually(async () => (await projectsOf(url)).includes("kept READY"));
    const stopped = await first.end("SIGTERM");
    expect(stopped).toMatchObject({ code: 0, signal: null });
    expect(stopped.took).toBeLessThan(10_000);
    expect(first.log().at(-1)?.msg).toBe("stopped");
    expect(isDatabaseRunning()).toBe(false);

    const began = performance.now();
    const second = new ProductProcess(env);
    expect(await projectsOf(await second.ready())).toEqual(["kept READY"]);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await second.end("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
    expect(isDatabaseRunning()).toBe(true);

    const third = new ProductProcess(env);
    expect(await projectsOf(await third.ready())).toEqual(["kept READY"]);
    expect(await third.end("SIGINT")).toMatchObject({ code: 0 });
    expect(isDatabaseRunning()).toBe(false);
    for (const product of [first, second, third])
      expect(product.log().filter(({ level, part }) => level === "error" || part !== undefined)).toEqual([]);
  }, 90_000);

  it("ends well when it is told to in the middle of its start", async () => {
    const data = join(await folder(), "data");
    const product = new ProductProcess({ PORT: "0", DATA_DIRECTORY: data }, ["--empty"]);
    await eventually(() => existsSync(join(data, "postgres", "data", "postmaster.pid")));
    const ended = await product.end("SIGTERM");
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.took).toBeLessThan(10_000);
    expect(product.stdout).not.toContain("Secretariat is ready");
    expect(existsSync(join(data, "postgres", "data", "postmaster.pid"))).toBe(false);
  });
});

describe("two replicas of the built product", () => {
  it("start at once on an empty database, both serve, one leads, and the other takes over when that one stops", async () => {
    const env = await surroundings(false);
    const [one, other] = [new ProductProcess(env), new ProductProcess(env)];
    const urls = await Promise.all([one.ready(), other.ready()]);
    await eventually(async () => (await Promise.all(urls.map(leads))).filter(Boolean).length === 1);
    const isFirst = await leads(urls[0]);
    const [leader, follower] = isFirst ? [one, other] : [other, one];
    const [leaderUrl, followerUrl] = isFirst ? urls : [urls[1], urls[0]];

    const admin = await ApiClient.of(followerUrl, null);
    await admin.ask('mutation { createProject(input: { name: "shared", description: "" }) { id } }');
    await eventually(async () => (await projectsOf(leaderUrl)).includes("shared READY"));
    expect(await projectsOf(followerUrl)).toEqual(["shared READY"]);

    expect(await leader.end("SIGTERM")).toMatchObject({ code: 0 });
    // The lease was given back, so the next turn of the other takes it: every 2 s.
    await eventually(() => leads(followerUrl), 4_000);
    expect(await follower.end("SIGTERM")).toMatchObject({ code: 0 });
  });
});

describe("the built product that cannot start", () => {
  it("says everything that is wrong with its settings, and ends with 2", async () => {
    const product = new ProductProcess({ PORT: "http", NODE_ENV: "production", LOG_LEVEL: "loud", HOST: "a b" }, [
      "--fast",
    ]);
    expect(await product.ended).toEqual({ code: 2, signal: null });
    for (const name of ["PORT", "LOG_LEVEL", "HOST", "DATABASE_URL", "CLUSTER_CONTEXTS", "OIDC_ISSUER", "--fast"])
      expect(product.stderr).toContain(name);
    expect(product.stdout).toBe("");
  });

  it("says everything that is wrong with its kubeconfig, and ends with 2", async () => {
    const env = await surroundings();
    const product = new ProductProcess({ ...env, CLUSTER_CONTEXTS: "berlin,oslo,rome=paris" });
    expect(await product.ended).toEqual({ code: 2, signal: null });
    expect(product.stderr).toContain('there is no context "oslo"');
    expect(product.stderr).toContain('there is no context "paris"');
  });

  it("says that its port is in use", async () => {
    const env = await surroundings();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const product = new ProductProcess({ ...env, PORT: String(port) });
    expect(await product.ended).toEqual({ code: 1, signal: null });
    expect(product.log().at(-1)).toMatchObject({
      level: "error",
      msg: "Secretariat could not start",
      err: { message: `Port ${port} is in use: stop what listens there, or set PORT to another.` },
    });
  });

  it("tells how it is started", async () => {
    const product = new ProductProcess({}, ["--help"]);
    expect(await product.ended).toEqual({ code: 0, signal: null });
    expect(product.stdout).toContain("npm start -- --empty");
  });
});

describe("the built product in production", () => {
  it("serves without anything of development, and asks for a token", async () => {
    const env = await surroundings();
    const product = new ProductProcess({
      ...env,
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      // Nobody is there: it is asked when somebody signs in.
      OIDC_ISSUER: "http://127.0.0.1:9/realms/main",
      OIDC_AUDIENCE: "secretariat",
    });
    const url = await product.ready();
    expect(product.stderr).toBe("");
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/dev/token`, { method: "POST" })).status).toBe(404);
    const { status, errors } = await (await ApiClient.of(url, null)).send("{ me { subject } }");
    expect([status, errors[0]?.extensions.code]).toEqual([401, "UNAUTHENTICATED"]);
    const page = await fetch(`${url}/graphql`, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain('content="token"');
    expect(existsSync(env["DATA_DIRECTORY"] ?? "")).toBe(false);
    expect(await product.end("SIGTERM")).toMatchObject({ code: 0 });
  });
});
