// First of all: decorators look for it when they run, and every part is loaded below.
import "reflect-metadata";
import { startApp, type App } from "./app.js";
import { ConfigError, readConfig, type Config } from "./config.js";
import { createLogger } from "./logger.js";
import type { Logger } from "./domain/ports/logger.js";

const HELP = `Secretariat: the GraphQL gateway in front of the External Secrets Operator.

  npm start                 embedded PostgreSQL, simulated clusters, sample data
  npm start -- --empty      the same without sample data

Settings are environment variables; the README lists them.
`;

/** How long a stop may take before the process ends all the same, in milliseconds. */
const STOP_LIMIT = 10_000;

/** A terminal that is closed, Ctrl-C, and whoever runs us. */
const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    process.stdout.write(HELP);
    return;
  }
  const config = readSettings(args);
  const logger = createLogger(config.logLevel);
  process.on("uncaughtException", (error) => {
    logger.error({ err: error }, "unexpected failure; the process ends");
    process.exit(1);
  });
  // Before anything is started: a signal in the middle of it must not leave an embedded part behind.
  const signal = firstSignal(logger);
  const app = await start(config, logger);
  if (signal.received === null) {
    logger.info({ url: app.url }, "Secretariat is ready");
    // Standard output is for the log's JSON lines.
    if (!config.production) process.stderr.write(welcome(app.url, config));
  }
  await signal.coming;
  await app.stop();
  logger.info({}, "stopped");
  process.exit(0);
}

function readSettings(args: readonly string[]): Config {
  try {
    return readConfig(process.env, args);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

async function start(config: Config, logger: Logger): Promise<App> {
  try {
    return await startApp({ config, logger });
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    logger.error({ err: error }, "Secretariat could not start");
    process.exit(1);
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** From the first signal on, the process ends within its limit, whatever happens. npm passes on what the terminal sends as well: more signals change nothing. */
function firstSignal(logger: Logger): { coming: Promise<void>; received: string | null } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signal: { coming: Promise<void>; received: string | null } = { coming: promise, received: null };
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (signal.received !== null) return;
      signal.received = name;
      logger.info({ signal: name }, "stopping");
      setTimeout(() => {
        logger.error({}, "stopping took too long");
        process.exit(1);
      }, STOP_LIMIT).unref();
      resolve();
    });
  }
  return signal;
}

function welcome(url: string, config: Config): string {
  const address = url.replace("127.0.0.1", "localhost");
  const who = config.oidc === null ? `opens as "developer", a platform admin` : "asks for a token of your issuer";
  return [
    "",
    "  Secretariat is ready.",
    "",
    `  Console       ${address}/`,
    config.graphiql ? `  GraphiQL      ${address}/graphql   (${who})` : null,
    `  GraphQL       POST ${address}/graphql, WebSocket at the same address`,
    `  Health        ${address}/healthz  ${address}/readyz  ${address}/metrics`,
    config.databaseUrl === null ? `  Data          ${config.dataDirectory}/ (delete it to begin anew)` : null,
    "  Stop          Ctrl-C",
    "",
    "",
  ]
    .filter((line) => line !== null)
    .join("\n");
}

await main();
