import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { stringify } from "yaml";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadConnections, type ConnectionsInput } from "./connections.js";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "secretariat-connections-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

const entry = (name: string, cluster: object = {}, user: object = { token: "hunter2" }) => ({
  cluster: { name, cluster: { server: `https://${name}.example:6443`, ...cluster } },
  user: { name: `user-${name}`, user },
  context: { name, context: { cluster: name, user: `user-${name}` } },
});

async function kubeconfig(file: string, ...entries: ReturnType<typeof entry>[]): Promise<string> {
  const path = join(directory, file);
  const content = {
    apiVersion: "v1",
    kind: "Config",
    clusters: entries.map(({ cluster }) => cluster),
    users: entries.map(({ user }) => user),
    contexts: entries.map(({ context }) => context),
  };
  await writeFile(path, stringify(content));
  return path;
}

const load = (clusterContexts: string | null, kubeconfigPath: string | null, more: Partial<ConnectionsInput> = {}) =>
  loadConnections({ clusterContexts, kubeconfig: kubeconfigPath, clusterName: null, ...more });

describe("contexts of a kubeconfig", () => {
  it("are connected under the names given, each with its own cluster and user alone", async () => {
    const path = await kubeconfig("config", entry("prod"), entry("stage"), entry("other"));
    const { connections, problems } = load("production=prod, stage", path);
    expect(problems).toEqual([]);
    expect(
      connections.map(({ name, kubeConfig }) => [
        name,
        kubeConfig.getCurrentCluster()?.server,
        kubeConfig.getCurrentUser()?.name,
      ]),
    ).toEqual([
      ["production", "https://prod.example:6443", "user-prod"],
      ["stage", "https://stage.example:6443", "user-stage"],
    ]);
    expect(connections[0]?.kubeConfig.users).toHaveLength(1);
  });

  it("of several files, the first that names something counts", async () => {
    const one = await kubeconfig("one", entry("prod"));
    const two = await kubeconfig("two", entry("prod", { server: "https://shadowed.example" }), entry("stage"));
    const { connections, problems } = load("prod,stage", `${one}${delimiter}${two}${delimiter}`);
    expect(problems).toEqual([]);
    expect(connections.map(({ kubeConfig }) => kubeConfig.getCurrentCluster()?.server)).toEqual([
      "https://prod.example:6443",
      "https://stage.example:6443",
    ]);
  });

  it("understand tokenFile and paths relative to the kubeconfig", async () => {
    await writeFile(join(directory, "ca.crt"), "ca");
    const path = await kubeconfig(
      "config",
      entry("a", { "certificate-authority": "ca.crt" }, { tokenFile: "token", token: "hunter2" }),
      entry("b", {}, { tokenFile: "/abs/token" }),
      entry("c", {}, { exec: { command: "./plugin", apiVersion: "x" } }),
      entry("d", {}, { exec: { command: "plugin" } }),
    );
    const { connections, problems } = load("a,b,c,d", path);
    expect(problems).toEqual([]);
    const users = connections.map(({ kubeConfig }) => kubeConfig.getCurrentUser());
    expect(connections[0]?.kubeConfig.getCurrentCluster()?.caFile).toBe(join(directory, "ca.crt"));
    expect(users[0]).toMatchObject({
      authProvider: { name: "tokenFile", config: { tokenFile: join(directory, "token") } },
    });
    expect(users[0]?.token).toBeUndefined();
    expect(users[1]).toMatchObject({ authProvider: { config: { tokenFile: "/abs/token" } } });
    expect(users[2]).toMatchObject({ exec: { command: join(directory, "plugin"), apiVersion: "x" } });
    expect(users[3]).toMatchObject({ exec: { command: "plugin" } });
  });

  it("may have no user, and plain HTTP where it is loopback or meant", async () => {
    const anonymous = entry("a", { server: "http://127.0.0.1:8001" });
    const path = await kubeconfig(
      "config",
      { ...anonymous, context: { name: "a", context: { cluster: "a", user: "" } } },
      entry("b", { server: "http://b.example", "insecure-skip-tls-verify": true }),
      entry("c", { "proxy-url": "socks5://proxy:1080" }),
    );
    const { connections, problems } = load("a,b,c", path);
    expect(problems).toEqual([]);
    expect(connections[0]?.kubeConfig.getCurrentUser()?.name).toBe("anonymous");
  });
});

