import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../../src/dev/postgres/embedded.js";
import { createDataSource } from "../../src/persistence/data-source.js";
import { migrate } from "../../src/persistence/migrate.js";
import { silentLogger } from "./logger.js";

/** vitest's globalSetup: one PostgreSQL for the whole run, that forgets everything when it stops, so it need not be careful. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "secretariat-test-"));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    database: "template_migrated",
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: "300",
      shared_buffers: "64MB",
      autovacuum: "off",
    },
  });
  const teardown = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await migrateTemplate(server.url);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide("postgresTemplateUrl", server.url);
  return teardown;
}

async function migrateTemplate(url: string): Promise<void> {
  const dataSource = createDataSource({
    url,
    poolSize: 1,
    lockTimeout: 5_000,
    idleInTransactionTimeout: 5_000,
    statementTimeout: 0,
    logger: silentLogger,
  });
  await dataSource.initialize();
  try {
    await migrate(dataSource, { logger: silentLogger });
  } finally {
    await dataSource.destroy();
  }
}
