import { fileURLToPath } from "node:url";
import { createIdentity, type Identity } from "./app/identity.js";
import { ClusterMetrics, persistenceMetrics, showAtScrape } from "./app/measure.js";
import { Shutdown } from "./app/shutdown.js";
import { SyncTimes } from "./app/sync-times.js";
import { SignInClient } from "./auth/sign-in/client.js";
import { createClusters, type Clusters, type ClustersOptions } from "./cluster/clusters.js";
import { loadConnections } from "./cluster/connections.js";
import { ConfigError, type Config } from "./config.js";
import { inUrl } from "./config/parse.js";
import type { ProviderTargetWork } from "./domain/ports/cluster-state.js";
import type { Logger } from "./domain/ports/logger.js";
import { createGraphQL } from "./graphql/index.js";
import { ConsoleFiles } from "./http/console.js";
import { GraphiQLFiles } from "./http/graphiql.js";
import { CachedReadiness } from "./http/health.js";
import { createMetrics } from "./http/metrics.js";
import { HttpServer, type HttpServerOptions } from "./http/server.js";
import { SignInRoutes } from "./http/sign-in/routes.js";
import { createPersistence, type Persistence } from "./persistence/index.js";
import { createProviderCatalog } from "./providers/catalog.js";

/** DESIGN.md, "Transactions": what a stopped process may hold up the others for, in milliseconds. */
const DATABASE_TIMEOUTS = { lockTimeout: 5_000, idleInTransactionTimeout: 5_000, statementTimeout: 60_000 };

/** What is kept for each part to stop, in milliseconds; together less than the 10 s that a stop may take (main.ts). */
const STOP_LIMITS = { server: 5_500, graphql: 200, clusters: 1_500, persistence: 1_000, development: 1_500 };

/** dist/graphiql, seen from dist/src/app.js. */
const BESIDE = fileURLToPath(new URL("../graphiql/", import.meta.url));
/** dist/console, likewise. */
const CONSOLE_BESIDE = fileURLToPath(new URL("../console/", import.meta.url));

