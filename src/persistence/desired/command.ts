import type { DataSource } from "typeorm";
import type { ClusterGateway } from "../../domain/ports/cluster-gateway.js";
import type { ProviderCatalog } from "../../domain/ports/provider-catalog.js";
import type { RuleSettings } from "../../domain/settings.js";
import type { Viewer, ViewerScope } from "../../domain/viewer.js";
import { conflict, type ExpectedError } from "../../errors.js";
import type { ReadDatabase } from "../read/database.js";
import { scopeOf } from "../read/scope.js";
import { compile, type Sql } from "../read/sql.js";
import { brokenConstraint, sqlState } from "../sql-errors.js";
import { inTransaction, type Transaction } from "../transaction.js";

/** What the commands need of the other parts. */
export interface Parts {
  dataSource: DataSource;
  catalog: ProviderCatalog;
  cluster: ClusterGateway;
  settings: RuleSettings;
}

/** One command under way: its transaction, who asks, and what they may see at this moment. */
export interface Command {
  tx: Transaction;
  viewer: Viewer;
  scope: ViewerScope;
  catalog: ProviderCatalog;
  settings: RuleSettings;
  /** False in previews: they look at what is there and hold nobody up. */
  locking: boolean;
}

/** The rows that the command found before it held its locks are no longer as they were: begin again. */
export class Stale extends Error {
  override readonly name = "Stale";
}

const MAX_TRIES = 10;

/**
 * Runs a command in one transaction. Whoever loses a race (a name taken, or a parent gone, between check and write) starts again from the beginning, so that the checks
 * see what the winner wrote and refuse with their own words.
 */
export function runCommand<T>(parts: Parts, viewer: Viewer, work: (command: Command) => Promise<T>): Promise<T> {
  return untilSettled(() => run(parts, viewer, true, work));
}

/** Runs checks alone, in one transaction and without a lock. */
export function runPreview<T>(parts: Parts, viewer: Viewer, work: (command: Command) => Promise<T>): Promise<T> {
  return untilSettled(() => run(parts, viewer, false, work));
}

async function untilSettled<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!lostARace(error)) throw error;
      if (tries >= MAX_TRIES) throw afterTooManyTries(error);
    }
  }
}

function run<T>(parts: Parts, viewer: Viewer, locking: boolean, work: (command: Command) => Promise<T>): Promise<T> {
  const { dataSource, catalog, settings } = parts;
  return inTransaction(dataSource, async (tx) =>
    work({ tx, viewer, scope: await scopeOf(readingWith(tx), viewer), catalog, settings, locking }),
  );
}

/** The transaction as the read model's functions know a database. */
const readingWith = (tx: Transaction): ReadDatabase => ({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows' type is the caller's word for what its own statement selects, as in Transaction.query
  query: <T>(statement: string, params?: unknown[]) => tx.query(statement, params) as Promise<T[]>,
});

/** Runs a statement that was put together of pieces. */
export function select<T extends object>(command: Command, statement: Sql): Promise<T[]> {
  const { text, params } = compile(statement);
  return command.tx.query<T>(text, params);
}

const UNIQUE_VIOLATION = "23505";
const FOREIGN_KEY_VIOLATION = "23503";

function lostARace(error: unknown): boolean {
  const state = sqlState(error);
  return error instanceof Stale || state === UNIQUE_VIOLATION || state === FOREIGN_KEY_VIOLATION;
}

const TAKEN: Readonly<Record<string, string>> = {
  uq_project_name: "A project of this name was made meanwhile.",
  uq_provider_organization_name: "An organization provider of this name was made meanwhile.",
  uq_provider_project_name: "A provider of this name was made in the project meanwhile.",
  uq_provider_organization_store: "Another organization provider took this store meanwhile.",
  uq_provider_project_store: "Another provider of the project took this store meanwhile.",
  uq_secret_organization_name: "An organization secret of this name was made meanwhile.",
  uq_secret_project_name: "A secret of this name was made in the project meanwhile.",
  uq_assignment: "The secret was assigned to the project meanwhile.",
  uq_assignment_object_name: "Another secret of this name came into the project meanwhile.",
  uq_assignment_target_name: "Another secret that writes the same native Secret came into the project meanwhile.",
};

function afterTooManyTries(error: unknown): ExpectedError {
  const message = TAKEN[brokenConstraint(error) ?? ""];
  return conflict(message ?? "Others keep changing the same things. Look at how they are now, and try again.");
}
