import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { type NamedId, Scene, told, TRANSITION, type TransitionSeen, uuidOf } from "../support/scene.js";
import { textLike } from "../support/matching.js";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.start({ simulator: { missingKeyText: "backend" } });
});
afterAll(() => scene.stop());

const isOf =
  (...ids: string[]) =>
  ({ subjectId }: TransitionSeen): boolean =>
    ids.includes(subjectId);

/** Two projects in two clusters, and an organization's provider that reaches both. */
async function places(): Promise<{ provider: NamedId; projects: [NamedId, NamedId] }> {
  const [provider, one, other] = await Promise.all([scene.provider(), scene.project("berlin"), scene.project("oslo")]);
  return { provider, projects: [one, other] };
}

/** Each thing's own transitions: what comes in between is another thing's business. */
const ofEach = (events: readonly TransitionSeen[], ids: readonly string[]): string[][] =>
  ids.map((id) => events.filter(isOf(id)).map(told));

describe("a secret's life, as a plain graphql-ws client sees it", () => {
  it("tells every transition of an organization secret in two projects up to SYNCED, in order and once each, and again from `since`", async () => {
    const { provider, projects } = await places();
    const start = await scene.cursor();
    const live = scene.transitions(null);
    // The subscription is open once it delivers what happened after it was asked for.
    const marker = await scene.createProject();
    await eventually(() => live.events.some(isOf(marker.id)));

    const secret = await scene.secret(provider, projects);
    const assignments = await scene.assignments(secret.id);
    const ids = [secret.id, ...assignments.map(({ id }) => id)];
    await eventually(() => live.events.some((one) => one.subjectId === secret.id && one.to === "SYNCED"));
    await scene.untilSecret(secret.id, { status: "SYNCED" });

    const own = live.events.filter(isOf(...ids));
    const [ofSecret = [], ...ofAssignments] = ofEach(own, ids);
    expect(ofAssignments).toEqual(
      projects.map(() => ["ASSIGNMENT >PENDING Assigned", "ASSIGNMENT PENDING>SYNCED SecretSynced"]),
    );
    // Both may be written in one batch, or one after the other.
    expect(["SECRET PENDING>SYNCED RolledUp", "SECRET PARTIALLY_SYNCED>SYNCED RolledUp"]).toContain(ofSecret.at(-1));
    expect(ofSecret[0]).toBe("SECRET >PENDING Created");
    expect(chained(own.filter(isOf(secret.id)))).toBe(true);
    expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
    expect(own.filter(({ from }) => from === null).every(({ actor }) => actor === "ada")).toBe(true);
    expect(own.filter(({ to }) => to === "SYNCED").every(({ actor }) => actor === "system")).toBe(true);

    await expectReplay(start, ids, own);
    live.stop();
  });

  it("tells a missing key up to SYNCED_ERROR with the backend's own message, the deletion, and the going", async () => {
    const { provider, projects } = await places();
    const start = await scene.cursor();
    const live = scene.transitions(start);
    const key = "nothing/is/here";
    const secret = await scene.secret(provider, projects, { data: [{ secretKey: "password", remoteKey: key }] });
    const assignments = await scene.assignments(secret.id);
    const ids = [secret.id, ...assignments.map(({ id }) => id)];
    for (const project of projects) await scene.untilAssignment(secret, { status: "SYNCED_ERROR" }, project);
    await scene.untilSecret(secret.id, { status: "SYNCED_ERROR" });
    await scene.mutate("deleteSecret(id: $id) { status }", "$id: ID!", { id: secret.id });
    await scene.untilGone("secret", secret.id);
    await eventually(() => live.events.some((one) => one.subjectId === secret.id && one.to === null));

    const own = live.events.filter(isOf(...ids));
    const [ofSecret, ...ofAssignments] = ofEach(own, ids);
    expect(ofAssignments).toEqual(
      projects.map(() => [
        "ASSIGNMENT >PENDING Assigned",
        "ASSIGNMENT PENDING>SYNCED_ERROR SecretSyncedError",
        "ASSIGNMENT SYNCED_ERROR>DELETING DeletionRequested",
        "ASSIGNMENT DELETING> Deleted",
      ]),
    );
    expect(ofSecret).toEqual([
      "SECRET >PENDING Created",
      "SECRET PENDING>SYNCED_ERROR RolledUp",
      "SECRET SYNCED_ERROR>DELETING DeletionRequested",
      "SECRET DELETING> Deleted",
    ]);
    // Vault's own words, by way of the operator's event.
    const failures = own.filter(({ subject, to }) => subject === "ASSIGNMENT" && to === "SYNCED_ERROR");
    for (const { message } of failures) expect(message).toMatch(/nothing\/is\/here.*(404|not found|no secret)/iu);
    expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);

    await expectReplay(start, ids, own);
    live.stop();
  });

  it("refuses a bad `since`, one of another past, and one of another installation, each with its code", async () => {
    const cursor = await scene.cursor();
    const swapped = cursor.startsWith("A") ? `B${cursor.slice(1)}` : `A${cursor.slice(1)}`;
    for (const since of ["", "nonsense", "x".repeat(2_000), swapped]) {
      const refused = scene.transitions(since);
      await eventually(() => refused.ended);
      expect(refused.errors, since).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
      expect(refused.events).toEqual([]);
    }
    // As after a restored database: the position is there, but it was another transition's.
    const { id } = await scene.createProject();
    const [created] = await scene.history(id);
    const past = scene.app.app.persistence.stream.seal({
      position: 1n,
      transitionId: uuidOf(created?.id ?? ""),
    });
    const expired = scene.transitions(past);
    await eventually(() => expired.ended);
    expect(expired.errors).toMatchObject([{ extensions: { code: "PRECONDITION_FAILED", reason: "CursorExpired" } }]);
  });
});