/** A running Secretariat. */
export interface App {
  /** Where it listens: `http://127.0.0.1:4000`. */
  url: string;
  persistence: Persistence;
  clusters: Clusters;
  /** The embedded parts; null where none is used. */
  development: DevelopmentParts | null;
  /** Stops what accepts, finishes what is under way, gives leases back, closes the database; within 10 s, and never throws. */
  stop(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  logger: Logger;
  /** Where `npm run build` put GraphiQL; beside the compiled product unless told otherwise. */
  graphiqlDirectory?: string;
  /** Where it put the web console, likewise; null: none is served. */
  consoleDirectory?: string | null;
  /** Shorter times for tests. */
  clusterTimings?: Pick<ClustersOptions, "lease" | "discovery" | "reflector" | "leader">;
  /** As above. */
  socketTimings?: HttpServerOptions["sockets"];
}

/**
 * Puts the parts together and starts them, in an order in which nothing is asked before it can answer.
 * @throws ConfigError for settings that name what is not there; whatever a part throws that cannot start, after stopping those that did
 */
export async function startApp(options: AppOptions): Promise<App> {
  const shutdown = new Shutdown(options.logger);
  try {
    return await startParts(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function startParts(options: AppOptions, shutdown: Shutdown): Promise<App> {
  const { config, logger, clusterTimings = {} } = options;
  const development = await startDevelopmentParts(config, logger);
  if (development !== null) shutdown.add("development parts", STOP_LIMITS.development, () => development.stop());
  const connections = connectionsOf(config, development);

  const metrics = createMetrics();
  const persistence = createPersistence({
    url: development?.databaseUrl ?? config.databaseUrl ?? "",
    poolSize: config.databasePoolSize,
    retention: { keep: config.transitionRetention },
    ...DATABASE_TIMEOUTS,
    logger,
    observer: persistenceMetrics(metrics),
  });
  shutdown.add("persistence", STOP_LIMITS.persistence, () => persistence.stop());
  await persistence.start();

  const catalog = createProviderCatalog();
  const clusterMetrics = new ClusterMetrics(metrics);
  const clusters = await createClusters({
    connections,
    state: persistence.clusterState,
    renderStoreSpec: (provider) => renderStoreSpec(catalog, provider),
    logger,
    metrics: (cluster) => clusterMetrics.of(cluster),
    ...clusterTimings,
  });
  shutdown.add("clusters", STOP_LIMITS.clusters, () => clusters.stop());
  const desiredState = persistence.desiredState({ catalog, cluster: clusters.gateway, settings: config.rules });

  const graphql = await createGraphQL({
    readModel: persistence.readModel,
    desiredState,
    stream: persistence.stream,
    installation: await persistence.clusterState.installationId(),
    logger,
    limits: config.limits,
  });
  shutdown.add("graphql", STOP_LIMITS.graphql, () => graphql.stop());
  const syncTimes = new SyncTimes((clusterId, seconds) => {
    // Every replica sees it; the one that leads tells.
    const cluster = clusters.led(clusterId);
    if (cluster !== null) metrics.syncSeconds.observe({ cluster }, seconds);
  });
  const unlisten = persistence.stream.listen((batch) => {
    for (const { subject } of batch) metrics.transitions.inc({ subject });
    syncTimes.take(batch);
    clusters.wake(batch);
  });
  const unmind = persistence.stream.onGap(() => clusters.beginAnew());
  shutdown.add("wake-ups", 0, () => {
    unlisten();
    unmind();
    return Promise.resolve();
  });

  const { oidc } = config;
  const identity = createIdentity({
    oidc,
    rolesClaim: config.oidcRolesClaim,
    adminRole: config.oidcAdminRole,
    groupsClaim: config.oidcGroupsClaim,
    logger,
  });
  const server = new HttpServer({
    host: config.host,
    port: config.port,
    graphql,
    authenticate: (authorization) => identity.authenticate(authorization),
    readiness: new CachedReadiness(async () => {
      const ready = await persistence.ready();
      return { ready, reason: ready ? "ready" : "the database does not answer, is not migrated, or takes no writes" };
    }),
    metrics,
    graphiql: graphiqlFiles(options),
    console: consoleFiles(options),
    signIn: signInRoutes(options, identity),
    origins: {
      allowedOrigins: [...config.allowedOrigins, ...(config.publicUrl === null ? [] : [config.publicUrl])],
      loopbackOnly: oidc === null,
    },
    development: (request, response) => identity.handle(request, response),
    limits: config.limits,
    logger,
    ...(options.socketTimings === undefined ? {} : { sockets: options.socketTimings }),
  });
  shutdown.add("server", STOP_LIMITS.server, () => server.stop());
  showAtScrape(metrics, {
    connections: () => server.connections,
    graphql,
    clusters,
    names: connections.map(({ name }) => name),
    clusterMetrics,
    persistence,
  });

  const url = `http://${inUrl(config.host)}:${await server.start()}`;
  await identity.listening(url);
  clusters.start();
  await development?.fill({ desiredState, readModel: persistence.readModel, logger });
  return { url, persistence, clusters, development, stop: () => shutdown.run() };
}

/** Its type is taken from what is loaded, so that nothing of `dev` is imported but lazily. */
type DevelopmentParts = NonNullable<Awaited<ReturnType<typeof startDevelopmentParts>>>;

async function startDevelopmentParts(config: Config, logger: Logger) {
  const simulated = config.clusterContexts === null && !config.inPod;
  if (config.production || (config.databaseUrl !== null && !simulated)) return null;
  const { startDevelopmentParts: start } = await import("./dev/index.js");
  return await start({
    directory: config.dataDirectory,
    database: config.databaseUrl === null,
    clusters: simulated,
    sampleData: simulated && !config.empty,
    logger,
  });
}

function connectionsOf(config: Config, development: DevelopmentParts | null): ClustersOptions["connections"] {
  const { connections, problems } = loadConnections({
    clusterContexts: development?.clusters?.contexts ?? config.clusterContexts,
    kubeconfig: development?.clusters?.kubeconfig ?? config.kubeconfig,
    clusterName: config.clusterName,
  });
  if (problems.length === 0 && connections.length === 0)
    problems.push("There is no cluster: the pod has no service account token, and CLUSTER_CONTEXTS is not set.");
  if (problems.length > 0) throw new ConfigError(problems);
  return connections;
}

function graphiqlFiles({ config, logger, graphiqlDirectory = BESIDE }: AppOptions): GraphiQLFiles | null {
  if (!config.graphiql) return null;
  const files = new GraphiQLFiles(graphiqlDirectory, identityKind(config));
  if (files.present) return files;
  logger.warn({ directory: graphiqlDirectory }, "GraphiQL is not built: run `npm run build`");
  return null;
}

function consoleFiles({ config, logger, consoleDirectory = CONSOLE_BESIDE }: AppOptions): ConsoleFiles | null {
  if (consoleDirectory === null) return null;
  const files = new ConsoleFiles(consoleDirectory, identityKind(config));
  if (files.present) return files;
  logger.warn({ directory: consoleDirectory }, "the web console is not built: run `npm run build`");
  return null;
}

/** What pages offer to sign in with. */
function identityKind({ oidc, signIn }: Config): "development" | "token" | "issuer" {
  if (oidc === null) return "development";
  return signIn === null ? "token" : "issuer";
}

function signInRoutes({ config, logger }: AppOptions, identity: Identity): SignInRoutes | null {
  const { oidc, signIn, publicUrl } = config;
  if (oidc === null || signIn === null) return null;
  const client = new SignInClient({ issuer: oidc.issuer, ...signIn, logger });
  return new SignInRoutes({ client, publicUrl, authenticate: (header) => identity.authenticate(header), logger });
}

function renderStoreSpec(catalog: ReturnType<typeof createProviderCatalog>, provider: ProviderTargetWork["provider"]) {
  if (provider.config === null) throw new Error("an existing store is never written");
  return catalog.renderStoreSpec(provider.kind, provider.config, provider.scope);
}
