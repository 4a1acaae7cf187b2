import type { Pool } from "pg";
import type { ReadDatabase } from "./database.js";

/** Statements that each connection keeps prepared at most; the read model has some hundred in common use. */
const MOST_PREPARED = 500;

/**
 * Reading over a pool of node-postgres, past TypeORM's query runner. Each statement is prepared once in each connection and has a name there: planning costs as much as running
 * for the short ones.
 * @param options.prepare false: never prepare, for poolers in transaction mode that cannot (PgBouncer before 1.21)
 */
export function poolDatabase(pool: Pool, options: { prepare: boolean } = { prepare: true }): ReadDatabase {
  const names = new Map<string, string>();

  /** Undefined: not prepared. Texts vary with filters and page sizes, so a client could make more of them than a connection should keep. */
  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined || !options.prepare || names.size >= MOST_PREPARED) return known;
    const name = `read_${names.size}`;
    names.set(text, name);
    return name;
  }

  return {
    query: async (text, values = []) => {
      const name = nameOf(text);
      const result = await pool.query({ text, values, ...(name === undefined ? {} : { name }) });
      // oxlint-disable-next-line typescript/no-unsafe-return -- node-postgres does not know the rows of a text; whoever wrote it does
      return result.rows;
    },
  };
}
