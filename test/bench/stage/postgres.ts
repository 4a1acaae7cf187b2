import { mkdtemp, chmod, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../../src/dev/postgres/embedded.js";

export interface BenchDatabase {
  /** Of an empty database. */
  url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL of its own that writes as durably as one in production does: a commit waits for the disk. */
export async function startPostgres(): Promise<BenchDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), "secretariat-bench-"));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    database: "bench",
    settings: { max_connections: "100", shared_buffers: "256MB", max_wal_size: "4GB" },
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
