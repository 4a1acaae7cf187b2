import type { TestApp } from "../../support/app.js";
import { eventually } from "../../support/eventually.js";
import type { Maker } from "./maker.js";

/** Something whose permissions are asked for, and what else its actions need. */
export interface Subject {
  id: string;
  name?: string;
  /** The project that it is in. */
  projectId?: string;
  /** An organization secret that is in that project, or of an assignment its secret. */
  secretId?: string;
}

interface Named {
  id: string;
  name: string;
}

/** Where things are made to look at their permissions: in Berlin nothing that was written can go, in Oslo nothing can be written. */
export class Fixture {
  constructor(
    readonly app: TestApp,
    readonly maker: Maker,
    readonly clusters: { berlin: string; oslo: string },
    /** An organization provider with the prefix `{project}/`. */
    readonly prefixed: string,
  ) {}

  /** A project that is READY, with the member. */
  home = "";

  /** In Berlin, with the member. */
  project = (): Promise<Named> => this.maker.project(this.clusters.berlin, { members: ["mia"] });

  /** In Oslo, where its namespace cannot be made. */
  async stuckProject(): Promise<Named> {
    const project = await this.maker.project(this.clusters.oslo, { members: ["mia"], ready: false });
    await this.failed(project);
    return project;
  }

  private async failed({ id }: Named): Promise<void> {
    await eventually(async () => {
      const { project } = await this.maker.admin.ask<{ project: { status: string } }>(
        "query ($id: ID!) { project(id: $id) { status } }",
        { id },
      );
      return project.status === "FAILED";
    });
  }

  /** A project's own secret, in a project of its own. */
  async own(): Promise<{ project: Named; secret: Named & { assignmentId: string } }> {
    const project = await this.project();
    const data = [{ secretKey: "a", remoteKey: `${project.name}/a` }];
    const secret = await this.maker.secret(this.prefixed, { projectId: project.id }, { data });
    return { project, secret };
  }

  /** An organization's secret, in a project of its own. */
  async shared(): Promise<{ project: Named; secret: Named & { assignmentId: string } }> {
    const project = await this.project();
    return { project, secret: await this.maker.secret(this.prefixed, { projectIds: [project.id] }) };
  }

  /** Until there is something in the cluster that would have to go. */
  async written(type: "Secret" | "Provider", { id }: { id: string }): Promise<void> {
    await eventually(async () => {
      const { thing } = await this.maker.admin.ask<{ thing: { status: string } }>(
        `query ($id: ID!) { thing: ${type.toLowerCase()}(id: $id) { status } }`,
        { id },
      );
      return thing.status !== "PENDING";
    });
  }

  /** Somebody deletes the namespace of a project that did not make it. */
  async projectWithoutNamespace(fill: (project: Named) => Promise<unknown> = () => Promise.resolve()): Promise<Named> {
    const name = this.maker.name("foreign");
    const { store } = this.app.cluster("berlin");
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const project = await this.maker.project(this.clusters.berlin, { members: ["mia"], name });
    await fill(project);
    store.delete("namespaces", "", name);
    await this.failed(project);
    return project;
  }
}

/** A kind of thing in a state; made anew for each action that is tried on it. */
export interface State {
  type: "Viewer" | "Project" | "Secret" | "Assignment" | "Provider";
  state: string;
  make: (fixture: Fixture) => Promise<Subject>;
}

type Made = Awaited<ReturnType<Fixture["own"]>>;
const secretOf = ({ secret, project }: Made): Subject => ({ id: secret.id, projectId: project.id });
const assignmentOf = ({ secret, project }: Made): Subject => ({
  id: secret.assignmentId,
  secretId: secret.id,
  projectId: project.id,
});

/** A project, and an organization secret that its member sees too. */
async function projectOf({ maker, prefixed, home }: Fixture, project: Named): Promise<Subject> {
  const { id } = await maker.secret(prefixed, { projectIds: [home] });
  return { ...project, projectId: project.id, secretId: id };
}

