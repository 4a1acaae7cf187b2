import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { openDatabase } from "../../../test/support/open-database.js";
import type { OpenDatabase } from "../../../test/support/open-database.js";
import { Seed } from "../../../test/support/seed.js";
import type { AssignmentChange, BatchOutcome, StatusBatch } from "../../domain/ports/cluster-state.js";
import { query } from "../transaction.js";
import { writeBatch } from "./write-batch.js";

export const SYNCED = { status: "SYNCED", reason: "SecretSynced", message: null } as const;
export const BROKEN = { status: "SYNCED_ERROR", reason: "SecretSyncedError", message: "key not found" } as const;
/** Everything was written, and nothing was waiting for it. */
export const CLEAN: BatchOutcome = { leading: true, stale: [], unblocked: { projects: [], providerTargets: [] } };

/** A change of an assignment that was judged as it was made. */
export function verdict(
  id: string,
  of: AssignmentChange["verdict"],
  rest: Partial<AssignmentChange> = {},
): AssignmentChange {
  return { id, revision: 1n, ...(of === undefined ? {} : { verdict: of }), ...rest };
}

/** A database for the file, and for each test a cluster that is led by `term`. */
export class LedCluster {
  clusterId = "";
  term = "";
  #database: OpenDatabase | null = null;

  constructor() {
    beforeAll(async () => {
      this.#database = await openDatabase();
    });
    beforeEach(async () => {
      this.clusterId = await this.seed.cluster();
      this.term = await this.seed.lease(this.clusterId);
    });
    afterAll(() => this.#database?.close());
  }

  get dataSource(): DataSource {
    if (this.#database === null) throw new Error("the database is open only while tests run");
    return this.#database.dataSource;
  }
  get seed(): Seed {
    return new Seed(this.dataSource);
  }

  write(batch: Partial<StatusBatch>): Promise<BatchOutcome> {
    const whole = { assignments: [], providerTargets: [], projects: [], ...batch };
    return writeBatch(this.dataSource, this.clusterId, this.term, whole);
  }

  async row(table: string, id: string): Promise<Record<string, unknown> | undefined> {
    const [row] = await query(this.dataSource, `SELECT * FROM ${table} WHERE id = $1`, [id]);
    return row;
  }

  /** Changes with every write of the row, and with nothing else. */
  async version(table: string, id: string): Promise<unknown> {
    const [row] = await query(this.dataSource, `SELECT xmin::text FROM ${table} WHERE id = $1`, [id]);
    return row?.["xmin"];
  }

  /** `SUBJECT from>to reason` of these things' own transitions, in order. */
  async log(...ids: string[]): Promise<string[]> {
    const rows = await query<{ line: string }>(
      this.dataSource,
      `SELECT subject || ' ' || coalesce(from_status, '-') || '>' || coalesce(to_status, '-') || ' ' || coalesce(reason, '-') AS line
         FROM transition WHERE subject_id = ANY ($1::uuid[]) ORDER BY position`,
      [ids],
    );
    return rows.map(({ line }) => line);
  }

  /** An organization secret with assignments in as many projects. */
  async assigned(count: number, values: { secret?: object; assignment?: object } = {}) {
    const { seed } = this;
    const provider = await seed.provider();
    const target = await seed.target(provider, this.clusterId);
    const secret = await seed.secret(provider, { ...values.secret });
    const projects: string[] = [];
    const assignments: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const project = await seed.project(this.clusterId);
      projects.push(project);
      assignments.push(await seed.assignment(secret, project, { ...values.assignment }));
    }
    const [project = randomUUID(), assignment = randomUUID()] = [projects[0], assignments[0]];
    return { provider, target, secret, projects, assignments, project, assignment };
  }
}
