import fc from "fast-check";
import pg from "pg";
import { createTestDatabase } from "../../../../test/support/postgres.js";
import type { Page, PageArgs } from "../../../domain/ports/paging.js";
import type { ReadModel } from "../../../domain/ports/read-model.js";
import type { ViewerScope } from "../../../domain/viewer.js";
import { createReadModel } from "../index.js";
import { poolDatabase } from "../pool-database.js";
import { randomWorld, type Sizes, type World, writeWorld } from "./random-world.js";

/** For the tests: a random world in a database of its own, and the read model on it. */
export interface OpenWorld {
  world: World;
  read: ReadModel;
  pool: pg.Pool;
  /** Every statement that was run since this was last emptied. */
  statements: { text: string; params: unknown[] }[];
  close(): Promise<void>;
}

export async function openWorld(seed: number, sizes?: Sizes): Promise<OpenWorld> {
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  // The database is dropped with force, maybe before a connection's end is acknowledged.
  pool.on("connect", (client) => client.on("error", () => {}));
  const world = randomWorld(seed, sizes);
  await writeWorld(pool, world);
  const prepared = poolDatabase(pool);
  const statements: OpenWorld["statements"] = [];
  const read = createReadModel({
    query: (text, params = []) => {
      statements.push({ text, params });
      return prepared.query(text, params);
    },
  });
  const close = async (): Promise<void> => {
    await pool.end();
    await database.drop();
  };
  return { world, read, pool, statements, close };
}

export const ADMIN: ViewerScope = { admin: true };
export const memberOf = (...projectIds: string[]): ViewerScope => ({ admin: false, projectIds: projectIds.toSorted() });

/** An admin, members of none, of one, of two and of all projects. */
export function scopesOf(world: World): ViewerScope[] {
  const ids = world.projects.map(({ id }) => id);
  return [ADMIN, memberOf(), memberOf(...ids.slice(0, 1)), memberOf(...ids.slice(1, 3)), memberOf(...ids)];
}

export const whole = (first = 500): PageArgs => ({ first, after: null, withTotal: true });
export const nodesOf = <T>(page: Page<T> | undefined): T[] => page?.edges.map(({ node }) => node) ?? [];
export const idsOf = (things: readonly { id: string }[]): string[] => things.map(({ id }) => id);

/** Every row of a list, page by page, as a client walks it; and that each page says the truth about those beside it. */
export async function walk<T>(first: number, list: (page: PageArgs) => Promise<Page<T> | undefined>): Promise<T[]> {
  const nodes: T[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<T> | undefined = await list({ first, after, withTotal: false });
    if (page === undefined) throw new Error("a parent has no page");
    if (page.hasPreviousPage !== (after !== null)) throw new Error("hasPreviousPage is wrong");
    if (page.edges.length > first) throw new Error("the page is longer than asked");
    nodes.push(...nodesOf(page));
    if (!page.hasNextPage) return nodes;
    const last = page.edges.at(-1);
    if (last === undefined || page.edges.length < first) throw new Error("a page with a next one must be full");
    after = last.cursor;
  }
}

/** Bytewise, as COLLATE "C" has it. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Compares by one key after the other; texts bytewise, numbers by size. */
export function byKeys<T>(direction: "ASC" | "DESC", ...keys: ((row: T) => string | number)[]): (a: T, b: T) => number {
  const sign = direction === "ASC" ? 1 : -1;
  return (a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)];
      const order =
        typeof left === "number" && typeof right === "number" ? left - right : byBytes(String(left), String(right));
      if (order !== 0) return sign * order;
    }
    return 0;
  };
}

/** Some of the conditions, two at most: all together match nothing, and prove little. */
export function someOf<F extends object>(all: { [K in keyof F]-?: fc.Arbitrary<NonNullable<F[K]>> }): fc.Arbitrary<
  Partial<F>
> {
  const keys = Object.keys(all);
  return fc.tuple(fc.record(all), fc.subarray(keys, { maxLength: 2 })).map(([filter, chosen]) => ({
    ...filter,
    ...Object.fromEntries(keys.filter((key) => !chosen.includes(key)).map((key) => [key, undefined])),
  }));
}
