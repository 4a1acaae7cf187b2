import { expect } from "vitest";
import { at } from "../../support/kubernetes.js";
import { type NamedId, unique, uuidOf } from "../../support/scene.js";
import { type Case, CONNECTION, firstPage, time } from "./case.js";
import { ownProvider } from "./providers.js";
import { containing, including, textLike } from "../../support/matching.js";

/** A manifest in which every part that the typed fields have is another than the default, and some that they don't have. */
export const manifest = (name: string, store: NamedId, kind = "ClusterSecretStore"): string => `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  refreshInterval: 90m
  refreshPolicy: OnChange
  secretStoreRef: { name: ${store.name}, kind: ${kind} }
  target:
    name: ${name}-native
    creationPolicy: Owner
    deletionPolicy: Delete
    immutable: true
    template:
      type: kubernetes.io/basic-auth
      mergePolicy: Merge
      data: { url: "https://{{ .username }}" }
      metadata:
        labels: { tier: gold }
        annotations: { note: shiny }
  data:
    - secretKey: username
      remoteRef: { key: team/login, property: user.name, version: "7", decodingStrategy: Base64, metadataPolicy: Fetch }
  dataFrom:
    - extract: { key: team/all, property: part, version: "3", decodingStrategy: Base64URL }
    - find: { path: team, name: { regexp: "^db-" }, tags: { env: prod } }
`;

