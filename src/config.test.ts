import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, settingNames, type Config } from "./config.js";

const PRODUCTION = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://secretariat:pw@db.example.com/secretariat",
  CLUSTER_CONTEXTS: "berlin",
  KUBECONFIG: "/etc/secretariat/kubeconfig",
  OIDC_ISSUER: "https://id.example.com/realms/main",
  OIDC_AUDIENCE: "secretariat",
};

const read = (env: Record<string, string> = {}, args: string[] = []): Config => readConfig(env, args);

function mistakes(env: Record<string, string>, args: string[] = []): readonly string[] {
  try {
    readConfig(env, args);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  it("has a default for everything in development", () => {
    expect(read()).toEqual({
      production: false,
      host: "127.0.0.1",
      port: 4000,
      databaseUrl: null,
      databasePoolSize: 10,
      transitionRetention: 90 * 86_400_000,
      clusterContexts: null,
      kubeconfig: null,
      clusterName: "in-cluster",
      inPod: false,
      oidc: null,
      signIn: null,
      publicUrl: null,
      oidcRolesClaim: "realm_access.roles",
      oidcAdminRole: "platform-admin",
      oidcGroupsClaim: "groups",
      graphiql: true,
      logLevel: "info",
      allowedOrigins: [],
      rules: {
        reservedNamespaces: [],
        protectedTargets: ["sh.helm.release.*", "default-token-*"],
        memberProviderHosts: ["localhost", "*.example.com", "*.vault.azure.net"],
        maxSecretsPerProject: 500,
        maxProvidersPerProject: 20,
        maxItemsPerSecret: 100,
        minRefreshInterval: 1_000,
        forcedSyncInterval: 10_000,
        maxJsonBytes: 65_536,
        maxJsonDepth: 10,
        maxIdsPerArgument: 5_000,
      },
      limits: {
        maxPageSize: 500,
        maxTokens: 5_000,
        maxDepth: 15,
        maxAliases: 50,
        maxCost: 100_000,
        maxBodyBytes: 1_048_576,
        maxFrameBytes: 262_144,
        maxConnections: 10_000,
        maxSubscriptionsPerConnection: 100,
        maxQueuedEvents: 1_000,
        requestTimeout: 30_000,
      },
      dataDirectory: ".secretariat",
      empty: false,
    });
  });

  it("is stricter in production where the design says so", () => {
    const config = read(PRODUCTION);
    expect(config).toMatchObject({ production: true, host: "0.0.0.0", port: 4000 });
    expect(config.rules).toMatchObject({ memberProviderHosts: [], minRefreshInterval: 60_000 });
  });

  /** Every setting, what it is set to, and what that makes of the settings. */
  const SETTINGS: [name: string, value: string, is: (config: Config) => unknown, expected: unknown][] = [
    ["HOST", "localhost", (config) => config.host, "localhost"],
    ["HOST", "127.0.0.2", (config) => config.host, "127.0.0.2"],
    ["HOST", "[::1]", (config) => config.host, "::1"],
    ["HOST", "::1", (config) => config.host, "::1"],
    ["PORT", "0", (config) => config.port, 0],
    ["PORT", "65535", (config) => config.port, 65_535],
    ["NODE_ENV", "test", (config) => config.production, false],
    ["DATABASE_URL", "postgresql://db/x", (config) => config.databaseUrl, "postgresql://db/x"],
    ["DATABASE_POOL_SIZE", "3", (config) => config.databasePoolSize, 3],
    ["TRANSITION_RETENTION_DAYS", "0", (config) => config.transitionRetention, 0],
    ["TRANSITION_RETENTION_DAYS", "7", (config) => config.transitionRetention, 604_800_000],
    ["KUBECONFIG", "/a:/b", (config) => config.kubeconfig, "/a:/b"],
    ["KUBERNETES_SERVICE_HOST", "10.0.0.1", (config) => config.inPod, true],
    ["CLUSTER_NAME", "home", (config) => config.clusterName, "home"],
    ["OIDC_ROLES_CLAIM", "roles", (config) => config.oidcRolesClaim, "roles"],
    ["OIDC_ADMIN_ROLE", "root", (config) => config.oidcAdminRole, "root"],
    ["OIDC_GROUPS_CLAIM", "teams", (config) => config.oidcGroupsClaim, "teams"],
    ["PUBLIC_URL", "https://s.example.com:8443/", (config) => config.publicUrl, "https://s.example.com:8443"],
    ["PUBLIC_URL", "http://localhost:4000", (config) => config.publicUrl, "http://localhost:4000"],
    ["GRAPHIQL", "off", (config) => config.graphiql, false],
    ["LOG_LEVEL", "debug", (config) => config.logLevel, "debug"],
    ["LOG_LEVEL", "  warn ", (config) => config.logLevel, "warn"],
    [
      "ALLOWED_ORIGINS",
      "https://a.example.com, http://localhost:5173,",
      (config) => config.allowedOrigins,
      ["https://a.example.com", "http://localhost:5173"],
    ],
    ["RESERVED_NAMESPACES", "infra, mesh", (config) => config.rules.reservedNamespaces, ["infra", "mesh"]],
    ["POD_NAMESPACE", "secretariat", (config) => config.rules.reservedNamespaces, ["secretariat"]],
    ["PROTECTED_TARGETS", "tls-*", (config) => config.rules.protectedTargets, ["tls-*"]],
    ["MEMBER_PROVIDER_HOSTS", "*.corp", (config) => config.rules.memberProviderHosts, ["*.corp"]],
    ["MAX_SECRETS_PER_PROJECT", "7", (config) => config.rules.maxSecretsPerProject, 7],
    ["MAX_PROVIDERS_PER_PROJECT", "7", (config) => config.rules.maxProvidersPerProject, 7],
    ["MAX_ITEMS_PER_SECRET", "7", (config) => config.rules.maxItemsPerSecret, 7],
    ["MIN_REFRESH_INTERVAL_SECONDS", "7", (config) => config.rules.minRefreshInterval, 7_000],
    ["FORCED_SYNC_INTERVAL_SECONDS", "0", (config) => config.rules.forcedSyncInterval, 0],
    ["MAX_JSON_BYTES", "2048", (config) => config.rules.maxJsonBytes, 2_048],
    ["MAX_JSON_DEPTH", "7", (config) => config.rules.maxJsonDepth, 7],
    ["MAX_IDS_PER_ARGUMENT", "7", (config) => config.rules.maxIdsPerArgument, 7],
    ["MAX_PAGE_SIZE", "70", (config) => config.limits.maxPageSize, 70],
    ["MAX_QUERY_TOKENS", "700", (config) => config.limits.maxTokens, 700],
    ["MAX_QUERY_DEPTH", "7", (config) => config.limits.maxDepth, 7],
    ["MAX_QUERY_ALIASES", "7", (config) => config.limits.maxAliases, 7],
    ["MAX_QUERY_COST", "7000", (config) => config.limits.maxCost, 7_000],
    ["MAX_BODY_BYTES", "7000", (config) => config.limits.maxBodyBytes, 7_000],
    ["MAX_FRAME_BYTES", "7000", (config) => config.limits.maxFrameBytes, 7_000],
    ["MAX_CONNECTIONS", "70", (config) => config.limits.maxConnections, 70],
    ["MAX_SUBSCRIPTIONS_PER_CONNECTION", "7", (config) => config.limits.maxSubscriptionsPerConnection, 7],
    ["MAX_QUEUED_EVENTS", "70", (config) => config.limits.maxQueuedEvents, 70],
    ["REQUEST_TIMEOUT_SECONDS", "7", (config) => config.limits.requestTimeout, 7_000],
    ["DATA_DIRECTORY", "/var/lib/x", (config) => config.dataDirectory, "/var/lib/x"],
  ];

  it.each(SETTINGS)("takes %s=%s", (name, value, is, expected) => {
    expect(is(read({ [name]: value }))).toEqual(expected);
  });

  it.each([...new Set(SETTINGS.map(([name]) => name))])("takes an empty %s for one that is not set", (name) => {
    expect(read({ [name]: "" })).toEqual(read());
    expect(read({ [name]: "  " })).toEqual(read());
  });

  it("takes the issuer and its audience together, as they were given", () => {
    const { oidc } = read({ OIDC_ISSUER: "https://id.example.com", OIDC_AUDIENCE: "secretariat" });
    expect(oidc).toEqual({ issuer: "https://id.example.com", audience: "secretariat" });
  });

  it("takes the console's sign-in beside the issuer", () => {
    const env = { OIDC_ISSUER: "https://id.example.com", OIDC_AUDIENCE: "secretariat", OIDC_CLIENT_ID: "console" };
    expect(read(env).signIn).toEqual({ clientId: "console", clientSecret: null, scopes: "openid profile email" });
    const more = { OIDC_CLIENT_SECRET: "s", OIDC_SCOPES: "openid  offline_access" };
    expect(read({ ...env, ...more }).signIn).toEqual({
      clientId: "console",
      clientSecret: "s",
      scopes: "openid offline_access",
    });
  });

  it("takes contexts together with the kubeconfig that has them", () => {
    expect(read({ CLUSTER_CONTEXTS: "a=b,c", KUBECONFIG: "/k" })).toMatchObject({
      clusterContexts: "a=b,c",
      kubeconfig: "/k",
    });
  });

  it("knows the names of all settings", () => {
    const tested = new Set([
      ...SETTINGS.map(([name]) => name),
      ...Object.keys(PRODUCTION),
      "OIDC_CLIENT_ID",
      "OIDC_CLIENT_SECRET",
      "OIDC_SCOPES",
    ]);
    expect(settingNames()).toEqual([...tested].sort());
  });

  it.each([
    [[], false],
    [["--empty"], true],
  ])("takes the arguments %j", (args, empty) => expect(read({}, args).empty).toBe(empty));
});

