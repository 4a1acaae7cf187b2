import { expect } from "vitest";
import { type Scene, unique, uuidOf } from "../../support/scene.js";
import { type Case, CONNECTION, CURSOR, firstPage, time, type World } from "./case.js";
import { containing } from "../../support/matching.js";

const FIELDS = "id cursor subject subjectId from to reason message actor at";

/** The last transition in the log of a thing, as the API shows it. */
async function last({ rows, scene }: World, column: string, id: string, prefix: string) {
  const [row] = await rows(
    `SELECT * FROM transition WHERE ${column} = $1 AND subject_id = $1 ORDER BY position DESC LIMIT 1`,
    [uuidOf(id)],
  );
  if (row === undefined) throw new Error("nothing happened");
  const seal = { position: BigInt(String(row["position"])), transitionId: String(row["id"]) };
  return {
    shown: {
      id: `trn_${String(row["id"])}`,
      cursor: scene.app.app.persistence.stream.seal(seal),
      subject: row["subject"],
      subjectId: `${prefix}_${uuidOf(id)}`,
      from: row["from_status"],
      to: row["to_status"],
      reason: row["reason"],
      message: row["message"],
      actor: row["actor"],
      at: time(row["at"]),
    },
  };
}

/** A subscription from a place on, and what made its first event. */
const subscription = (
  field: string,
  argument: string,
  make: (scene: Scene) => Promise<{ id: string; of: string; event: Record<string, unknown> }>,
): Case => ({
  name: `subscription ${field}`,
  document: `subscription ($of: ID, $since: String) { ${field}(${argument}: $of, since: $since) { cursor subject subjectId to reason actor } }`,
  async arrange({ scene }) {
    const since = await scene.cursor();
    const { of, event } = await make(scene);
    return { variables: { of, since }, expected: { [field]: { cursor: CURSOR, ...event } } };
  },
});

export const HISTORY: Case[] = [
  {
    name: "transition of an assignment: all that it concerns, and the page that it is on",
    document: `query ($filter: TransitionFilter) { history(first: 1, filter: $filter) {
      ${CONNECTION(`${FIELDS} secret { name } assignment { id } project { name } cluster { name }`)} } }`,
    async arrange(world) {
      const { scene } = world;
      const { project, secret, assignment } = await scene.synced(
        { data: [{ secretKey: "a", remoteKey: "not/there" }] },
        "SYNCED_ERROR",
      );
      const { shown } = await last(world, "assignment_id", assignment.id, "asg");
      expect(shown).toMatchObject({
        from: "PENDING",
        to: "SYNCED_ERROR",
        message: containing("not/there"),
      });
      return {
        variables: { filter: { subject: ["ASSIGNMENT"], secretId: secret.id, projectId: project.id } },
        expected: {
          history: firstPage(
            [
              {
                ...shown,
                secret: { name: secret.name },
                assignment: { id: assignment.id },
                project: { name: project.name },
                cluster: { name: "berlin" },
              },
            ],
            2,
          ),
        },
      };
    },
  },
  {
    name: "transition of a provider by a person, and by its node",
    document: `query ($filter: TransitionFilter, $id: ID!) {
      history(first: 1, filter: $filter) { nodes { ${FIELDS} provider { name } } }
      node(id: $id) { id ... on Transition { actor } } }`,
    async arrange(world) {
      const provider = await world.scene.provider();
      await world.scene.mutate(
        `updateProvider(input: { id: $id, projectKeyPrefix: "a/{project}/" }) { id }`,
        "$id: ID!",
        {
          id: provider.id,
        },
      );
      const { shown } = await last(world, "provider_id", provider.id, "prv");
      expect(shown).toMatchObject({ from: "READY", to: "READY", actor: "ada", message: "Changed: projectKeyPrefix." });
      return {
        variables: { filter: { providerId: provider.id }, id: shown.id },
        expected: {
          history: { nodes: [{ ...shown, provider: { name: provider.name } }] },
          node: { id: shown.id, actor: "ada" },
        },
      };
    },
  },
  {
    name: "transitionCursor: where the stream stands",
    document: "query { transitionCursor }",
    async arrange({ scene, rows }) {
      await scene.project();
      await scene.provider();
      const [row] = await rows("SELECT id, position FROM transition ORDER BY position DESC LIMIT 1", []);
      const place = { position: BigInt(String(row?.["position"])), transitionId: String(row?.["id"]) };
      return { expected: { transitionCursor: scene.app.app.persistence.stream.seal(place) } };
    },
  },
  subscription("secretStatusChanged", "secretId", async (scene) => {
    const secret = await scene.secret(await scene.provider(), []);
    const event = {
      subject: "SECRET",
      subjectId: secret.id,
      to: "UNASSIGNED",
      reason: "Created",
      actor: "ada",
    };
    return { id: secret.id, of: secret.id, event };
  }),
  subscription("assignmentStatusChanged", "secretId", async (scene) => {
    const { secret, assignment } = await scene.synced();
    const event = {
      subject: "ASSIGNMENT",
      subjectId: assignment.id,
      to: "PENDING",
      reason: "Assigned",
      actor: "ada",
    };
    return { id: assignment.id, of: secret.id, event };
  }),
  subscription("providerStatusChanged", "providerId", async (scene) => {
    const { id } = await scene.createProvider();
    const event = { subject: "PROVIDER", subjectId: id, to: "PENDING", reason: "Created", actor: "ada" };
    return { id, of: id, event };
  }),
  subscription("transitions", "projectId", async (scene) => {
    const { id } = await scene.createProject("oslo", unique("streamed"));
    const event = { subject: "PROJECT", subjectId: id, to: "PENDING", reason: "Created", actor: "ada" };
    return { id, of: id, event };
  }),
];
