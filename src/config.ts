import { readFileSync } from "node:fs";
import { isLoopback, isSafeScheme, issuerProblem } from "./auth/issuer-url.js";
import { inUrl, SettingsReader } from "./config/parse.js";
import { DEFAULT_RULE_SETTINGS, JSON_CEILING, type RuleSettings } from "./domain/settings.js";
import { DEFAULT_GRAPHQL_LIMITS } from "./graphql/limits/settings.js";

/** All settings of a process, checked. Durations in milliseconds, sizes in bytes. */
export interface Config {
  production: boolean;
  /** An IPv6 address without brackets. */
  host: string;
  port: number;
  /** Null: the embedded PostgreSQL. */
  databaseUrl: string | null;
  databasePoolSize: number;
  /** How long transitions are kept; 0: for ever. */
  transitionRetention: number;
  /** Null: simulated clusters, or in a pod the cluster it runs in. */
  clusterContexts: string | null;
  kubeconfig: string | null;
  clusterName: string;
  /** The process runs in a pod: Kubernetes tells it so by this variable. */
  inPod: boolean;
  /** The issuer as it was given: a token's `iss` is compared with it exactly. */
  oidc: { issuer: string; audience: string } | null;
  /** Secretariat as the issuer's client; null: the console takes tokens that people bring. Scopes are separated by spaces. */
  signIn: { clientId: string; clientSecret: string | null; scopes: string } | null;
  /** The origin at which browsers reach Secretariat; null: told by none. */
  publicUrl: string | null;
  oidcRolesClaim: string;
  oidcAdminRole: string;
  oidcGroupsClaim: string;
  graphiql: boolean;
  logLevel: "debug" | "info" | "warn" | "error";
  /** Origins beside our own that browsers may connect from. */
  allowedOrigins: string[];
  rules: RuleSettings;
  limits: Limits;
  /** Where embedded parts keep their data. */
  dataDirectory: string;
  /** First start in development: without sample data. */
  empty: boolean;
}

/** Bounds of what comes in. */
export interface Limits {
  maxPageSize: number;
  maxTokens: number;
  maxDepth: number;
  maxAliases: number;
  maxCost: number;
  maxBodyBytes: number;
  maxFrameBytes: number;
  maxConnections: number;
  maxSubscriptionsPerConnection: number;
  maxQueuedEvents: number;
  requestTimeout: number;
}

/** Kubernetes puts it into every pod that has a service account token. */
const NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** Milliseconds. */
const DAY = 86_400_000;

/** Everything that is wrong with the settings, each in a line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly mistakes: readonly string[]) {
    super(`The settings cannot be used:\n${mistakes.map((mistake) => `  - ${mistake}`).join("\n")}`);
  }
}

/**
 * Reads every setting once.
 * @param env the process's environment
 * @param args the command line's arguments behind the program's name
 * @param namespaceFile where a pod finds the name of its namespace
 * @throws ConfigError with every mistake at once
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  namespaceFile = NAMESPACE_FILE,
): Config {
  const read = new SettingsReader(env);
  const config = readSettings(read, args, namespaceFile);
  if (read.mistakes.length > 0) throw new ConfigError(read.mistakes);
  return config;
}

function readSettings(read: SettingsReader, args: readonly string[], namespaceFile = NAMESPACE_FILE): Config {
  const production = read.oneOf("NODE_ENV", ["development", "test", "production"], "development") === "production";
  const inPod = read.text("KUBERNETES_SERVICE_HOST") !== null;
  const config: Config = {
    production,
    host: read.host("HOST", production ? "0.0.0.0" : "127.0.0.1"),
    port: read.integer("PORT", 4000, 0, 65_535),
    databaseUrl: read.url("DATABASE_URL", ["postgres:", "postgresql:"])?.href ?? null,
    databasePoolSize: read.integer("DATABASE_POOL_SIZE", 10, 3, 500),
    transitionRetention: DAY * read.integer("TRANSITION_RETENTION_DAYS", 90, 0, 36_500),
    clusterContexts: read.text("CLUSTER_CONTEXTS"),
    kubeconfig: read.text("KUBECONFIG"),
    clusterName: read.text("CLUSTER_NAME") ?? "in-cluster",
    inPod,
    oidc: readOidc(read),
    signIn: readSignIn(read),
    publicUrl: readPublicUrl(read),
    oidcRolesClaim: read.text("OIDC_ROLES_CLAIM") ?? "realm_access.roles",
    oidcAdminRole: read.text("OIDC_ADMIN_ROLE") ?? "platform-admin",
    oidcGroupsClaim: read.text("OIDC_GROUPS_CLAIM") ?? "groups",
    graphiql: read.oneOf("GRAPHIQL", ["on", "off"], "on") === "on",
    logLevel: read.oneOf("LOG_LEVEL", ["debug", "info", "warn", "error"], "info"),
    allowedOrigins: read.origins("ALLOWED_ORIGINS"),
    rules: readRules(read, production, inPod ? namespaceOf(namespaceFile) : []),
    limits: readLimits(read),
    dataDirectory: read.text("DATA_DIRECTORY") ?? ".secretariat",
    empty: args.includes("--empty"),
  };
  const unknown = args.filter((arg) => arg !== "--empty" && arg !== "--help");
  if (unknown.length > 0) read.mistakes.push(`Unknown arguments: ${unknown.join(" ")}. Known: --empty, --help.`);
  if (production) read.mistakes.push(...missingInProduction(read, config));
  else if (!read.isSet("OIDC_ISSUER", "OIDC_AUDIENCE") && !isLoopback(inUrl(config.host))) {
    read.mistakes.push(
      "HOST is not a loopback address, and the development identity serves loopback only: set OIDC_ISSUER and OIDC_AUDIENCE, or leave HOST out.",
    );
  }
  if (config.clusterContexts !== null && config.kubeconfig === null)
    read.mistakes.push("CLUSTER_CONTEXTS names contexts of a kubeconfig: set KUBECONFIG to its path.");
  return config;
}

/** The names of all settings, for the test that the README lists each. */
export function settingNames(): string[] {
  const read = new SettingsReader({});
  readSettings(read, []);
  return read.names;
}

