import type { ApiClient } from "../../support/client.js";
import { eventually } from "../../support/eventually.js";
import { vaultOf } from "./world.js";

/** Makes things to throw away, as an admin. Names are counted, so that each is new. */
export class Maker {
  private made = 0;

  constructor(readonly admin: ApiClient) {}

  /** A name that nothing has. */
  name(kind: string): string {
    this.made += 1;
    return `${kind}-${this.made}`;
  }

  async clusterId(name: string): Promise<string> {
    return eventually(async () => {
      const { clusters } = await this.admin.ask<{ clusters: { id: string; name: string; status: string }[] }>(
        "{ clusters { id name status } }",
      );
      const found = clusters.find((cluster) => cluster.name === name);
      return found?.status === "CONNECTED" && found.id;
    });
  }

  /** @param options.ready false: it is not waited for */
  async project(
    clusterId: string,
    options: { members?: readonly string[]; ready?: boolean; name?: string } = {},
  ): Promise<{ id: string; name: string }> {
    const { name = this.name("project") } = options;
    const { made } = await this.admin.ask<Made>(
      "mutation ($input: CreateProjectInput!) { made: createProject(input: $input) { id } }",
      { input: { name, description: "", clusterId } },
    );
    const { members = [] } = options;
    if (members.length > 0)
      await this.admin.ask(
        "mutation ($id: ID!, $of: [String!]!) { addProjectMembers(projectId: $id, subjects: $of) { id } }",
        { id: made.id, of: members },
      );
    if (options.ready !== false)
      await eventually(async () => {
        const { project } = await this.admin.ask<{ project: { status: string } }>(
          "query ($id: ID!) { project(id: $id) { status } }",
          { id: made.id },
        );
        return project.status === "READY";
      });
    return { id: made.id, name };
  }

  /** @param projectId null: the organization's */
  async provider(projectId: string | null, input: Record<string, unknown> = {}): Promise<{ id: string; name: string }> {
    const name = this.name("provider");
    const place = projectId === null ? { scope: "ORGANIZATION" } : { scope: "PROJECT", projectId };
    const { made } = await this.admin.ask<Made>(
      "mutation ($input: CreateProviderInput!) { made: createProvider(input: $input) { id } }",
      { input: { name, ...place, vault: vaultOf(projectId === null ? "operator" : null), ...input } },
    );
    return { id: made.id, name };
  }

  /** @param place projects to assign an organization's secret to, or the project of a project's own */
  async secret(
    providerId: string,
    place: { projectIds: readonly string[] } | { projectId: string },
    input: Record<string, unknown> = {},
  ): Promise<{ id: string; name: string; assignmentId: string }> {
    const name = this.name("secret");
    const { made } = await this.admin.ask<Made & { made: { assignments: { nodes: { id: string }[] } } }>(
      `mutation ($input: CreateSecretInput!) { made: createSecret(input: $input) { id assignments { nodes { id } } } }`,
      {
        input: {
          name,
          scope: "projectId" in place ? "PROJECT" : "ORGANIZATION",
          providerId,
          data: [{ secretKey: "key", remoteKey: "value" }],
          ...place,
          ...input,
        },
      },
    );
    return { id: made.id, name, assignmentId: made.assignments.nodes[0]?.id ?? "" };
  }

  /** Deletes something. */
  async delete(kind: "Project" | "Provider" | "Secret", id: string): Promise<void> {
    await this.admin.ask(`mutation ($id: ID!) { delete${kind}(id: $id) { id } }`, { id });
  }
}

interface Made {
  made: { id: string };
}
