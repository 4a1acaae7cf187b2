import { expect } from "vitest";
import { ExpectedError } from "../../../errors.js";
import type { World } from "./world.js";

/** The refusal that a command ends with; a command that succeeds fails the test. */
export async function refusal(command: Promise<unknown>): Promise<{
  code: string;
  reason: string | null;
  message: string;
  paths: string[];
}> {
  const error: unknown = await command.then(
    () => new Error("it was accepted"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ExpectedError)) throw error;
  const { problems = [], reason = null } = error.details;
  return { code: error.code, reason, message: error.message, paths: problems.map(({ path }) => path.join(".")) };
}

/** DESIGN.md, invariant 3: each thing's transitions follow on one another, and end where its row stands. */
export async function expectWholeLog(world: World): Promise<void> {
  const rows = await world.sql<{ subject_id: string; from_status: string | null; to_status: string | null }>(
    "SELECT subject_id, from_status, to_status FROM transition WHERE subject <> 'CLUSTER' ORDER BY position",
  );
  const now = new Map<string, string | null>();
  for (const { subject_id: id, from_status: from, to_status: to } of rows) {
    expect(now.get(id) ?? null, `what ${id} was before`).toBe(from);
    now.set(id, to);
  }
  const stored = await world.sql<{ id: string; status: string }>(
    `SELECT id, status FROM secret UNION ALL SELECT id, status FROM assignment UNION ALL SELECT id, status FROM provider UNION ALL SELECT id, status FROM project`,
  );
  const left = new Map([...now].filter(([, to]) => to !== null));
  expect(new Map(stored.map(({ id, status }) => [id, status]))).toEqual(left);
}

/** Everything that desired state is, as text: to see that nothing was written. */
export async function everything(world: World): Promise<string> {
  const tables = ["project", "project_member", "provider", "provider_target", "secret", "assignment", "transition"];
  const parts = await Promise.all(
    tables.map((table) =>
      world.sql(`SELECT md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) AS sum FROM ${table} t`),
    ),
  );
  return JSON.stringify(parts);
}

// vitest's matchers are of type any; as unknown they can stand in an expected object all the same.
export const aDate: unknown = expect.any(Date);
export const textWith = (part: string): unknown => expect.stringContaining(part);
export const listWith = (...items: unknown[]): unknown => expect.arrayContaining(items);
