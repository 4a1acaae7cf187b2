import { NoAnswer, patiently, Refusal } from "../answers.js";
import type { Random } from "../random.js";
import { ADA, GRACE, orgKey, VAULT, type World } from "../stage/world.js";

interface Churned {
  name: string;
  /** Empty: no answer came to its create. */
  id: string;
  gone: boolean;
}

const PROJECT = "query ($name: String!) { project(name: $name) { id status } }";

/** Makes projects with members, a provider and secrets of their own, and takes them away again. */
export class Churner {
  readonly #projects: Churned[] = [];
  #serial = 0;
  acknowledged = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  async step(): Promise<void> {
    try {
      const living = this.#projects.filter(({ gone, id }) => !gone && id !== "");
      if (living.length < 2) await this.#create();
      else if (this.random.next() < 0.4) await this.#delete(this.random.pick(living));
      else await this.#fill(this.random.pick(living));
    } catch (error) {
      // What is not READY yet, or already going, refuses; what has no answer is looked for at the end.
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
  }

  async #create(): Promise<void> {
    this.#serial += 1;
    const project: Churned = { name: `prj-churn${this.#serial}`, id: "", gone: false };
    this.#projects.push(project);
    const clusterId = this.random.pick([...this.world.clusterIds.values()]);
    const { createProject } = await this.world.api.ask<{ createProject: { id: string } }>(
      GRACE,
      "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
      { input: { name: project.name, description: "comes and goes", clusterId } },
    );
    project.id = createProject.id;
    this.acknowledged += 1;
  }

  async #fill({ id, name }: Churned): Promise<void> {
    const serial = Math.floor(this.random.next() * 1_000_000);
    const what = this.random.pick(["provider", "secret", "member"]);
    if (what === "member") {
      await this.world.api.ask(
        ADA,
        "mutation ($id: ID!, $subjects: [String!]!) { addProjectMembers(projectId: $id, subjects: $subjects) { id } }",
        { id, subjects: [`guest-${serial}`] },
      );
    } else if (what === "provider") {
      const auth = { tokenSecretRef: { name: "vault", key: "token" } };
      await this.world.api.ask(
        ADA,
        "mutation ($input: CreateProviderInput!) { createProvider(input: $input) { id } }",
        { input: { name: `own-${serial}`, scope: "PROJECT", projectId: id, vault: { ...VAULT, auth } } },
      );
    } else {
      await this.world.api.ask(ADA, "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }", {
        input: {
          name: `${name}-secret-${serial}`,
          scope: "PROJECT",
          projectId: id,
          providerId: this.world.provider.id,
          data: [{ secretKey: "value", remoteKey: orgKey(serial % 5) }],
        },
      });
    }
    this.acknowledged += 1;
  }

  async #delete(project: Churned): Promise<void> {
    const deleteNamespace = this.random.next() < 0.5;
    await this.world.api.ask(
      GRACE,
      "mutation ($id: ID!, $namespace: Boolean!) { deleteProject(id: $id, deleteNamespace: $namespace) { id } }",
      { id: project.id, namespace: deleteNamespace },
    );
    project.gone = true;
    this.acknowledged += 1;
  }

  /** Whatever was asked to go is asked again. @returns whether all of it has gone */
  async settle(): Promise<boolean> {
    let all = true;
    for (const project of this.#projects) {
      if (project.id === "" || !project.gone) continue;
      const { project: found } = await patiently(() =>
        this.world.api.ask<{ project: { id: string; status: string } | null }>(ADA, PROJECT, { name: project.name }),
      );
      if (found !== null && found.id === project.id) all = false;
    }
    return all;
  }

  async relearn(): Promise<void> {
    for (const project of this.#projects) {
      const { project: found } = await patiently(() =>
        this.world.api.ask<{ project: { id: string; status: string } | null }>(ADA, PROJECT, { name: project.name }),
      );
      project.id = found?.id ?? "";
      project.gone = found !== null && found.status.startsWith("DELET");
    }
  }

  /** What was acknowledged is there, and what was to go has gone. */
  async check(): Promise<void> {
    for (const { name, id, gone } of this.#projects) {
      if (id === "") continue;
      const { project } = await patiently(() =>
        this.world.api.ask<{ project: { id: string; status: string } | null }>(ADA, PROJECT, { name }),
      );
      if (gone && project !== null) this.world.found(`LOST the deletion of ${name}: it is ${project.status} still`);
      if (!gone && project?.id !== id) this.world.found(`LOST ${name}: it is not there`);
    }
  }
}
