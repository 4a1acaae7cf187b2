import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { scrape } from "../support/metrics.js";
import { RawWebSocket } from "../support/raw-websocket.js";
import { Scene, type Synced, type TransitionSeen, uuidOf } from "../support/scene.js";

/* TRANSITION_RETENTION_DAYS, on the whole product: what is pruned is gone from history alone, and whoever stood there is told. */

let scene: Scene;
let place: Synced;
let database: Client;
const NEXT = z.object({ data: z.object({ transitions: z.object({ id: z.string() }) }) });

/** Transitions before anything was pruned, oldest first. */
let all: TransitionSeen[];
let before: unknown;

const STANDING = `query ($secret: ID!, $project: ID!, $provider: ID!) {
  secret(id: $secret) { status statusReason createdAt updatedAt createdBy assignmentCounts { status count }
    assignments { nodes { status reason message lastTransitionAt observedAt syncedGeneration createdAt } } }
  project(id: $project) { status createdAt updatedAt } provider(id: $provider) { status targets { status observedAt } }
}`;

const standing = async (): Promise<unknown> => {
  const { secret, project, provider } = place;
  return scene.admin.ask(STANDING, { secret: secret.id, project: project.id, provider: provider.id });
};
const history = async (after: string | null = null, first = 500) => {
  const { history: page } = await scene.admin.ask<{
    history: {
      nodes: TransitionSeen[];
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
  }>(
    "query ($after: String, $first: Int) { history(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id cursor subject subjectId from to reason message actor } } }",
    { after, first },
  );
  return page;
};

beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], env: { TRANSITION_RETENTION_DAYS: "30" } });
  place = await scene.synced();
  database = new Client(scene.app.databaseUrl);
  await database.connect();
}, 60_000);
afterAll(async () => {
  await database?.end();
  await scene?.stop();
});

/** Makes everything that there is so old that it is due. */
const age = async (): Promise<void> => {
  await database.query("UPDATE transition SET at = at - interval '31 days'");
};

describe("a log that is pruned", () => {
  it("loses what is too old and nothing else, and says so in its metrics", async () => {
    all = (await history()).nodes.toReversed();
    before = await standing();
    await age();
    await scene.mutate('updateProject(id: $id, description: "young") { id }', "$id: ID!", { id: place.project.id });
    const pruned = await scene.app.app.persistence.pruner.prune();
    expect(pruned).toBe(all.length);
    expect((await scrape(scene.app.url)).of("secretariat_transitions_pruned_total")).toBe(pruned);
    const left = await history();
    expect(left.totalCount).toBe(1);
    expect(left.nodes.map(({ subject, reason }) => [subject, reason])).toEqual([["PROJECT", "Updated"]]);
  });

  it("leaves everything as it is known otherwise: statuses, their reasons, and since when", async () => {
    const masked = (state: unknown): string =>
      JSON.stringify(state).replaceAll(/"(?:observedAt|updatedAt)":"[^"]*"/g, "");
    expect(masked(await standing())).toBe(masked(before));
  });

  it("refuses a `since` that is no longer kept, before anything is delivered, on every subscription", async () => {
    const [old] = all;
    for (const field of ["transitions", "secretStatusChanged", "assignmentStatusChanged", "providerStatusChanged"]) {
      const received = gather(scene.socket, `subscription ($s: String) { ${field}(since: $s) { id } }`, field, {
        s: old?.cursor,
      });
      await eventually(() => received.ended);
      expect(received.events).toEqual([]);
      expect(received.errors).toMatchObject([{ extensions: { code: "PRECONDITION_FAILED", reason: "CursorExpired" } }]);
    }
  });

  it("goes on from any place that is kept", async () => {
    const cursor = await scene.cursor();
    const received = scene.transitions(cursor);
    await scene.mutate('updateProject(id: $id, description: "younger") { id }', "$id: ID!", { id: place.project.id });
    await eventually(() => received.events.length === 1);
    received.stop();
  });

  it("ends a history that somebody was in the middle of: there is nothing older", async () => {
    for (let n = 0; n < 5; n += 1)
      await scene.mutate(`updateProject(id: $id, description: "${n}") { id }`, "$id: ID!", { id: place.project.id });
    const first = await history(null, 3);
    expect(first.pageInfo.hasNextPage).toBe(true);
    await age();
    await scene.mutate('updateProject(id: $id, description: "youngest") { id }', "$id: ID!", { id: place.project.id });
    await scene.app.app.persistence.pruner.prune();
    const next = await history(first.pageInfo.endCursor, 3);
    expect([next.nodes, next.pageInfo.hasNextPage]).toEqual([[], false]);
  });

  it("answers null for a transition by its id, and not found for none of the things that it told of", async () => {
    const [old] = all;
    expect(await scene.admin.ask("query ($id: ID!) { node(id: $id) { id } }", { id: old?.id })).toEqual({ node: null });
  });
});

