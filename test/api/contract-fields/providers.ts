import { expect } from "vitest";
import { type NamedId, type Scene, unique, uuidOf, VAULT } from "../../support/scene.js";
import { type Case, CONNECTION, firstPage, time } from "./case.js";
import { containing, having } from "../../support/matching.js";

const OWN = { ...VAULT, path: "own", auth: { tokenSecretRef: { name: "reader", key: "token" } } };

/** A project's own provider. */
export const ownProvider = (scene: Scene, project: NamedId): Promise<NamedId> =>
  scene.mutate("createProvider(input: $input) { id name }", "$input: CreateProviderInput!", {
    input: { name: unique("own"), scope: "PROJECT", projectId: project.id, vault: OWN },
  });

export const PROVIDERS: Case[] = [
  {
    name: "provider of the organization: its config, prefix, stores and secrets",
    document: `query ($id: ID!) { provider(id: $id) {
      id name kind scope managed storeName config projectKeyPrefix status createdAt updatedAt
      permissions { action allowed }
      targets { cluster { id name } status reason observedAt }
      secrets(first: 1) { ${CONNECTION("id name")} } } }`,
    async arrange({ scene, row, rows }) {
      const name = unique("aws");
      const { id } = await scene.createProvider(name, { aws: { region: "eu-central-1", prefix: "shared/" } });
      await scene.untilProvider(id, { status: "READY" });
      await scene.mutate(`updateProvider(input: { id: $id, projectKeyPrefix: "team/{project}/" }) { id }`, "$id: ID!", {
        id,
      });
      const secretName = unique("uses");
      const first = await scene.secret({ id, name }, [], { name: `${secretName}-a` });
      await scene.secret({ id, name }, [], { name: `${secretName}-b` });
      const found = await row("provider", id);
      const targets = await rows(
        "SELECT t.observed_at FROM provider_target t JOIN cluster c ON c.id = t.cluster_id WHERE provider_id = $1 ORDER BY c.name",
        [uuidOf(id)],
      );
      return {
        variables: { id },
        expected: {
          provider: {
            id,
            name,
            kind: "AWS_SECRETS_MANAGER",
            scope: "ORGANIZATION",
            managed: true,
            storeName: name,
            config: having({ region: "eu-central-1", prefix: "shared/" }),
            projectKeyPrefix: "team/{project}/",
            status: "READY",
            createdAt: time(found["created_at"]),
            updatedAt: time(found["updated_at"]),
            permissions: [
              { action: "UPDATE", allowed: true },
              { action: "DELETE", allowed: true },
            ],
            targets: ["berlin", "oslo"].map((cluster, i) => ({
              cluster: { id: scene.clusterId(cluster), name: cluster },
              status: "READY",
              reason: "Valid",
              observedAt: time(targets[i]?.["observed_at"]),
            })),
            secrets: firstPage([{ id: first.id, name: first.name }], 2),
          },
        },
        afterwards: () => {
          expect(found["created_at"]).not.toEqual(found["updated_at"]);
          return Promise.resolve();
        },
      };
    },
  },
  {
    name: "provider of a project that reports an error: the cause, and its project",
    document: `query ($id: ID!) { provider(id: $id) { scope kind status statusReason config project { id name }
      targets { cluster { name } status reason message } } }`,
    async arrange({ scene, rows }) {
      const project = await scene.project("oslo");
      const { id, name } = await ownProvider(scene, project);
      scene.cluster("oslo").operator.storeDenied(project.name, name);
      const { statusReason } = await scene.untilProvider(id, { status: "ERROR" });
      const [target] = await rows("SELECT * FROM provider_target WHERE provider_id = $1", [uuidOf(id)]);
      const cause = String(target?.["message"]);
      expect(cause.length).toBeGreaterThan(10);
      expect(statusReason).toContain(cause);
      return {
        variables: { id },
        expected: {
          provider: {
            scope: "PROJECT",
            kind: "VAULT",
            status: "ERROR",
            statusReason: containing(`1 of 1 cluster reports an error: oslo (${cause})`),
            config: having({ path: "own" }),
            project,
            targets: [{ cluster: { name: "oslo" }, status: "ERROR", reason: "InvalidProviderConfig", message: cause }],
          },
        },
      };
    },
  },
  {
    name: "provider that stands for an existing store, going away while something holds another one's store",
    document: `query ($existing: ID!, $going: ID!) {
      existing: provider(id: $existing) { managed storeName config }
      going: provider(id: $going) { status deletionRequestedAt permissions { action allowed code reason } } }`,
    async arrange({ scene, row }) {
      const storeName = unique("theirs");
      const existing = await scene.createProvider(undefined, { existingStore: { kind: "VAULT", storeName } });
      const going = await scene.provider();
      scene.cluster().faults.add({
        match: { verb: "delete", resource: "clustersecretstores", name: going.name },
        effect: { kind: "status", code: 403, message: "kept" },
      });
      await scene.mutate("deleteProvider(id: $id) { id }", "$id: ID!", { id: going.id });
      await scene.untilProvider(going.id, { status: "DELETE_FAILED" });
      const reason = `The provider ${going.name} is being deleted and takes no other change.`;
      return {
        variables: { existing: existing.id, going: going.id },
        expected: {
          existing: { managed: false, storeName, config: null },
          going: {
            status: "DELETE_FAILED",
            deletionRequestedAt: time((await row("provider", going.id))["deletion_requested_at"]),
            permissions: [
              { action: "UPDATE", allowed: false, code: "PRECONDITION_FAILED", reason },
              // Asked again it answers how far the deletion has come.
              { action: "DELETE", allowed: true, code: null, reason: null },
            ],
          },
        },
        empty: ["existing.config"],
      };
    },
  },
  {
    name: "providers: those that a project may use, by name",
    document: `query ($search: String, $project: ID) { providers(first: 1, search: $search, usableInProject: $project) { ${CONNECTION("id name scope")} } }`,
    async arrange({ scene }) {
      const search = unique("find");
      const [project, other] = [await scene.project(), await scene.project()];
      const one = await scene.createProvider(`${search}-a`);
      await scene.createProvider(`${search}-c`);
      for (const owner of [project, other]) {
        await scene.mutate("createProvider(input: $input) { id }", "$input: CreateProviderInput!", {
          input: { name: `${search}-b`, scope: "PROJECT", projectId: owner.id, vault: OWN },
        });
      }
      return {
        variables: { search, project: project.id },
        expected: { providers: firstPage([{ ...one, scope: "ORGANIZATION" }], 3) },
      };
    },
  },
];
