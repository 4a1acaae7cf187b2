import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gather, type Received } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { type Thing, VIEWERS, type ViewerName } from "./access/kinds.js";
import { coordinates } from "./access/schema.js";
import { transitionSeenBy } from "./access/transitions.js";
import { buildWorld, settle, vaultOf, type World } from "./access/world.js";

/* DESIGN.md, "Who may do what": what subscriptions deliver to whom, live and replayed. */

interface Event {
  id: string;
  subject: string;
  subjectId: string;
  secret: { id: string } | null;
  assignment: { id: string } | null;
  project: { id: string } | null;
  provider: { id: string } | null;
  cluster: { id: string } | null;
}

const RELATED = ["secret", "assignment", "project", "provider", "cluster"] as const;
const SELECTION = `{ id subject subjectId ${RELATED.map((name) => `${name} { id }`).join(" ")} }`;

/** The fields of Subscription, and the subject that each is about. */
const FIELDS: Readonly<Record<string, string | null>> = {
  secretStatusChanged: "SECRET",
  assignmentStatusChanged: "ASSIGNMENT",
  providerStatusChanged: "PROVIDER",
  transitions: null,
};

let world: World;
beforeAll(async () => {
  world = await buildWorld();
}, 60_000);
afterAll(async () => {
  await world?.stop();
});

it("knows every subscription", () => {
  const fields = coordinates.filter(({ parent }) => parent.name === "Subscription").map(({ field }) => field.name);
  expect(fields.sort()).toEqual(Object.keys(FIELDS).sort());
});

describe("what happens to things of every kind", () => {
  it("reaches exactly those who may see it, live and replayed, with what they may see of it", async () => {
    const { transitionCursor: since } = await world.clients.admin.ask<{ transitionCursor: string }>(
      "{ transitionCursor }",
    );
    const live = new Map<string, Received<Event>>();
    const closing: (() => void)[] = [];
    const open = (viewer: ViewerName, field: string): Received<Event> => {
      const socket = world.clients[viewer].socket();
      closing.push(() => void socket.dispose());
      return gather<Event>(socket, `subscription ($since: String) { ${field}(since: $since) ${SELECTION} }`, field, {
        since,
      });
    };
    for (const viewer of VIEWERS)
      for (const field of Object.keys(FIELDS)) live.set(`${viewer} ${field}`, open(viewer, field));
    await changeEverything();

    const { history } = await world.clients.admin.ask<{ history: { nodes: Event[] } }>(
      `{ history(first: 500) { nodes ${SELECTION} } }`,
    );
    const all = live.get("admin transitions");
    await eventually(() => all?.events.at(-1)?.id === history.nodes[0]?.id);
    const happened = all?.events ?? [];
    expect(new Set(happened.map(({ subject }) => subject))).toEqual(
      new Set(["SECRET", "ASSIGNMENT", "PROVIDER", "PROJECT", "CLUSTER"]),
    );

    let delivered = 0;
    for (const viewer of VIEWERS) {
      for (const [field, subject] of Object.entries(FIELDS)) {
        const expected = happened
          .filter((event) => subject === null || event.subject === subject)
          .filter((event) => seenBy(event).includes(viewer))
          .map(({ id }) => id);
        const what = `${viewer} ${field}`;
        const first = live.get(what);
        await eventually(() => (first?.events.length ?? 0) >= expected.length);
        const again = open(viewer, field);
        await eventually(() => again.events.length >= expected.length);
        for (const received of [first, again]) {
          expect(received?.errors, what).toEqual([]);
          expect(
            received?.events.map(({ id }) => id),
            what,
          ).toEqual(expected);
          for (const event of received?.events ?? []) expectOnlySeen(viewer, event);
        }
        delivered += expected.length;
      }
    }
    // Of organization secrets, organization providers and clusters members hear nothing.
    expect(delivered).toBeGreaterThan(happened.length * 2);
    for (const close of closing) close();
  }, 60_000);

  it("stops with the membership, and begins with it", async () => {
    const { clients } = world;
    const members = (field: string, project: string): Promise<unknown> =>
      clients.admin.ask(`mutation ($id: ID!) { ${field}(projectId: $id, subjects: ["hans"]) { id } }`, {
        id: world.thing(`project ${project}`).id,
      });
    const describeProject = (project: string, text: string): Promise<unknown> =>
      clients.admin.ask("mutation ($id: ID!, $text: String!) { updateProject(id: $id, description: $text) { id } }", {
        id: world.thing(`project ${project}`).id,
        text,
      });
    await members("addProjectMembers", "gamma");
    const socket = clients.byHand.socket();
    const received = gather<{ id: string; project: { name: string } | null }>(
      socket,
      "subscription { transitions { id project { name } } }",
      "transitions",
    );
    const newest = async (): Promise<string> => {
      const { history } = await clients.admin.ask<{ history: { nodes: { id: string }[] } }>(
        "{ history(first: 1) { nodes { id } } }",
      );
      return history.nodes[0]?.id ?? "";
    };
    // The subscription stands once something arrives.
    let tries = 0;
    await eventually(async () => {
      await describeProject("alpha", `try ${(tries += 1)}`);
      return received.events.length > 0;
    });
    await members("removeProjectMembers", "alpha");
    const hidden = [await newest()];
    await describeProject("alpha", "not for Hans");
    hidden.push(await newest());
    await describeProject("gamma", "for Hans");
    const shown = await newest();
    await eventually(() => received.events.some(({ id }) => id === shown));
    expect(received.events.map(({ id }) => id).filter((id) => hidden.includes(id))).toEqual([]);
    expect(received.errors).toEqual([]);
    expect(received.ended).toBe(false);

    await members("addProjectMembers", "alpha");
    await describeProject("alpha", "for Hans again");
    await eventually(() => received.events.at(-1)?.project?.name === "alpha");
    await socket.dispose();
  });
});

const thingOf = (id: string): Thing => {
  const found = world.things.find((thing) => thing.id === id);
  if (found === undefined) throw new Error(`the world has no ${id}`);
  return found;
};

const seenBy = ({ subject, subjectId }: Event): readonly ViewerName[] => transitionSeenBy(subject, thingOf(subjectId));

function expectOnlySeen(viewer: ViewerName, event: Event): void {
  for (const name of RELATED) {
    const { id } = event[name] ?? { id: null };
    if (id !== null) expect(thingOf(id).seenBy, `${viewer}: ${name} of ${event.subject}`).toContain(viewer);
  }
}

/** One change of a thing of every kind and scope. */
async function changeEverything(): Promise<void> {
  const { admin } = world.clients;
  for (const { kind, id, name } of world.things) {
    if (kind === "project")
      await admin.ask('mutation ($id: ID!) { updateProject(id: $id, description: "changed") { id } }', { id });
    if (kind === "provider") {
      const vault = { ...vaultOf(name?.endsWith("-vault") === true ? null : "operator"), path: "changed" };
      await admin.ask("mutation ($input: UpdateProviderInput!) { updateProvider(input: $input) { id } }", {
        input: { id, vault },
      });
    }
    if (kind === "secret")
      await admin.ask('mutation ($id: ID!) { updateSecret(input: { id: $id, refreshInterval: "2h" }) { id } }', { id });
  }
  world.app.cluster("paris").faults.add({ effect: { kind: "refuse" } });
  await eventually(async () => {
    const { clusters } = await admin.ask<{ clusters: { status: string }[] }>("{ clusters { status } }");
    return clusters.some(({ status }) => status === "UNREACHABLE");
  });
  await settle(admin);
}