describe("whoever reads while it is pruned", () => {
  it("is told where it overtakes them, and gets no transition after one that is missing", async () => {
    const cursor = await scene.cursor();
    // More than waits on the way to a reader who does not read.
    const { rows: added } = await database.query<{ id: string }>(
      `INSERT INTO transition (position, id, subject, subject_id, from_status, to_status, reason, message, actor, at, project_id)
       SELECT nextval('transition_position_seq'), gen_random_uuid(), 'PROJECT', $1, 'READY', 'READY', 'Updated', repeat('x', 1000), 'ada', now(), $1
         FROM generate_series(1, 20000) RETURNING id`,
      [uuidOf(place.project.id)],
    );
    const touch = (): Promise<unknown> =>
      scene.mutate('updateProject(id: $id, description: "touched") { id }', "$id: ID!", { id: place.project.id });
    await touch();
    // This replica has told of them all: what is read from here on is the past.
    await eventually(
      async () => (await scrape(scene.app.url)).of("secretariat_transitions_total", { subject: "PROJECT" }) > 20_000,
    );
    const reader = await RawWebSocket.signedIn(scene.app.url, scene.admin.token ?? "");
    reader.send({
      id: "1",
      type: "subscribe",
      payload: {
        query: "subscription ($s: String) { transitions(since: $s) { id message } }",
        variables: { s: cursor },
      },
    });
    await eventually(() => reader.messages().some(({ type }) => type === "next"));
    reader.connection.socket.pause();
    await age();
    await touch();
    await scene.app.app.persistence.pruner.prune();
    reader.connection.socket.resume();
    const end = await eventually(() => reader.messages().find(({ type }) => type === "error"), 20_000);
    expect(end.payload).toMatchObject([{ extensions: { code: "PRECONDITION_FAILED", reason: "CursorExpired" } }]);
    const got = reader.messages().flatMap(({ type, payload }) => (type === "next" ? [NEXT.parse(payload)] : []));
    reader.connection.destroy();
    expect(got.length).toBeLessThan(added.length);
    const ids = got.map(({ data }) => uuidOf(data.transitions.id));
    // What came is the beginning of what was asked for, without a gap.
    expect(ids).toEqual(added.slice(0, ids.length).map(({ id }) => id));
  }, 60_000);

  it("is told of a gap where this replica stood still for longer than transitions are kept", async () => {
    const received = scene.transitions(null);
    await scene.mutate('updateProject(id: $id, description: "told") { id }', "$id: ID!", { id: place.project.id });
    await eventually(() => received.events.length === 1);
    // Written and pruned without a word to this process, as if it had been stopped meanwhile.
    await database.query("BEGIN");
    await database.query(
      `INSERT INTO transition (position, id, subject, subject_id, from_status, to_status, actor, at)
       SELECT nextval('transition_position_seq'), gen_random_uuid(), 'CLUSTER', gen_random_uuid(), 'CONNECTED', 'CONNECTED', 'x', now() FROM generate_series(1, 3)`,
    );
    await database.query("UPDATE installation SET pruned_to = (SELECT max(position) - 1 FROM transition)");
    await database.query("DELETE FROM transition WHERE position <= (SELECT pruned_to FROM installation)");
    await database.query("COMMIT");
    const other = await ApiClient.of(scene.app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    await other.ask('mutation ($id: ID!) { updateProject(id: $id, description: "after") { id } }', {
      id: place.project.id,
    });
    await eventually(() => received.ended);
    expect(received.errors).toMatchObject([{ extensions: { code: "PRECONDITION_FAILED", reason: "CursorExpired" } }]);
    // Anew, it goes on.
    const anew = scene.transitions(await scene.cursor());
    await scene.mutate('updateProject(id: $id, description: "on") { id }', "$id: ID!", { id: place.project.id });
    await eventually(() => anew.events.length === 1);
    anew.stop();
  });
});
