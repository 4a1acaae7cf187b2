import { expect } from "vitest";
import { eventually } from "../../support/eventually.js";
import { at, externalSecret } from "../../support/kubernetes.js";
import { unique } from "../../support/scene.js";
import { type Case, CONNECTION, firstPage, time } from "./case.js";
import { containing } from "../../support/matching.js";

const PERMISSIONS = "permissions { action allowed code reason }";
const allowed = (action: string) => ({ action, allowed: true, code: null, reason: null });
const forbidden = (action: string, what: string) => ({
  action,
  allowed: false,
  code: "FORBIDDEN",
  reason: `Only platform admins may ${what}.`,
});

/** Who asks, clusters, projects and their members. */
export const PLACES: Case[] = [
  {
    name: "me: the token's claims, projects by group, permissions; and the page after the first",
    document: `query { me { subject email name role ${PERMISSIONS} projects(first: 1) { ${CONNECTION("id name")} } } }`,
    async arrange(world) {
      const name = unique("mine");
      const one = await world.scene.project("berlin", `${name}-a`);
      const other = await world.scene.project("oslo", `${name}-b`);
      const claims = { subject: unique("eve"), email: "eve@example.com", name: "Eve Example" };
      const client = await world.person({ ...claims, groups: [one.name, `/${other.name}`] });
      return {
        client,
        expected: {
          me: {
            ...claims,
            role: "TEAM_MEMBER",
            permissions: [
              forbidden("CREATE_PROJECT", "create projects"),
              forbidden("CREATE_PROVIDER", "create organization providers"),
              forbidden("CREATE_SECRET", "create organization secrets"),
            ],
            projects: firstPage([one], 2),
          },
        },
        afterwards: async (data) => {
          const page = at(data, "me", "projects");
          expect(at(page, "pageInfo", "startCursor")).toBe(at(page, "edges", "0", "cursor"));
          const next = await client.ask<{ me: { projects: unknown } }>(
            `query ($after: String) { me { projects(first: 1, after: $after) {
               nodes { id } pageInfo { hasNextPage hasPreviousPage } totalCount } } }`,
            { after: at(page, "pageInfo", "endCursor") },
          );
          expect(next.me.projects).toEqual({
            nodes: [{ id: other.id }],
            pageInfo: { hasNextPage: false, hasPreviousPage: true },
            totalCount: 2,
          });
        },
      };
    },
  },
  {
    name: "cluster and clusters: what its leader reported, and its projects",
    document: `query ($id: ID!) {
      cluster(id: $id) { id name status operatorApiVersion lastSeenAt projects(first: 1) { nodes { name } totalCount } }
      clusters { id name status } }`,
    async arrange({ scene, row, rows }) {
      await scene.project("oslo");
      const id = scene.clusterId("oslo");
      const found = await row("cluster", id);
      const names = await rows("SELECT name FROM project WHERE cluster_id = $1 ORDER BY name", [found["id"]]);
      return {
        variables: { id },
        expected: {
          cluster: {
            id,
            name: "oslo",
            status: "CONNECTED",
            operatorApiVersion: "v1",
            lastSeenAt: time(found["last_seen_at"]),
            projects: { nodes: names.slice(0, 1), totalCount: names.length },
          },
          clusters: ["berlin", "oslo"].map((name) => ({
            id: scene.clusterId(name),
            name,
            status: "CONNECTED",
          })),
        },
      };
    },
  },
  {
    name: "cluster: why it cannot be reached",
    document: `query ($id: ID!) { cluster(id: $id) { status statusReason } }`,
    async arrange({ scene }) {
      const id = scene.clusterId("oslo");
      const fault = scene.cluster("oslo").faults.add({ effect: { kind: "refuse" } });
      await scene.untilCluster("oslo", { status: "UNREACHABLE" });
      // How a connection ends differs from look to look; whose it was does not.
      const cause = `ClusterUnreachable: ${new URL(scene.cluster("oslo").url).host}: the connection was cut`;
      return {
        variables: { id },
        expected: { cluster: { status: "UNREACHABLE", statusReason: containing(cause) } },
        cleanup: async () => {
          fault.remove();
          await scene.untilCluster("oslo", { status: "CONNECTED" });
        },
      };
    },
  },
  {
    name: "project by its name and by its id, with its members, its secrets and what it may take",
    document: `query ($name: String!, $id: ID!) {
      project(name: $name) {
        id name description namespace status createdAt updatedAt ${PERMISSIONS}
        cluster { id name }
        members(first: 1) { edges { cursor node { subject addedAt addedBy } } nodes { subject addedAt addedBy }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }
        assignments(first: 1, orderBy: { field: SECRET_NAME, direction: DESC }) { ${CONNECTION("id secret { name }")} }
      }
      byId: project(id: $id) { name } }`,
    async arrange({ scene, row, rows }) {
      const [project, provider] = [await scene.project("oslo"), await scene.provider()];
      const name = unique("two");
      await scene.secret(provider, [project], { name: `${name}-a` });
      const last = await scene.secret(provider, [project], { name: `${name}-b` });
      const assignment = await scene.untilAssignment(last, { status: "SYNCED" });
      await scene.mutate("addProjectMembers(projectId: $id, subjects: $who) { id }", "$id: ID!, $who: [String!]!", {
        id: project.id,
        who: ["zoe", "abe"],
      });
      await scene.mutate('updateProject(id: $id, description: "What it is for") { id }', "$id: ID!", {
        id: project.id,
      });
      const found = await row("project", project.id);
      const [member] = await rows("SELECT * FROM project_member WHERE project_id = $1 AND subject = 'abe'", [
        found["id"],
      ]);
      expect(found["created_at"]).not.toEqual(found["updated_at"]);
      return {
        variables: { name: project.name, id: project.id },
        expected: {
          project: {
            id: project.id,
            name: project.name,
            description: "What it is for",
            namespace: project.name,
            status: "READY",
            createdAt: time(found["created_at"]),
            updatedAt: time(found["updated_at"]),
            permissions: [
              allowed("UPDATE"),
              allowed("DELETE"),
              allowed("MANAGE_MEMBERS"),
              allowed("CREATE_SECRET"),
              allowed("CREATE_PROVIDER"),
              allowed("ASSIGN"),
              allowed("ADOPT"),
            ],
            cluster: { id: scene.clusterId("oslo"), name: "oslo" },
            members: firstPage([{ subject: "abe", addedAt: time(member?.["added_at"]), addedBy: "ada" }], 2),
            assignments: firstPage([{ id: assignment.id, secret: { name: last.name } }], 2),
          },
          byId: { name: project.name },
        },
        // In PERMISSIONS a refusal has its values; here everything is allowed.
        empty: ["project.permissions.code", "project.permissions.reason"],
      };
    },
  },
  {
    name: "projects: those of a cluster",
    document: `query ($search: String, $clusterId: ID) { projects(first: 1, search: $search, clusterId: $clusterId) { ${CONNECTION("id name")} } }`,
    async arrange({ scene }) {
      const search = unique("listed");
      await scene.project("berlin", `${search}-0`);
      const one = await scene.project("oslo", `${search}-1`);
      await scene.project("oslo", `${search}-2`);
      return {
        variables: { search, clusterId: scene.clusterId("oslo") },
        expected: { projects: firstPage([one], 2) },
      };
    },
  },
  {
    name: "project: going away, and why it cannot",
    document: `query ($id: ID!) { project(id: $id) { status statusReason deletionRequestedAt } }`,
    async arrange({ scene, row }) {
      const project = await scene.project();
      scene.cluster().faults.add({
        match: { verb: "delete", resource: "namespaces", name: project.name },
        effect: { kind: "status", code: 403, message: "a policy keeps it" },
      });
      await scene.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id: project.id });
      await scene.untilProject(project.id, { status: "DELETE_FAILED" });
      return {
        variables: { id: project.id },
        expected: {
          project: {
            status: "DELETE_FAILED",
            statusReason: "Forbidden: a policy keeps it",
            deletionRequestedAt: time((await row("project", project.id))["deletion_requested_at"]),
          },
        },
      };
    },
  },
  {
    name: "project: what somebody else put into its namespace, and why it cannot be adopted",
    document: `query ($id: ID!) { project(id: $id) {
      unmanagedExternalSecrets { name storeName ready reason message managers problems } } }`,
    async arrange({ scene }) {
      const project = await scene.project();
      const [name, store] = [unique("foreign"), { id: "", name: unique("no-provider") }];
      scene.cluster().store.create(externalSecret(project.name, name, { store, key: "any" }), {
        manager: "argocd-controller",
      });
      await eventually(() =>
        at(scene.cluster().store.get("externalsecrets", project.name, name), "status", "conditions"),
      );
      return {
        variables: { id: project.id },
        expected: {
          project: {
            unmanagedExternalSecrets: [
              {
                name,
                storeName: store.name,
                ready: false,
                reason: "SecretSyncedError",
                message: "could not get secret data from provider",
                managers: ["argocd-controller"],
                problems: [containing(store.name)],
              },
            ],
          },
        },
      };
    },
  },
];
