import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import { secretStatus } from "../../domain/status/secret-status.js";
import { ExpectedError } from "../../errors.js";
import { inTransaction, type Transaction } from "../transaction.js";
import { admin, expectWholeLog, liveObject, refusal, VAULT, World } from "./testing/index.js";

let world: World;
let cluster: string;
let alpha: ProjectRecord;
let vault: ProviderRecord;
beforeAll(async () => {
  world = await World.create({ maxSecretsPerProject: 8 });
  cluster = await world.cluster();
  alpha = await world.project(cluster, "alpha");
  vault = await world.provider();
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const plain = { abandon: false };

/** How each of several commands at once ended: "done", or the code and reason of its refusal. Anything else fails the test. */
async function outcomes(commands: readonly Promise<unknown>[]): Promise<string[]> {
  return Promise.all(
    commands.map((command) =>
      command.then(
        () => "done",
        (error: unknown) => {
          if (!(error instanceof ExpectedError)) throw error;
          return `${error.code} ${error.details.reason ?? ""}`.trim();
        },
      ),
    ),
  );
}
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const tally = (found: readonly string[]) =>
  Object.fromEntries([...new Set(found)].sort().map((one) => [one, found.filter((other) => other === one).length]));

describe("commands at the same time", () => {
  it("make one thing of one name; the others are told CONFLICT", async () => {
    const own = await world.project(cluster);
    const inProject = { scope: "PROJECT" as const, projectId: own.id };
    const makers: (() => Promise<unknown>)[] = [
      () => world.desired.createProject(admin, { name: "same", description: "", clusterId: cluster }),
      () => world.provider({ name: "same" }),
      () => world.provider({ ...inProject, name: "same" }),
      () => world.secret({ providerId: vault.id, name: "same" }),
      () => world.secret({ ...inProject, providerId: vault.id, name: "same" }),
      () => world.secret({ ...inProject, providerId: vault.id, target: { name: "same-native" } }),
    ];
    for (const make of makers) expect(tally(await outcomes(times(6, make)))).toEqual({ CONFLICT: 5, done: 1 });
  });

  it("do not fill a project beyond its quota", async () => {
    const own = await world.project(cluster);
    const create = () => world.secret({ providerId: vault.id, projectIds: [own.id] });
    expect(tally(await outcomes(times(14, create)))).toEqual({ "PRECONDITION_FAILED QuotaExceeded": 6, done: 8 });
  });

  it("do not force two syncs of one assignment", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const [assignment] = await world.assignments(secret.id);
    const sync = (i: number) =>
      i % 2 === 0
        ? world.desired.syncSecret(admin, secret.id)
        : world.desired.syncAssignment(admin, assignment?.id ?? "");
    expect(tally(await outcomes(times(6, sync)))).toEqual({ "PRECONDITION_FAILED SyncTooSoon": 5, done: 1 });
    await world.desired.deleteSecret(admin, secret.id, plain);
  });

  it("change one generation once where all of them expect it", async () => {
    const secret = await world.secret({ providerId: vault.id });
    const update = (i: number) =>
      world.desired.updateSecret(admin, { id: secret.id, expectedGeneration: 1, refreshInterval: `${i + 2}h` });
    expect(tally(await outcomes(times(6, update)))).toEqual({ CONFLICT: 5, done: 1 });
  });

  it("never assign a secret that goes", async () => {
    for (let round = 0; round < 5; round += 1) {
      const secret = await world.secret({ providerId: vault.id });
      const place = await world.project(cluster);
      const [assigned, deleted] = await outcomes([
        world.desired.assignSecret(admin, secret.id, [place.id]),
        world.desired.deleteSecret(admin, secret.id, plain),
      ]);
      expect(deleted).toBe("done");
      expect(["done", "NOT_FOUND", "PRECONDITION_FAILED BeingDeleted"]).toContain(assigned);
      expect(await world.assignments(secret.id)).toEqual([]);
    }
  });

  it("never leave a secret without its provider, or in a project that goes", async () => {
    for (let round = 0; round < 5; round += 1) {
      const provider = await world.provider();
      const place = await world.project(cluster);
      const ended = await outcomes([
        world.secret({ providerId: provider.id, projectIds: [place.id] }),
        world.desired.deleteProvider(admin, provider.id, plain),
        world.desired.deleteProject(admin, place.id, { deleteNamespace: false, abandon: false }),
      ]);
      expect(ended[2]).toBe("done");
      expect(ended.filter((one) => one === "done").length).toBeGreaterThanOrEqual(2);
      expect(ended[0] === "done" && ended[1] === "done").toBe(false);
      const left = await world.sql("SELECT FROM assignment WHERE project_id = $1", [place.id]);
      expect(left).toEqual([]);
    }
  });

  it("adopt an object once", async () => {
    const place = await world.project(cluster);
    world.gateway.objects = [liveObject("found", { name: vault.storeName, kind: "ClusterSecretStore" })];
    const adopt = () => world.desired.adoptExternalSecrets(admin, place.id, ["found"]);
    expect(tally(await outcomes(times(4, adopt)))).toEqual({ BAD_USER_INPUT: 3, done: 1 });
  });
});

describe("commands that find things changed when they get their turn", () => {
  /** Holds a row, starts a command, waits until it waits for the row, and lets it go on after `change`. */
  async function overtaken<T>(
    hold: string,
    id: string,
    start: () => Promise<T>,
    change: (tx: Transaction) => Promise<void>,
  ) {
    const overtakenOne = await inTransaction(world.dataSource, async (tx) => {
      await tx.query(hold, [id]);
      const command = start();
      command.catch(() => {});
      await expect
        .poll(() =>
          world.sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
        )
        .toHaveLength(1);
      await change(tx);
      // Wrapped: a promise would be waited for inside of the transaction that it waits for.
      return { command };
    });
    return overtakenOne.command;
  }
  const holdSecret = "SELECT FROM secret WHERE id = $1 FOR UPDATE";

  it("assign what was taken away meanwhile", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const [assignment] = await world.assignments(secret.id);
    await overtaken(
      holdSecret,
      secret.id,
      () => world.desired.assignSecret(admin, secret.id, [alpha.id]),
      async (tx) => {
        await tx.query("DELETE FROM assignment WHERE secret_id = $1", [secret.id]);
        await tx.query("UPDATE secret SET status = 'UNASSIGNED', status_reason = NULL WHERE id = $1", [secret.id]);
        tx.note({ ...NOTHING, subject: "ASSIGNMENT", subjectId: assignment?.id ?? "", from: "PENDING", to: null });
        tx.note({ ...NOTHING, subject: "SECRET", subjectId: secret.id, from: "PENDING", to: "UNASSIGNED" });
      },
    );
    expect(await world.assignments(secret.id)).toMatchObject([{ project: "alpha", status: "PENDING" }]);
    await world.desired.deleteSecret(admin, secret.id, plain);
  });

  it("keep the provider that the secret was given meanwhile", async () => {
    const other = await world.provider();
    const secret = await world.secret({ providerId: vault.id });
    const changed = await overtaken(
      holdSecret,
      secret.id,
      () => world.desired.updateSecret(admin, { id: secret.id, refreshInterval: "5h" }),
      async (tx) => void (await tx.query("UPDATE secret SET provider_id = $2 WHERE id = $1", [secret.id, other.id])),
    );
    expect(changed).toMatchObject({ providerId: other.id, generation: 2 });
  });

  it("say NOT_FOUND of a cluster that went", async () => {
    const id = await world.cluster();
    const create = overtaken(
      "DELETE FROM cluster WHERE id = $1",
      id,
      () => world.desired.createProject(admin, { name: world.name("p"), description: "", clusterId: id }),
      () => Promise.resolve(),
    );
    expect((await refusal(create)).code).toBe("NOT_FOUND");
  });
});

