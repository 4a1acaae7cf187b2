import { inject } from "vitest";
import type { JsonObject } from "../../../src/domain/json.js";
import type { ApiClient } from "../../support/client.js";
import { eventually } from "../../support/eventually.js";
import { at } from "../../support/kubernetes.js";
import { unique, type NamedId } from "../../support/scene.js";
import { vaultBackend } from "./backends.js";
import { Desk } from "./desk.js";
import type { E2eEnvironment } from "./environment.js";
import { operatorPath, pathOf, RawCluster, textOf } from "./raw-cluster.js";

type Found = JsonObject | undefined;

/** A platform that has a past: a project, another one, an organization's provider with a value behind it, and whatever tests put there by hand. */
export class Platform {
  readonly key = unique("e2e-platforms");
  readonly item = { secretKey: "password", remoteKey: this.key, property: "password" };
  readonly environment: E2eEnvironment = inject("e2e");
  readonly cluster = RawCluster.of(this.environment.adminKubeconfig);
  readonly backend = vaultBackend(this.environment);
  /** Of the operator's objects, as people write it. */
  readonly apiVersion = `external-secrets.io/${this.environment.operatorVersion}`;
  #parts: { desk: Desk; project: NamedId; other: NamedId; provider: NamedId; storeName: string } | null = null;

  async start(): Promise<void> {
    await this.backend.authorize(this.cluster);
    await this.backend.put(this.key, { password: "first" });
    const desk = await Desk.start({ env: { MEMBER_PROVIDER_HOSTS: "vault.example.com" } });
    const [project, other] = [await desk.project(), await desk.project()];
    const provider = await desk.provider({ ...this.backend.provider(), projectKeyPrefix: "projects/{project}/" });
    const storeName = (await desk.providerNow(provider.id))?.storeName ?? "";
    this.#parts = { desk, project, other, provider, storeName };
  }

  async stop(): Promise<void> {
    for (const { id } of [this.project, this.other]) {
      await this.desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id });
      await this.desk.untilGone("project", id);
    }
    await this.desk.stop();
  }

  private get parts() {
    if (this.#parts === null) throw new Error("the platform is not started");
    return this.#parts;
  }
  get desk(): Desk {
    return this.parts.desk;
  }
  get project(): NamedId {
    return this.parts.project;
  }
  get other(): NamedId {
    return this.parts.other;
  }
  get provider(): NamedId {
    return this.parts.provider;
  }
  get storeName(): string {
    return this.parts.storeName;
  }

  /** Where an ExternalSecret of the project stands; without a name their collection. */
  place(name: string): string {
    return operatorPath("externalsecrets", this.project.name, name, this.environment.operatorVersion);
  }

  native(name: string): Promise<Found> {
    return this.cluster.find(
      pathOf({ apiVersion: "v1", kind: "Secret", metadata: { namespace: this.project.name, name } }),
    );
  }

  /** Waits until the operator has done with an object that is not ours. */
  untilSynced(name: string): Promise<Found> {
    return eventually(async () => {
      const found = await this.cluster.find(this.place(name));
      return JSON.stringify(found ?? {}).includes('"reason":"SecretSynced"') && found;
    }, 30_000);
  }

  /** What stands in the project's namespace, to show that nothing was written. */
  async written(): Promise<string[]> {
    const objects = await this.cluster.list(this.place(""));
    return objects
      .map((object) => `${textOf(at(object, "metadata", "name"))} ${textOf(at(object, "metadata", "generation"))}`)
      .sort();
  }
}

/** How a mutation was refused; `accepted` where it wasn't. */
export async function refusal(
  client: ApiClient,
  mutation: string,
  types: string,
  variables: Record<string, unknown>,
): Promise<{ code: string; paths: string[]; message: string }> {
  const { errors } = await client.send(`mutation (${types}) { result: ${mutation} }`, variables);
  const [error] = errors;
  return {
    code: error?.extensions.code ?? "accepted",
    paths: (error?.extensions.problems ?? []).map(({ path }) => path.join(".")),
    message: error?.message ?? "",
  };
}