/** What is set and wrong was told already, and is not told to be missing as well. */
function missingInProduction(read: SettingsReader, config: Config): string[] {
  const mistakes: string[] = [];
  if (!read.isSet("DATABASE_URL")) mistakes.push("DATABASE_URL must be set in production.");
  if (config.clusterContexts === null && !config.inPod)
    mistakes.push("CLUSTER_CONTEXTS must be set in production, or Secretariat run in a pod of the cluster.");
  if (!read.isSet("OIDC_ISSUER", "OIDC_AUDIENCE"))
    mistakes.push("OIDC_ISSUER and OIDC_AUDIENCE must be set in production.");
  if (config.signIn !== null && !read.isSet("PUBLIC_URL"))
    mistakes.push("PUBLIC_URL must be set in production beside OIDC_CLIENT_ID: the issuer sends browsers back to it.");
  if (config.empty) mistakes.push("--empty is for development: production never makes sample data.");
  return mistakes;
}

function readOidc(read: SettingsReader): Config["oidc"] {
  const issuer = read.text("OIDC_ISSUER");
  const audience = read.text("OIDC_AUDIENCE");
  if (issuer === null && audience !== null)
    read.mistakes.push("OIDC_AUDIENCE is set, and OIDC_ISSUER is not: set both.");
  if (issuer !== null && audience === null)
    read.mistakes.push("OIDC_ISSUER is set, and OIDC_AUDIENCE is not: set both.");
  const problem = issuer === null ? null : issuerProblem(issuer);
  if (problem !== null) read.mistakes.push(`OIDC_ISSUER ${problem}`);
  return issuer === null || audience === null ? null : { issuer, audience };
}

/** RFC 6749, 3.3. */
const SCOPES = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;
/** Keycloak and others give a refresh token for these; those that give one for `offline_access` alone need it added. */
const DEFAULT_SCOPES = "openid profile email";

function readSignIn(read: SettingsReader): Config["signIn"] {
  const clientId = read.text("OIDC_CLIENT_ID");
  const clientSecret = read.text("OIDC_CLIENT_SECRET");
  const scopes = read.text("OIDC_SCOPES")?.replaceAll(/\s+/g, " ") ?? DEFAULT_SCOPES;
  if (!SCOPES.test(scopes) || !scopes.split(" ").includes("openid"))
    read.mistakes.push("OIDC_SCOPES must be scopes with spaces between them, `openid` among them.");
  else if (clientId === null && read.isSet("OIDC_SCOPES"))
    read.mistakes.push(
      "OIDC_SCOPES is set, and OIDC_CLIENT_ID is not: without it the console does not go to the issuer.",
    );
  if (clientId === null && clientSecret !== null)
    read.mistakes.push("OIDC_CLIENT_SECRET is set, and OIDC_CLIENT_ID is not: set both, or neither.");
  if (clientId !== null && !read.isSet("OIDC_ISSUER"))
    read.mistakes.push("OIDC_CLIENT_ID is set, and OIDC_ISSUER is not: set OIDC_ISSUER and OIDC_AUDIENCE too.");
  return clientId === null ? null : { clientId, clientSecret, scopes };
}

