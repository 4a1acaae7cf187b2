import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { unique, type NamedId } from "../support/scene.js";
import { CREDENTIALS, vaultBackend } from "./support/backends.js";
import { Desk } from "./support/desk.js";
import { LesserRole, READS, refusalOf } from "./support/lesser-role.js";
import { RawCluster } from "./support/raw-cluster.js";
import { deployedRules } from "./support/service-account.js";

const environment = inject("e2e");
const cluster = RawCluster.of(environment.adminKubeconfig);
const backend = vaultBackend(environment);
const key = unique("e2e-least");
const good = [{ secretKey: "password", remoteKey: key, property: "password" }];
const missing = (name: string) => [{ ...good[0], remoteKey: `${key}-${name}` }];
const role = new LesserRole(environment, "secretariat-least-writes");

beforeAll(async () => {
  await backend.authorize(cluster);
  await backend.put(key, { password: "x" });
  await role.make();
});
afterAll(() => role.remove());

describe("each verb of a write is needed", () => {
  let desk: Desk;
  let project: NamedId;
  let provider: NamedId;
  beforeAll(async () => {
    desk = await Desk.start({ kubeconfig: role.kubeconfig });
    project = await desk.project();
    provider = await desk.provider(backend.provider());
  });
  afterAll(() => desk.stop());

  const projectProvider = () =>
    desk.createProvider({ ...vaultInput("secret", {}), scope: "PROJECT", projectId: project.id });
  const assigned = (id: string, told: RegExp) =>
    desk.untilAssignment(id, ({ status, message }) => status === "FAILED" && told.test(message ?? ""));
  const providerSays = (id: string, status: string, told: RegExp) =>
    eventually(async () => {
      const now = await desk.providerNow(id);
      return now?.status === status && told.test(JSON.stringify(now).replaceAll('\\"', '"'));
    }, 30_000);
  const update = (id: string, data: unknown) =>
    desk.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", { input: { id, data } });
  const remove = (kind: "Secret" | "Provider", id: string) =>
    desk.mutate(`delete${kind}(id: $id) { id }`, "$id: ID!", { id });

  interface Feature {
    /** What is there before the verb is taken away. @returns an id */
    before?: () => Promise<string>;
    /** The feature is used without it, and says what is refused. @returns an id */
    use: (id: string, told: RegExp) => Promise<string>;
    /** It works once the verb is back, by itself. */
    after: (id: string) => Promise<unknown>;
  }
  const synced = (id: string) => desk.untilStatus(id, "SYNCED");
  const secretFailed = async (): Promise<string> => {
    const { id } = await desk.secret(provider, [project], { data: missing("first") });
    await desk.untilStatus(id, "SYNCED_ERROR");
    return id;
  };
  const createSecret: Feature = {
    use: async (_, told) => {
      const { id } = await desk.secret(provider, [project], { data: good });
      await assigned(id, told);
      return id;
    },
    after: synced,
  };
  const createStore = (create: () => Promise<NamedId>): Feature => ({
    use: async (_, told) => {
      const { id } = await create();
      await providerSays(id, "ERROR", told);
      return id;
    },
    after: (id) => desk.untilThing("provider", id, "READY"),
  });
  const deleteStore = (create: () => Promise<NamedId>): Feature => ({
    before: async () => {
      const { id } = await create();
      await desk.untilThing("provider", id, "READY");
      return id;
    },
    use: async (id, told) => {
      await remove("Provider", id);
      await providerSays(id, "DELETE_FAILED", told);
      return id;
    },
    after: (id) => desk.untilGone("provider", id),
  });
  const changeStore = (create: () => Promise<NamedId>, scope: "organization" | "project"): Feature => ({
    before: async () => {
      const { id } = await create();
      await desk.untilThing("provider", id, "READY");
      return id;
    },
    use: async (id, told) => {
      await desk.mutate("updateProvider(input: $input) { id }", "$input: UpdateProviderInput!", {
        input: { id, ...(scope === "project" ? vaultInput("kv", {}) : vaultInput("kv", { namespace: CREDENTIALS })) },
      });
      await providerSays(id, "ERROR", told);
      return id;
    },
    after: (id) => desk.untilThing("provider", id, "READY"),
  });
  const organizationProvider = () => desk.createProvider(backend.provider());
  const untilProject = (id: string, status: string, told: RegExp) =>
    desk.until<{ status: string; statusReason: string | null }>(
      "project(id: $id) { status statusReason }",
      id,
      (now) => now.status === status && told.test(now.statusReason ?? ""),
    );
  const createProject: Feature = {
    use: async (_, told) => {
      const { id } = await desk.createProject();
      await untilProject(id, "FAILED", told);
      return id;
    },
    after: (id) => desk.untilThing("project", id, "READY"),
  };

  const features: [string, string, string, () => Feature][] = [
    ["externalsecrets", "create", "assigning a secret", () => createSecret],
    ["externalsecrets", "patch", "assigning a secret by server-side apply", () => createSecret],
    [
      "externalsecrets",
      "delete",
      "deleting a secret",
      () => ({
        before: async () => {
          const { id } = await desk.secret(provider, [project], { data: good });
          await synced(id);
          return id;
        },
        use: async (id, told) => {
          await remove("Secret", id);
          await desk.untilAssignment(
            id,
            ({ status, message }) => status === "DELETE_FAILED" && told.test(message ?? ""),
          );
          return id;
        },
        after: (id) => desk.untilGone("secret", id),
      }),
    ],
    [
      "externalsecrets/status",
      "patch",
      "telling a new failure from the old one",
      () => ({
        before: secretFailed,
        use: async (id, told) => {
          await update(id, missing("second"));
          await assigned(id, told);
          return id;
        },
        after: (id) => desk.untilStatus(id, "SYNCED_ERROR"),
      }),
    ],
    ["clustersecretstores", "create", "an organization provider", () => createStore(organizationProvider)],
    [
      "clustersecretstores",
      "patch",
      "an organization provider by server-side apply",
      () => createStore(organizationProvider),
    ],
    ["clustersecretstores", "delete", "deleting an organization provider", () => deleteStore(organizationProvider)],
    [
      "clustersecretstores/status",
      "patch",
      "changing an organization provider",
      () => changeStore(organizationProvider, "organization"),
    ],
    ["secretstores", "create", "a project's provider", () => createStore(projectProvider)],
    ["secretstores", "patch", "a project's provider by server-side apply", () => createStore(projectProvider)],
    ["secretstores", "delete", "deleting a project's provider", () => deleteStore(projectProvider)],
    ["secretstores/status", "patch", "changing a project's provider", () => changeStore(projectProvider, "project")],
    ["namespaces", "create", "a project's namespace", () => createProject],
    [
      "namespaces",
      "delete",
      "deleting a namespace with its project",
      () => ({
        before: async () => (await desk.project()).id,
        use: async (id, told) => {
          await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id });
          await untilProject(id, "DELETE_FAILED", told);
          return id;
        },
        after: (id) => desk.untilGone("project", id),
      }),
    ],
  ];

  it.each(features)(
    "without %s %s: %s is refused, says so, and comes by itself once it is back",
    async (resource, verb, _, make) => {
      const feature = make();
      const before = (await feature.before?.()) ?? "";
      let id = before;
      await role.take(resource, verb);
      try {
        id = await feature.use(before, refusalOf(resource, verb));
      } finally {
        await role.giveBack(resource, verb);
      }
      await feature.after(id);
    },
  );

  /** @param place where the credential is: for a project's provider its own namespace, which is not said */
  const vaultInput = (path: string, place: { namespace?: string }): Record<string, unknown> => ({
    vault: {
      server: environment.vault.address,
      path,
      version: "v2",
      auth: { tokenSecretRef: { name: "vault", key: "token", ...place } },
    },
  });

  beforeAll(async () => {
    const credential = await cluster.must("GET", `/api/v1/namespaces/${CREDENTIALS}/secrets/vault`);
    await cluster.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "vault", namespace: project.name },
      data: credential["data"] ?? {},
    });
  });

  it("with the reads, every verb of the role was taken away once", () => {
    const taken = [...READS, ...features].map(([resource, verb]) => `${resource} ${verb}`);
    const all = deployedRules().flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${resource} ${verb}`)),
    );
    expect(taken.toSorted()).toEqual(all.toSorted());
  });
});