describe("mistakes", () => {
  it("are all told at once, and nothing is connected", async () => {
    const missingUser = entry("lost");
    const path = await kubeconfig(
      "config",
      entry("good"),
      entry("plain", { server: "http://plain.example" }),
      entry("strange", { server: "ftp://x" }),
      entry("nonsense", { server: "no address", "proxy-url": "gopher://x" }),
      entry(
        "files",
        { "certificate-authority": "absent.crt" },
        { "client-certificate": "absent.pem", "client-key": "absent.key" },
      ),
      { ...missingUser, context: { name: "lost", context: { cluster: "lost", user: "nobody" } } },
      { ...missingUser, context: { name: "adrift", context: { cluster: "nowhere", user: "user-lost" } } },
    );
    const absent = join(directory, "absent");
    const text =
      "good,plain,strange,nonsense,files,lost,adrift,unknown,=x,two words=good,good=again,twice=good,empty=,";
    const { connections, problems } = load(text, `${path}${delimiter}${absent}`);
    expect(connections).toEqual([]);
    const expected = [
      /absent cannot be read \(ENOENT\)/u,
      /plain.*not https.*insecure-skip-tls-verify/u,
      /strange.*no http\(s\) address/u,
      /nonsense.*no http\(s\) address/u,
      /nonsense.*proxy-url/u,
      /files.*no file .*absent\.crt/u,
      /files.*no file .*absent\.pem/u,
      /files.*no file .*absent\.key/u,
      /lost.*no user "nobody"/u,
      /adrift.*no cluster "nowhere"/u,
      /no context "unknown".*it has: good, plain/u,
      /"" cannot be a cluster's name/u,
      /"two words" cannot be a cluster's name/u,
      /the name "good" is given twice/u,
      /the context "good" is given twice/u,
      /"empty=" names no context/u,
      /"" names no context/u,
    ];
    for (const mistake of expected) expect(problems.filter((problem) => mistake.test(problem))).toHaveLength(1);
    expect(problems).toHaveLength(expected.length);
  });

  it.each([
    ["no YAML", "a: [1\ntoken: hunter2", /is no YAML \(line \d\)/u],
    ["a text", "hunter2", /is no kubeconfig/u],
    [
      "entries without names",
      "clusters:\n  - cluster: {server: hunter2}",
      /is no kubeconfig: clusters\[0\]\.name is missing/u,
    ],
    ["a list that is none", "clusters: [1]", /is no kubeconfig: clusters\[0\]/u],
    ["a merge of nothing", "a: &x {token: hunter2}\na: *x", /is no (?:YAML|kubeconfig)/u],
    ["too much", `a: ${"x".repeat(4 * 1024 * 1024)}`, /is larger than/u],
  ])("of a file that holds %s are told without what it says", async (_what, text, message) => {
    const path = join(directory, "config");
    await writeFile(path, text);
    const { problems } = load("a", path);
    expect(problems[0]).toMatch(message);
    expect(problems.join(" ")).not.toContain("hunter2");
  });

  it("no KUBECONFIG", () => {
    for (const path of [null, ""])
      expect(load("a", path).problems).toEqual([expect.stringContaining("set KUBECONFIG")]);
  });
});

describe("the cluster we run in", () => {
  async function pod(): Promise<string> {
    const place = join(directory, "var/run/secrets/kubernetes.io/serviceaccount");
    await mkdir(place, { recursive: true });
    await Promise.all([writeFile(join(place, "token"), "t"), writeFile(join(place, "ca.crt"), "ca")]);
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "fd00::1");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", "443");
    return directory;
  }

  it("is connected under CLUSTER_NAME where no contexts are named, without touching a kubeconfig", async () => {
    const serviceAccountPrefix = await pod();
    for (const contexts of [null, " "]) {
      const { connections } = load(contexts, join(directory, "absent"), { serviceAccountPrefix, clusterName: "here" });
      expect(connections.map(({ name, kubeConfig }) => [name, kubeConfig.getCurrentCluster()?.server])).toEqual([
        ["here", "https://[fd00::1]:443"],
      ]);
    }
    expect(load(null, null, { serviceAccountPrefix }).connections[0]?.name).toBe("in-cluster");
    expect(load(null, null, { serviceAccountPrefix, clusterName: "a b" }).problems).toEqual([
      expect.stringContaining("CLUSTER_NAME"),
    ]);
  });

  it("is none where we run in no pod", async () => {
    const serviceAccountPrefix = await pod();
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "");
    expect(load(null, null, { serviceAccountPrefix })).toEqual({ connections: [], problems: [] });
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "1.2.3.4");
    expect(load(null, null, { serviceAccountPrefix: "/nowhere" })).toEqual({ connections: [], problems: [] });
    vi.stubEnv("KUBERNETES_SERVICE_HOST", undefined);
    expect(load(null, null)).toEqual({ connections: [], problems: [] });
  });
});