describe("a log of which only the newer part is kept", () => {
  it("refuses a `since` that is older, and says what to do; one that is kept replays", async () => {
    const own = await Scene.start({ clusters: ["berlin"] });
    const database = new Client(own.app.databaseUrl);
    try {
      await database.connect();
      const old = await own.cursor();
      const { id } = await own.project();
      const kept = await own.cursor();
      await database.query("UPDATE installation SET pruned_to = (SELECT max(position) FROM transition)");
      await database.query("DELETE FROM transition WHERE position < (SELECT max(position) FROM transition)");
      const refused = own.transitions(old);
      await eventually(() => refused.ended);
      expect(refused.errors).toMatchObject([
        { message: textLike(/anew/u), extensions: { code: "PRECONDITION_FAILED", reason: "CursorExpired" } },
      ]);
      const going = own.transitions(kept);
      await own.mutate("deleteProject(id: $id) { id }", "$id: ID!", { id });
      await eventually(() => going.events.some(({ subjectId, to }) => subjectId === id && to === null));
      expect(going.events.map(told)).toEqual(["PROJECT READY>DELETING DeletionRequested", "PROJECT DELETING> Deleted"]);
    } finally {
      await database.end();
      await own.stop();
    }
  });
});

/** Each transition begins where the one before ended. */
function chained(events: readonly TransitionSeen[]): boolean {
  return events.every(({ from }, i) => from === (events[i - 1]?.to ?? null));
}

/** The same transitions come again from `since`: from before them, and from their middle; also to two subscribers at once, over connections of their own. */
async function expectReplay(start: string, ids: string[], expected: readonly TransitionSeen[]): Promise<void> {
  const middle = Math.floor(expected.length / 2);
  const cases: [string, readonly TransitionSeen[]][] = [
    [start, expected],
    [start, expected],
    [expected[middle - 1]?.cursor ?? "", expected.slice(middle)],
    [expected.at(-1)?.cursor ?? "", []],
  ];
  const end = await scene.createProject();
  const sockets = cases.map(() => scene.admin.socket());
  const replays = cases.map(([since], i) => {
    const socket = sockets[i] ?? scene.socket;
    return gather<TransitionSeen>(
      socket,
      `subscription ($since: String) { transitions(since: $since) { ${TRANSITION} } }`,
      "transitions",
      { since },
    );
  });
  for (const [i, replay] of replays.entries()) {
    await eventually(() => replay.events.some(isOf(end.id)));
    expect(replay.errors).toEqual([]);
    expect(replay.events.filter(isOf(...ids))).toEqual(cases[i]?.[1]);
  }
  await Promise.all(sockets.map(async (socket) => socket.dispose()));
}
