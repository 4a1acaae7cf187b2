import { eventually } from "../../support/eventually.js";
import { externalSecret, objectOf } from "../../support/kubernetes.js";
import { unique, VAULT } from "../../support/scene.js";
import type { Case } from "./case.js";
import { manifest } from "./secrets.js";
import { having, textLike } from "../../support/matching.js";

/** Each answers with the thing as the change has left it. */
export const MUTATIONS: Case[] = [
  {
    name: "createProject",
    document:
      "mutation ($input: CreateProjectInput!) { createProject(input: $input) { name description status cluster { name } } }",
    arrange({ scene }) {
      const name = unique("made");
      return Promise.resolve({
        variables: { input: { name, description: "New", clusterId: scene.clusterId("oslo") } },
        expected: { createProject: { name, description: "New", status: "PENDING", cluster: { name: "oslo" } } },
      });
    },
  },
  {
    name: "updateProject, addProjectMembers, removeProjectMembers",
    document: `mutation ($id: ID!) {
      updateProject(id: $id, description: "Changed") { id description }
      addProjectMembers(projectId: $id, subjects: ["zoe", "abe"]) { id members { nodes { subject } } }
      removeProjectMembers(projectId: $id, subjects: ["zoe"]) { id members { totalCount nodes { subject } } } }`,
    async arrange({ scene }) {
      const { id } = await scene.project();
      return {
        variables: { id },
        expected: {
          updateProject: { id, description: "Changed" },
          addProjectMembers: { id, members: { nodes: [{ subject: "abe" }, { subject: "zoe" }] } },
          removeProjectMembers: { id, members: { totalCount: 1, nodes: [{ subject: "abe" }] } },
        },
      };
    },
  },
  {
    name: "deleteProject",
    document: "mutation ($id: ID!) { deleteProject(id: $id, deleteNamespace: true) { id status deletionRequestedAt } }",
    async arrange({ scene }) {
      const { id } = await scene.project();
      return {
        variables: { id },
        expected: { deleteProject: { id, status: "DELETING", deletionRequestedAt: textLike(/^20.*Z$/u) } },
        afterwards: () => scene.untilGone("project", id),
      };
    },
  },
  {
    name: "createProvider",
    document: "mutation ($input: CreateProviderInput!) { createProvider(input: $input) { name kind config status } }",
    arrange() {
      const name = unique("gcp");
      const gcp = {
        projectId: "example",
        auth: { workloadIdentity: { serviceAccountRef: { name: "reader", namespace: "platform" } } },
      };
      return Promise.resolve({
        variables: { input: { name, gcp } },
        expected: { createProvider: { name, kind: "GCP_SECRET_MANAGER", config: gcp, status: "PENDING" } },
      });
    },
  },
  {
    name: "updateProvider, deleteProvider",
    document: `mutation ($id: ID!, $input: UpdateProviderInput!) {
      updateProvider(input: $input) { id config status }
      deleteProvider(id: $id) { id status } }`,
    async arrange({ scene }) {
      const { id } = await scene.provider();
      const vault = { ...VAULT, path: "changed" };
      return {
        variables: { id, input: { id, vault } },
        expected: {
          updateProvider: { id, config: having({ path: "changed" }), status: "PENDING" },
          deleteProvider: { id, status: "DELETING" },
        },
      };
    },
  },
  {
    name: "createSecret, createSecretFromManifest",
    document: `mutation ($input: CreateSecretInput!, $manifest: String!, $projects: [ID!]) {
      createSecret(input: $input) { name useCase status assignments { totalCount } }
      createSecretFromManifest(manifest: $manifest, scope: ORGANIZATION, projectIds: $projects, useCase: S3) {
        name useCase status spec { refreshInterval } assignments { nodes { project { id } } } } }`,
    async arrange({ scene }) {
      const [provider, project] = [await scene.provider(), await scene.project()];
      const [name, other] = [unique("typed"), unique("written")];
      const data = [{ secretKey: "a", remoteKey: "b" }];
      return {
        variables: {
          input: { name, scope: "ORGANIZATION", useCase: "HUGGING_FACE", providerId: provider.id, data },
          manifest: manifest(other, provider),
          projects: [project.id],
        },
        expected: {
          createSecret: { name, useCase: "HUGGING_FACE", status: "UNASSIGNED", assignments: { totalCount: 0 } },
          createSecretFromManifest: {
            name: other,
            useCase: "S3",
            status: "PENDING",
            spec: { refreshInterval: "1h30m0s" },
            assignments: { nodes: [{ project: { id: project.id } }] },
          },
        },
      };
    },
  },
  {
    name: "updateSecret, updateSecretFromManifest",
    document: `mutation ($input: UpdateSecretInput!, $id: ID!, $manifest: String!) {
      updateSecret(input: $input) { id generation useCase spec { refreshInterval } }
      updateSecretFromManifest(id: $id, manifest: $manifest, expectedGeneration: 2) { id generation spec { refreshPolicy } } }`,
    async arrange({ scene }) {
      const provider = await scene.provider();
      const { id, name } = await scene.secret(provider, []);
      return {
        variables: {
          id,
          input: { id, refreshInterval: "5h", useCase: "DATABASE" },
          manifest: manifest(name, provider),
        },
        expected: {
          updateSecret: { id, generation: 2, useCase: "DATABASE", spec: { refreshInterval: "5h0m0s" } },
          updateSecretFromManifest: { id, generation: 3, spec: { refreshPolicy: "ON_CHANGE" } },
        },
      };
    },
  },
  {
    name: "assignSecret, setSecretAssignments, unassignSecret, deleteSecret",
    document: `mutation ($id: ID!, $one: ID!, $other: ID!) {
      assignSecret(secretId: $id, projectIds: [$one]) { id status assignments { nodes { project { id } } } }
      setSecretAssignments(secretId: $id, projectIds: [$one, $other]) { id assignments { totalCount } }
      unassignSecret(secretId: $id, projectIds: [$one]) { id assignments(filter: { projectId: $other }) { nodes { status } } }
      deleteSecret(id: $id) { id status } }`,
    async arrange({ scene }) {
      const [one, other] = [await scene.project(), await scene.project("oslo")];
      const { id } = await scene.secret(await scene.provider(), []);
      return {
        variables: { id, one: one.id, other: other.id },
        expected: {
          assignSecret: { id, status: "PENDING", assignments: { nodes: [{ project: { id: one.id } }] } },
          setSecretAssignments: { id, assignments: { totalCount: 2 } },
          unassignSecret: { id, assignments: { nodes: [{ status: textLike(/^(PENDING|SYNCED)$/u) }] } },
          deleteSecret: { id, status: "DELETING" },
        },
        afterwards: () => scene.untilGone("secret", id),
      };
    },
  },
  {
    name: "syncSecret",
    document: "mutation ($id: ID!) { syncSecret(id: $id) { id status assignments { nodes { status reason } } } }",
    async arrange({ scene }) {
      const { secret } = await scene.synced();
      return {
        variables: { id: secret.id },
        expected: {
          syncSecret: {
            id: secret.id,
            status: "PENDING",
            assignments: { nodes: [{ status: "PENDING", reason: "SyncRequested" }] },
          },
        },
      };
    },
  },
  {
    name: "syncAssignment",
    document: "mutation ($id: ID!) { syncAssignment(id: $id) { id status reason } }",
    async arrange({ scene }) {
      const { id } = (await scene.synced()).assignment;
      return { variables: { id }, expected: { syncAssignment: { id, status: "PENDING", reason: "SyncRequested" } } };
    },
  },
  {
    name: "adoptExternalSecrets",
    document: `mutation ($project: ID!) { adoptExternalSecrets(projectId: $project) {
      name scope useCase createdBy provider { id } project { id } spec { refreshInterval } } }`,
    async arrange({ scene }) {
      const [provider, project, name] = [await scene.provider(), await scene.project(), unique("by-hand")];
      scene
        .cluster()
        .store.create(
          externalSecret(project.name, name, { store: provider, key: scene.value(), refreshInterval: "7h" }),
        );
      await eventually(() => objectOf(scene.cluster(), { project, secret: { name } })?.["status"]);
      return {
        variables: { project: project.id },
        expected: {
          adoptExternalSecrets: [
            {
              name,
              scope: "PROJECT",
              useCase: "GENERIC",
              createdBy: "ada",
              provider: { id: provider.id },
              project: { id: project.id },
              spec: { refreshInterval: "7h0m0s" },
            },
          ],
        },
      };
    },
  },
];