export const SECRETS: Case[] = [
  {
    name: "secret of the organization: everything that a manifest can say of its spec",
    document: `query ($id: ID!) { secret(id: $id) { spec {
      refreshInterval refreshPolicy other
      data { secretKey remoteKey property version decodingStrategy }
      dataFrom { extract { key property version decodingStrategy } find { path nameRegExp tags } }
      target { name type creationPolicy deletionPolicy immutable template labels annotations } } } }`,
    async arrange({ scene }) {
      const [provider, name] = [await scene.provider(), unique("whole")];
      const { id } = await scene.mutate<NamedId>(
        "createSecretFromManifest(manifest: $manifest, scope: ORGANIZATION) { id }",
        "$manifest: String!",
        { manifest: manifest(name, provider) },
      );
      return {
        variables: { id },
        expected: {
          secret: {
            spec: {
              refreshInterval: "1h30m0s",
              refreshPolicy: "ON_CHANGE",
              other: { data: { "0": { remoteRef: { metadataPolicy: "Fetch" } } } },
              data: [
                {
                  secretKey: "username",
                  remoteKey: "team/login",
                  property: "user.name",
                  version: "7",
                  decodingStrategy: "BASE64",
                },
              ],
              dataFrom: [
                {
                  extract: { key: "team/all", property: "part", version: "3", decodingStrategy: "BASE64_URL" },
                  find: null,
                },
                { extract: null, find: { path: "team", nameRegExp: "^db-", tags: { env: "prod" } } },
              ],
              target: {
                name: `${name}-native`,
                type: "kubernetes.io/basic-auth",
                creationPolicy: "OWNER",
                deletionPolicy: "DELETE",
                immutable: true,
                template: { engineVersion: "v2", mergePolicy: "Merge", data: { url: "https://{{ .username }}" } },
                labels: { tier: "gold" },
                annotations: { note: "shiny" },
              },
            },
          },
        },
      };
    },
  },
  {
    name: "secret in two projects: its status, its assignments by status, and what happened",
    document: `query ($id: ID!) { secret(id: $id) {
      id name scope useCase generation status statusReason createdBy createdAt updatedAt
      provider { id name }
      permissions { action allowed }
      assignmentCounts { status count }
      assignments(first: 1, filter: { status: [FAILED] }) { ${CONNECTION("status project { id name }")} }
      history(first: 1) { ${CONNECTION("subject to")} } } }`,
    async arrange({ scene, row, rows }) {
      const provider = await scene.provider();
      const [good, bad, worse] = [await scene.project(), await scene.project(), await scene.project("oslo")];
      for (const [cluster, { name: namespace }] of [
        [scene.cluster("berlin"), bad],
        [scene.cluster("oslo"), worse],
      ] as const) {
        cluster.faults.add({
          match: { verb: "apply", namespace },
          effect: { kind: "status", code: 403, message: "no" },
        });
      }
      const { id, name } = await scene.secret(provider, [good, bad, worse], { useCase: "S3" });
      await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
        input: { id, refreshInterval: "3h", useCase: "DATABASE" },
      });
      await scene.untilAssignment({ id }, { status: "SYNCED" }, good);
      await scene.untilAssignment({ id }, { status: "FAILED" }, bad);
      await scene.untilAssignment({ id }, { status: "FAILED" }, worse);
      const found = await row("secret", id);
      const log = await rows("SELECT * FROM transition WHERE secret_id = $1 ORDER BY position DESC", [uuidOf(id)]);
      const [failed] = [bad, worse].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(found["created_at"]).not.toEqual(found["updated_at"]);
      return {
        variables: { id },
        expected: {
          secret: {
            id,
            name,
            scope: "ORGANIZATION",
            useCase: "DATABASE",
            generation: 2,
            status: "FAILED",
            statusReason: `2 of 3 projects could not be written: ${[bad.name, worse.name].sort().join(", ")}`,
            createdBy: "ada",
            createdAt: time(found["created_at"]),
            updatedAt: time(found["updated_at"]),
            provider,
            permissions: ["UPDATE", "DELETE", "ASSIGN", "UNASSIGN", "SYNC"].map((action) => ({
              action,
              allowed: true,
            })),
            assignmentCounts: including([
              { status: "SYNCED", count: 1 },
              { status: "FAILED", count: 2 },
            ]),
            assignments: firstPage([{ status: "FAILED", project: failed }], 2),
            history: firstPage([{ subject: log[0]?.["subject"], to: log[0]?.["to_status"] }], log.length),
          },
        },
      };
    },
  },
  {
    name: "secret of a project that is going away",
    document: `query ($id: ID!) { secret(id: $id) { scope status deletionRequestedAt project { id name } provider { project { id } } } }`,
    async arrange({ scene, row }) {
      const project = await scene.project();
      const provider = await ownProvider(scene, project);
      const secret = await scene.secret(provider, [], { scope: "PROJECT", projectId: project.id, projectIds: null });
      await scene.untilAssignment(secret, { status: "SYNCED" });
      scene.cluster().faults.add({
        match: { verb: "delete", resource: "externalsecrets", name: secret.name },
        effect: { kind: "status", code: 403, message: "kept" },
      });
      await scene.mutate("deleteSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
      await scene.untilSecret(secret.id, { status: "DELETE_FAILED" });
      return {
        variables: { id: secret.id },
        expected: {
          secret: {
            scope: "PROJECT",
            status: "DELETE_FAILED",
            deletionRequestedAt: time((await row("secret", secret.id))["deletion_requested_at"]),
            project,
            provider: { project: { id: project.id } },
          },
        },
      };
    },
  },
  {
    name: "secrets and secretCounts: filtered, ordered, paged",
    document: `query ($filter: SecretFilter) {
      secrets(first: 2, filter: $filter, orderBy: { field: NAME, direction: DESC }) { ${CONNECTION("name status")} }
      secretCounts(filter: $filter) { status count } }`,
    async arrange({ scene }) {
      const [provider, project, search] = [await scene.provider(), await scene.project(), unique("many")];
      await scene.secret(provider, [], { name: `${search}-1` });
      await scene.secret(provider, [], { name: `${search}-2` });
      const synced = await scene.secret(provider, [project], { name: `${search}-3` });
      await scene.secret(provider, [], { name: `other-${unique("x")}` });
      await scene.untilSecret(synced.id, { status: "SYNCED" });
      return {
        variables: { filter: { search } },
        expected: {
          secrets: firstPage(
            [
              { name: `${search}-3`, status: "SYNCED" },
              { name: `${search}-2`, status: "UNASSIGNED" },
            ],
            3,
          ),
          secretCounts: including([
            { status: "SYNCED", count: 1 },
            { status: "UNASSIGNED", count: 2 },
          ]),
        },
      };
    },
  },
  {
    name: "assignment: what is wanted, what was confirmed, when, and the object as it was applied",
    document: `query ($id: ID!) { assignment(id: $id) {
      id status reason desiredGeneration syncedGeneration refreshedAt observedAt lastTransitionAt createdAt
      secret { id name } project { id name }
      permissions { action allowed }
      externalSecret { cluster namespace name uid manifest }
      history(first: 1) { nodes { from to } totalCount } } }`,
    async arrange({ scene, row }) {
      const { secret, project, assignment } = await scene.synced();
      for (const refreshInterval of ["2h", "3h"]) {
        await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
          input: { id: secret.id, refreshInterval },
        });
      }
      await scene.untilSyncedGeneration(secret, 3);
      scene.cluster().operator.stop();
      await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
        input: { id: secret.id, refreshInterval: "4h" },
      });
      const live = await scene.untilApplied({ project, secret }, "4h0m0s");
      const { id } = assignment;
      const found = await row("assignment", id);
      const history = await scene.history(id);
      return {
        variables: { id },
        expected: {
          assignment: {
            id,
            status: "PENDING",
            reason: "Updated",
            desiredGeneration: 4,
            syncedGeneration: 3,
            refreshedAt: time(found["refreshed_at"]),
            observedAt: time(found["observed_at"]),
            lastTransitionAt: time(found["last_transition_at"]),
            createdAt: time(found["created_at"]),
            secret: { id: secret.id, name: secret.name },
            project,
            permissions: [
              { action: "SYNC", allowed: true },
              { action: "UNASSIGN", allowed: true },
            ],
            externalSecret: {
              cluster: "berlin",
              namespace: project.name,
              name: secret.name,
              uid: at(live, "metadata", "uid"),
              manifest: containing('refreshInterval: "4h0m0s"'),
            },
            history: { nodes: [{ from: "SYNCED", to: "PENDING" }], totalCount: history.length },
          },
        },
        cleanup: () => {
          scene.cluster().operator.start();
          return Promise.resolve();
        },
      };
    },
  },
  {
    name: "assignment that fails and is going away, through node",
    document: `query ($id: ID!) { node(id: $id) { ... on Assignment { status reason message deletionRequestedAt permissions { action allowed code reason } } } }`,
    async arrange({ scene, row }) {
      const { secret, project, assignment } = await scene.synced();
      scene.cluster().faults.add({
        match: { verb: "delete", resource: "externalsecrets", name: secret.name },
        effect: { kind: "status", code: 403, message: "kept for the auditors" },
      });
      await scene.mutate("unassignSecret(secretId: $id, projectIds: $projects) { id }", "$id: ID!, $projects: [ID!]!", {
        id: secret.id,
        projects: [project.id],
      });
      await scene.untilAssignment(secret, { status: "DELETE_FAILED" });
      const reason = `The assignment of ${secret.name} to ${project.name} is being deleted and takes no other change.`;
      return {
        variables: { id: assignment.id },
        expected: {
          node: {
            status: "DELETE_FAILED",
            reason: "Forbidden",
            message: "kept for the auditors",
            deletionRequestedAt: time((await row("assignment", assignment.id))["deletion_requested_at"]),
            permissions: [
              { action: "SYNC", allowed: false, code: "PRECONDITION_FAILED", reason },
              // Asked again it answers how far that has come.
              { action: "UNASSIGN", allowed: true, code: null, reason: null },
            ],
          },
        },
      };
    },
  },
  {
    name: "previews: what would be applied, and every problem",
    document: `query ($bad: CreateSecretInput!, $update: UpdateSecretInput!, $manifest: String!, $project: ID, $id: ID!, $own: String!) {
      previewSecretManifestUpdate(id: $id, manifest: $own, expectedGeneration: 9, projectId: $project) {
        manifest
        problems { path message line }
        secret { name labels annotations manifest provider { name } spec { refreshInterval } }
      }
      previewSecret(input: $bad, projectId: $project) { manifest problems { path message } }
      previewSecretUpdate(input: $update, projectId: $project) { manifest problems { path message } }
      previewSecretManifest(manifest: $manifest, scope: ORGANIZATION, projectId: $project) { manifest problems { path message } } }`,
    async arrange({ scene }) {
      const { project, provider, secret } = await scene.synced();
      const [name, other] = [unique("previewed"), unique("from-manifest")];
      const data = [{ secretKey: "a", remoteKey: "b" }];
      const problem = (path: string[]) => [{ path, message: textLike(/./u) }];
      return {
        variables: {
          project: project.id,
          bad: { name, scope: "ORGANIZATION", providerId: provider.id, data, refreshInterval: "soon" },
          update: { id: secret.id, refreshInterval: "later" },
          manifest: manifest(other, provider).replace("90m", "never"),
          id: secret.id,
          own: manifest(secret.name, provider)
            .replace("90m", "soon")
            .replace("spec:", "  labels: { team: a }\n  annotations: { note: b }\nspec:"),
        },
        expected: {
          previewSecretManifestUpdate: {
            manifest: containing(`namespace: ${project.name}`),
            problems: [
              { path: ["manifest", "spec", "refreshInterval"], message: textLike(/./u), line: 9 },
              { path: ["expectedGeneration"], message: textLike(/./u), line: null },
            ],
            secret: {
              name: secret.name,
              labels: { team: "a" },
              annotations: { note: "b" },
              manifest: containing(`name: ${secret.name}`),
              provider: { name: provider.name },
              spec: { refreshInterval: "soon" },
            },
          },
          previewSecret: { manifest: containing(`name: ${name}`), problems: problem(["refreshInterval"]) },
          previewSecretUpdate: {
            manifest: containing(`name: ${secret.name}`),
            problems: problem(["refreshInterval"]),
          },
          previewSecretManifest: {
            manifest: containing(`name: ${other}`),
            problems: problem(["manifest", "spec", "refreshInterval"]),
          },
        },
      };
    },
  },
];