async function deleting(
  fixture: Fixture,
  kind: "own" | "shared",
  what: "secret" | "project" | "assignment",
): Promise<Made> {
  const made = await fixture[kind]();
  await fixture.written("Secret", made.secret);
  const { maker } = fixture;
  if (what === "secret") await maker.delete("Secret", made.secret.id);
  else if (what === "project") await maker.delete("Project", made.project.id);
  else
    await maker.admin.ask(
      "mutation ($id: ID!, $in: [ID!]!) { unassignSecret(secretId: $id, projectIds: $in) { id } }",
      {
        id: made.secret.id,
        in: [made.project.id],
      },
    );
  return made;
}

export const STATES: readonly State[] = [
  { type: "Viewer", state: "as ever", make: () => Promise.resolve({ id: "" }) },
  { type: "Project", state: "READY", make: async (f) => projectOf(f, await f.project()) },
  { type: "Project", state: "that cannot be made", make: async (f) => projectOf(f, await f.stuckProject()) },
  {
    type: "Project",
    state: "being deleted",
    make: async (f) => projectOf(f, (await deleting(f, "own", "project")).project),
  },
  {
    type: "Project",
    state: "without its namespace",
    make: async (f) => projectOf(f, await f.projectWithoutNamespace()),
  },
  { type: "Secret", state: "the organization's", make: async (f) => secretOf(await f.shared()) },
  {
    type: "Secret",
    state: "the organization's, going",
    make: async (f) => secretOf(await deleting(f, "shared", "secret")),
  },
  { type: "Secret", state: "a project's", make: async (f) => secretOf(await f.own()) },
  { type: "Secret", state: "a project's, going", make: async (f) => secretOf(await deleting(f, "own", "secret")) },
  {
    type: "Secret",
    state: "a project's, going with it",
    make: async (f) => secretOf(await deleting(f, "own", "project")),
  },
  {
    type: "Secret",
    state: "a project's that lost its namespace",
    make: async (f) => {
      let id = "";
      const project = await f.projectWithoutNamespace(async ({ id: projectId, name }) => {
        const data = [{ secretKey: "a", remoteKey: `${name}/a` }];
        const secret = await f.maker.secret(f.prefixed, { projectId }, { data });
        ({ id } = secret);
        await f.written("Secret", secret);
      });
      return { id, projectId: project.id };
    },
  },
  { type: "Assignment", state: "the organization's", make: async (f) => assignmentOf(await f.shared()) },
  {
    type: "Assignment",
    state: "the organization's, going",
    make: async (f) => assignmentOf(await deleting(f, "shared", "assignment")),
  },
  {
    type: "Assignment",
    state: "the organization's, going with its secret",
    make: async (f) => assignmentOf(await deleting(f, "shared", "secret")),
  },
  {
    type: "Assignment",
    state: "the organization's, going with its project",
    make: async (f) => assignmentOf(await deleting(f, "shared", "project")),
  },
  { type: "Assignment", state: "a project's", make: async (f) => assignmentOf(await f.own()) },
  {
    type: "Assignment",
    state: "a project's, going",
    make: async (f) => assignmentOf(await deleting(f, "own", "secret")),
  },
  {
    type: "Provider",
    state: "the organization's",
    make: (f) => f.maker.provider(null, { projectKeyPrefix: "{project}/" }),
  },
  {
    type: "Provider",
    state: "the organization's, going",
    make: async (f) => {
      const provider = await f.maker.provider(null, { projectKeyPrefix: "{project}/" });
      await f.written("Provider", provider);
      await f.maker.delete("Provider", provider.id);
      return provider;
    },
  },
  {
    type: "Provider",
    state: "a project's",
    make: async (f) => {
      const { id: projectId } = await f.project();
      return { ...(await f.maker.provider(projectId)), projectId };
    },
  },
  {
    type: "Provider",
    state: "a project's, going",
    make: async (f) => {
      const { id: projectId } = await f.project();
      const provider = await f.maker.provider(projectId);
      await f.written("Provider", provider);
      await f.maker.delete("Provider", provider.id);
      return { ...provider, projectId };
    },
  },
];