/** Browsers keep what the sign-in needs for https alone, unless it is this machine. */
function readPublicUrl(read: SettingsReader): string | null {
  const text = read.text("PUBLIC_URL");
  if (text === null) return null;
  const url = URL.parse(text);
  const isOrigin = url !== null && [url.origin, `${url.origin}/`].includes(text);
  if (isOrigin && isSafeScheme(url)) return url.origin;
  read.mistakes.push(
    "PUBLIC_URL must be an origin such as https://secretariat.example.com, without a path; http:// only on this machine.",
  );
  return null;
}

/** The namespace that a pod's service account is mounted with: ours. */
function namespaceOf(file: string): string[] {
  try {
    return [readFileSync(file, "utf8").trim()].filter((name) => name !== "");
  } catch {
    // Without a service account there is none to read; POD_NAMESPACE tells it.
    return [];
  }
}

function readRules(read: SettingsReader, production: boolean, ownNamespace: readonly string[]): RuleSettings {
  const defaults = DEFAULT_RULE_SETTINGS;
  return {
    reservedNamespaces: [...read.list("RESERVED_NAMESPACES", []), ...read.list("POD_NAMESPACE", [...ownNamespace])],
    protectedTargets: read.list("PROTECTED_TARGETS", defaults.protectedTargets),
    memberProviderHosts: read.list(
      "MEMBER_PROVIDER_HOSTS",
      production ? [] : ["localhost", "*.example.com", "*.vault.azure.net"],
    ),
    maxSecretsPerProject: read.integer("MAX_SECRETS_PER_PROJECT", defaults.maxSecretsPerProject, 1, 10_000),
    maxProvidersPerProject: read.integer("MAX_PROVIDERS_PER_PROJECT", defaults.maxProvidersPerProject, 1, 1_000),
    maxItemsPerSecret: read.integer("MAX_ITEMS_PER_SECRET", defaults.maxItemsPerSecret, 1, 1_000),
    minRefreshInterval:
      1000 *
      read.integer("MIN_REFRESH_INTERVAL_SECONDS", production ? defaults.minRefreshInterval / 1000 : 1, 1, 86_400),
    forcedSyncInterval:
      1000 * read.integer("FORCED_SYNC_INTERVAL_SECONDS", defaults.forcedSyncInterval / 1000, 0, 3_600),
    maxJsonBytes: read.integer("MAX_JSON_BYTES", defaults.maxJsonBytes, 1_024, JSON_CEILING.maxJsonBytes),
    maxJsonDepth: read.integer("MAX_JSON_DEPTH", defaults.maxJsonDepth, 2, JSON_CEILING.maxJsonDepth),
    maxIdsPerArgument: read.integer("MAX_IDS_PER_ARGUMENT", defaults.maxIdsPerArgument, 1, 50_000),
  };
}

function readLimits(read: SettingsReader): Limits {
  const { pages, document, subscriptions } = DEFAULT_GRAPHQL_LIMITS;
  return {
    maxPageSize: read.integer("MAX_PAGE_SIZE", pages.maxSize, 10, 5_000),
    maxTokens: read.integer("MAX_QUERY_TOKENS", document.maxTokens, 100, 100_000),
    maxDepth: read.integer("MAX_QUERY_DEPTH", document.maxDepth, 4, 100),
    maxAliases: read.integer("MAX_QUERY_ALIASES", document.maxAliases, 1, 1_000),
    maxCost: read.integer("MAX_QUERY_COST", document.maxCost, 1_000, 100_000_000),
    maxBodyBytes: read.integer("MAX_BODY_BYTES", 1_048_576, 4_096, 67_108_864),
    maxFrameBytes: read.integer("MAX_FRAME_BYTES", 262_144, 4_096, 67_108_864),
    maxConnections: read.integer("MAX_CONNECTIONS", 10_000, 10, 1_000_000),
    maxSubscriptionsPerConnection: read.integer("MAX_SUBSCRIPTIONS_PER_CONNECTION", 100, 1, 10_000),
    maxQueuedEvents: read.integer("MAX_QUEUED_EVENTS", subscriptions.maxQueue, 10, 100_000),
    requestTimeout: 1000 * read.integer("REQUEST_TIMEOUT_SECONDS", 30, 1, 600),
  };
}