describe("what readConfig refuses", () => {
  /** One wrong value for each setting that has wrong ones. */
  const WRONG: [name: string, value: string][] = [
    ["NODE_ENV", "prod"],
    ["HOST", "http://localhost"],
    ["HOST", "localhost:4000"],
    ["HOST", "local host"],
    ["HOST", "[::1"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "4e3"],
    ["PORT", "4000.5"],
    ["DATABASE_URL", "mysql://root:hunter2@db/x"],
    ["DATABASE_URL", "db.example.com"],
    ["DATABASE_POOL_SIZE", "2"],
    ["GRAPHIQL", "yes"],
    ["LOG_LEVEL", "trace"],
    ["ALLOWED_ORIGINS", "*"],
    ["ALLOWED_ORIGINS", "https://console.example.com/"],
    ["ALLOWED_ORIGINS", "https://Console.example.com"],
    ["ALLOWED_ORIGINS", "https://ok.example.com,console.example.com"],
    ["ALLOWED_ORIGINS", "ftp://console.example.com"],
    ["ALLOWED_ORIGINS", "null"],
    ["CLUSTER_CONTEXTS", "berlin"],
    ["MAX_SECRETS_PER_PROJECT", "0"],
    ["MAX_PROVIDERS_PER_PROJECT", "0"],
    ["MAX_ITEMS_PER_SECRET", "0"],
    ["MIN_REFRESH_INTERVAL_SECONDS", "1m"],
    ["FORCED_SYNC_INTERVAL_SECONDS", "-1"],
    ["MAX_JSON_BYTES", "1"],
    ["MAX_JSON_DEPTH", "1"],
    ["MAX_IDS_PER_ARGUMENT", "0"],
    ["MAX_PAGE_SIZE", "9"],
    ["MAX_QUERY_TOKENS", "many"],
    ["MAX_QUERY_DEPTH", "3"],
    ["MAX_QUERY_ALIASES", "0"],
    ["MAX_QUERY_COST", "0"],
    ["MAX_BODY_BYTES", "1MB"],
    ["MAX_FRAME_BYTES", "0x1000"],
    ["MAX_CONNECTIONS", "9"],
    ["MAX_SUBSCRIPTIONS_PER_CONNECTION", "0"],
    ["MAX_QUEUED_EVENTS", "9"],
    ["REQUEST_TIMEOUT_SECONDS", "0"],
    ["OIDC_AUDIENCE", "secretariat"],
    ["OIDC_CLIENT_ID", "console"],
    ["OIDC_SCOPES", "profile email"],
    ["OIDC_SCOPES", 'openid "x"'],
    ["PUBLIC_URL", "secretariat.example.com"],
    ["PUBLIC_URL", "http://secretariat.example.com"],
    ["PUBLIC_URL", "https://example.com/secretariat"],
    ["PUBLIC_URL", "https://secretariat.example.com?x"],
    ["PUBLIC_URL", "https://user:pw@secretariat.example.com"],
  ];

  it.each(WRONG)("%s=%s, with a sentence that names it", (name, value) => {
    const told = mistakes({ [name]: value });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(new RegExp(`^${name}\\b.*\\.$`));
  });

  it("names every mistake at once", () => {
    const env: Record<string, string> = {};
    for (const [name, value] of WRONG) env[name] ??= value;
    const told = mistakes(env, ["--sample", "--empty", "-x"]);
    for (const name of Object.keys(env)) expect(told.join("\n")).toContain(name);
    expect(told.join("\n")).toContain("--sample -x");
    expect(told).toHaveLength(Object.keys(env).length + 1);
  });

  it("says everything in one message, a line each", () => {
    expect(() => read({ PORT: "x", LOG_LEVEL: "y" })).toThrow(
      "The settings cannot be used:\n  - PORT must be a whole number from 0 to 65535.\n  - LOG_LEVEL must be one of debug, info, warn, error.",
    );
  });

  it("never repeats an address of a database, which may hold a password", () => {
    expect(mistakes({ DATABASE_URL: "mysql://root:hunter2@db/x" }).join("")).not.toContain("hunter2");
  });

  it("every embedded default in production", () => {
    expect(mistakes({ NODE_ENV: "production" }, ["--empty"])).toEqual([
      "DATABASE_URL must be set in production.",
      "CLUSTER_CONTEXTS must be set in production, or Secretariat run in a pod of the cluster.",
      "OIDC_ISSUER and OIDC_AUDIENCE must be set in production.",
      "--empty is for development: production never makes sample data.",
    ]);
  });

  it("each embedded default in production by itself", () => {
    for (const name of ["DATABASE_URL", "CLUSTER_CONTEXTS"] as const) {
      const told = mistakes({ ...PRODUCTION, [name]: "" });
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(name);
    }
    expect(mistakes({ ...PRODUCTION, OIDC_ISSUER: "", OIDC_AUDIENCE: "" })).toEqual([
      "OIDC_ISSUER and OIDC_AUDIENCE must be set in production.",
    ]);
    const { CLUSTER_CONTEXTS: _contexts, ...inPod } = { ...PRODUCTION, KUBERNETES_SERVICE_HOST: "10.0.0.1" };
    expect(mistakes(inPod)).toEqual([]);
  });

  it("a sign-in that nobody could come back from", () => {
    const signIn = { ...PRODUCTION, OIDC_CLIENT_ID: "console" };
    expect(mistakes(signIn)).toEqual([
      "PUBLIC_URL must be set in production beside OIDC_CLIENT_ID: the issuer sends browsers back to it.",
    ]);
    expect(mistakes({ ...signIn, PUBLIC_URL: "https://secretariat.example.com" })).toEqual([]);
    expect(mistakes({ ...signIn, PUBLIC_URL: "http://secretariat.example.com" })).toHaveLength(1);
  });

  it("what belongs to a sign-in that is not there", () => {
    expect(mistakes({ OIDC_CLIENT_SECRET: "hunter2" })).toEqual([
      "OIDC_CLIENT_SECRET is set, and OIDC_CLIENT_ID is not: set both, or neither.",
    ]);
    expect(mistakes({ OIDC_SCOPES: "openid" })).toEqual([
      "OIDC_SCOPES is set, and OIDC_CLIENT_ID is not: without it the console does not go to the issuer.",
    ]);
  });

  it("what is set wrongly only once, not also as missing", () => {
    expect(mistakes({ ...PRODUCTION, DATABASE_URL: "db" })).toHaveLength(1);
    expect(mistakes({ ...PRODUCTION, OIDC_AUDIENCE: "" })).toEqual([
      "OIDC_ISSUER is set, and OIDC_AUDIENCE is not: set both.",
    ]);
  });

  it.each(["0.0.0.0", "::", "192.168.1.2", "box.example.com"])("the development identity on %s", (HOST) => {
    const told = mistakes({ HOST });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^HOST is not a loopback address/);
    expect(mistakes({ HOST, OIDC_ISSUER: "https://id.example.com", OIDC_AUDIENCE: "x" })).toEqual([]);
  });

  it.each([
    ["http://id.example.com", false],
    ["https://id.example.com", true],
    ["http://localhost:8080/realms/x", true],
    ["http://127.0.0.1:8080", true],
    ["http://[::1]:8080", true],
    ["http://127.0.0.1.example.com", false],
    ["https://user:pw@id.example.com", false],
    ["https://id.example.com/?tenant=1", false],
    ["id.example.com", false],
  ])("an issuer that is not https, unless on this machine: %s good %s", (issuer, good) => {
    const told = mistakes({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: "secretariat" });
    expect(told).toHaveLength(good ? 0 : 1);
    expect(told.join("")).not.toContain("pw");
  });

  it.each([["--emtpy"], ["empty"], ["--empty=true"], ["--port"]])("the argument %s", (arg) => {
    expect(mistakes({}, [arg])).toEqual([`Unknown arguments: ${arg}. Known: --empty, --help.`]);
  });
});

describe("the namespace that a pod runs in", () => {
  it("is reserved, from POD_NAMESPACE or else from what Kubernetes mounts", async () => {
    const directory = await mkdtemp(join(tmpdir(), "secretariat-config-"));
    try {
      const file = join(directory, "namespace");
      await writeFile(file, "secrets-platform\n");
      const inPod = { KUBERNETES_SERVICE_HOST: "10.0.0.1", RESERVED_NAMESPACES: "istio-system" };
      const reserved = (env: Record<string, string>, at = file) => readConfig(env, [], at).rules.reservedNamespaces;
      expect(reserved(inPod)).toEqual(["istio-system", "secrets-platform"]);
      expect(reserved({ ...inPod, POD_NAMESPACE: "told" })).toEqual(["istio-system", "told"]);
      expect(reserved(inPod, join(directory, "none"))).toEqual(["istio-system"]);
      expect(reserved({})).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
