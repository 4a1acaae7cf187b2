import { Pool } from "pg";
import type { ClientConfig } from "pg";
import type { Logger } from "../domain/ports/logger.js";

/** A renewal that is not answered by then is given up: the next one goes by another connection. Milliseconds, less than a lease lasts. */
const ANSWER_LIMIT = 4_000;

/**
 * The one connection by which leases are taken and renewed. In the pool they would wait behind everything else, and leadership would be lost to a busy moment. A connection that says nothing
 * any more (its other end has vanished) is replaced.
 */
export class LeaseConnection {
  readonly #pool: Pool;

  constructor(client: ClientConfig, logger: Logger) {
    this.#pool = new Pool({
      ...client,
      max: 1,
      query_timeout: ANSWER_LIMIT,
      connectionTimeoutMillis: ANSWER_LIMIT,
    });
    this.#pool.on("error", (error) => {
      logger.warn({ error: String(error) }, "the connection of leases was lost; another is opened when it is needed");
    });
  }

  /** Runs one statement in a transaction of its own. */
  async run<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    const { rows } = await this.#pool.query<T>(sql, [...params]);
    return rows;
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}
