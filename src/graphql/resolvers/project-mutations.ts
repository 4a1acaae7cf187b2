import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { type GraphQLContext, changed } from "../context.js";
import { uuidOf } from "../ids.js";
import { CreateProjectInputType } from "../types/inputs/project-inputs.js";
import { Project } from "../types/project.js";

const PROJECT_ID = "The project's id.";
const SUBJECTS = "The members' subjects: the `sub` of their tokens.";

@Resolver()
export class ProjectMutations {
  @Mutation(() => Project, {
    description: "Makes a project, and its namespace unless that is there already. Platform admins only.",
  })
  async createProject(
    @Arg("input", () => CreateProjectInputType, { description: "What to make." }) input: CreateProjectInputType,
    @Ctx() context: GraphQLContext,
  ): Promise<Project> {
    const clusterId =
      input.clusterId === null || input.clusterId === undefined ? undefined : uuidOf("cluster", input.clusterId);
    const { name, description } = input;
    const row = await context.desiredState.createProject(context.viewer, { name, description, clusterId });
    return changed(context).projectView(row);
  }

  @Mutation(() => Project, { description: "Changes a project's description. Platform admins only." })
  async updateProject(
    @Arg("id", () => ID, { description: PROJECT_ID }) id: string,
    @Arg("description", () => String, { description: "The new description." }) description: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Project> {
    const row = await context.desiredState.updateProject(context.viewer, uuidOf("project", id), description);
    return changed(context).projectView(row);
  }

  @Mutation(() => Project, {
    description:
      "Removes a project with its secrets and assignments. Platform admins only. Answers it as it goes away.",
  })
  async deleteProject(
    @Arg("id", () => ID, { description: PROJECT_ID }) id: string,
    @Arg("deleteNamespace", () => Boolean, {
      defaultValue: false,
      description: "Delete the namespace as well; refused (NamespaceNotOurs) where Secretariat did not make it.",
    })
    deleteNamespace: boolean,
    @Arg("abandon", () => Boolean, {
      defaultValue: false,
      description:
        "On what is DELETING or DELETE_FAILED already: forget what is left in the cluster instead of deleting it.",
    })
    abandon: boolean,
    @Ctx() context: GraphQLContext,
  ): Promise<Project> {
    const row = await context.desiredState.deleteProject(context.viewer, uuidOf("project", id), {
      deleteNamespace,
      abandon,
    });
    return changed(context).projectView(row);
  }

  @Mutation(() => Project, {
    description: "Adds members by hand; those who are members already stay so. Platform admins only.",
  })
  async addProjectMembers(
    @Arg("projectId", () => ID, { description: PROJECT_ID }) projectId: string,
    @Arg("subjects", () => [String], { description: SUBJECTS }) subjects: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Project> {
    const row = await context.desiredState.addProjectMembers(context.viewer, uuidOf("project", projectId), subjects);
    return changed(context).projectView(row);
  }

  @Mutation(() => Project, {
    description:
      "Removes members that were added by hand; members by a group of their token stay so. Platform admins only.",
  })
  async removeProjectMembers(
    @Arg("projectId", () => ID, { description: PROJECT_ID }) projectId: string,
    @Arg("subjects", () => [String], { description: SUBJECTS }) subjects: string[],
    @Ctx() context: GraphQLContext,
  ): Promise<Project> {
    const row = await context.desiredState.removeProjectMembers(context.viewer, uuidOf("project", projectId), subjects);
    return changed(context).projectView(row);
  }
}