const NOTHING = {
  reason: null,
  message: null,
  actor: "system",
  secretId: null,
  assignmentId: null,
  projectId: null,
  providerId: null,
  clusterId: null,
};

/** A small generator of its own: the same commands each time, whatever order they end in. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("hundreds of commands at the same time, with leaders reporting", () => {
  it.each([1, 2, 3])("keep every change in the log and every roll-up true (seed %i)", async (seed) => {
    const projects = await Promise.all(times(4, () => world.project(cluster)));
    const providers = await Promise.all(times(2, () => world.provider()));
    const secrets = await Promise.all(
      times(5, (i) => world.secret({ providerId: providers[i % 2]?.id ?? "", name: `s${seed}-${i}` })),
    );
    const ended: string[] = [];
    const worker = async (number: number) => {
      const next = random(seed * 100 + number);
      const pick = <T>(list: readonly T[]): T => {
        const found = list[next(list.length)];
        if (found === undefined) throw new Error("an empty list");
        return found;
      };
      const some = () => projects.filter(() => next(2) === 0).map(({ id }) => id);
      const commands: (() => Promise<unknown>)[] = [
        () => world.desired.assignSecret(admin, pick(secrets).id, some()),
        () => world.desired.unassignSecret(admin, pick(secrets).id, some(), plain),
        () => world.desired.setSecretAssignments(admin, pick(secrets).id, some()),
        () => world.desired.updateSecret(admin, { id: pick(secrets).id, refreshInterval: `${next(9) + 1}h` }),
        () => world.desired.updateSecret(admin, { id: pick(secrets).id, providerId: pick(providers).id }),
        () =>
          world.desired.updateProvider(admin, { id: pick(providers).id, vault: { ...VAULT, path: String(next(9)) } }),
        () => world.desired.syncSecret(admin, pick(secrets).id),
        () => world.desired.addProjectMembers(admin, pick(projects).id, [String(next(5))]),
        () => world.observed(pick(secrets).id, pick(["SYNCED", "SYNCED_ERROR"] as const), pick(projects).id, true),
        () =>
          world.secret({
            providerId: pick(providers).id,
            scope: "PROJECT",
            projectId: pick(projects).id,
            name: `own-${next(3)}`,
          }),
        ...(next(12) === 0 ? [() => world.desired.deleteSecret(admin, pick(secrets).id, plain)] : []),
        ...(number === 0
          ? [() => world.desired.unassignSecret(admin, pick(secrets).id, some(), { abandon: true })]
          : []),
      ];
      for (let i = 0; i < 40; i += 1) ended.push(...(await outcomes([pick(commands)()])));
      if (number === 1) {
        await outcomes([
          world.desired.deleteProject(admin, pick(projects).id, { deleteNamespace: false, abandon: false }),
        ]);
        await outcomes([
          world.desired.deleteProject(admin, pick(projects).id, { deleteNamespace: false, abandon: true }),
        ]);
      }
    };
    await Promise.all(times(6, worker));
    // Else the commands would only have been in one another's way.
    expect(tally(ended)["done"]).toBeGreaterThan(100);
    await expectTrueRollUps();
  });
});

async function expectTrueRollUps(): Promise<void> {
  const secrets = await world.sql<{ id: string; status: string; status_reason: string | null; deleting: boolean }>(
    "SELECT id, status, status_reason, deletion_requested_at IS NOT NULL AS deleting FROM secret",
  );
  const assignments = await world.sql<Parameters<typeof secretStatus>[0]["assignments"][number] & { secretId: string }>(
    `SELECT a.secret_id AS "secretId", a.status, a.deletion_requested_at IS NOT NULL AS unassigning, p.name AS "projectName", a.message
       FROM assignment a JOIN project p ON p.id = a.project_id ORDER BY p.name`,
  );
  for (const { id, deleting, status, status_reason } of secrets) {
    const mine = assignments.filter(({ secretId }) => secretId === id);
    expect({ status, statusReason: status_reason }).toEqual(secretStatus({ deleting, assignments: mine }));
    expect(deleting && mine.length === 0).toBe(false);
  }
  const stale = await world.sql(
    `SELECT FROM assignment a JOIN secret s ON s.id = a.secret_id
      WHERE a.deletion_requested_at IS NULL AND (a.desired_generation <> s.generation OR s.deletion_requested_at IS NOT NULL)`,
  );
  expect(stale).toEqual([]);
}
