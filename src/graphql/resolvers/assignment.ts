import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Extensions, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";
import { permissionsOfAssignment } from "../../domain/access/permissions.js";
import { renderExternalSecret } from "../../domain/spec/render.js";
import { toYaml } from "../../domain/spec/yaml.js";
import { notFound } from "../../errors.js";
import type { GraphQLContext } from "../context.js";
import { batched } from "../execution/batch.js";
import { uuidOrNull } from "../ids.js";
import { pageArgs } from "../paging.js";
import { PermissionType } from "../types/access.js";
import { Assignment, ExternalSecretRef } from "../types/assignment.js";
import type { Connection } from "../types/connection.js";
import { PageArguments } from "../types/inputs/list-arguments.js";
import { Project } from "../types/project.js";
import { Secret } from "../types/secret.js";
import { type Transition, TransitionConnection } from "../types/transition.js";
import { orGone, readColumn } from "./gone.js";
import { allOrGone } from "./related.js";

@Resolver(() => Assignment)
export class AssignmentResolver {
  @Query(() => Assignment, {
    nullable: true,
    description: "An assignment by its id; null where you can see none by that id.",
  })
  assignment(
    @Arg("id", () => ID, { description: "The assignment's id." }) id: string,
    @Ctx() context: GraphQLContext,
  ): Promise<Assignment | null> | null {
    const uuid = uuidOrNull("assignment", id);
    return uuid === null ? null : context.loaders.assignment.load(uuid);
  }

  @Extensions(
    batched(Assignment, (assignments, _args, { loaders }) =>
      allOrGone("secret", loaders.secret.loadAll(assignments.map(({ record }) => readColumn(record.secretId)))),
    ),
  )
  @FieldResolver(() => Secret, { description: "The secret that is assigned." })
  secret(@Root() assignment: Assignment, @Ctx() context: GraphQLContext): Promise<Secret> {
    return context.loaders.secret.load(readColumn(assignment.record.secretId)).then(orGone("secret"));
  }

  @Extensions(
    batched(Assignment, (assignments, _args, { loaders }) =>
      allOrGone("project", loaders.project.loadAll(assignments.map(({ record }) => readColumn(record.projectId)))),
    ),
  )
  @FieldResolver(() => Project, { description: "The project that it is assigned to." })
  project(@Root() assignment: Assignment, @Ctx() context: GraphQLContext): Promise<Project> {
    return context.loaders.project.load(readColumn(assignment.record.projectId)).then(orGone("project"));
  }

  @FieldResolver(() => ExternalSecretRef, {
    nullable: true,
    description: "The object in the cluster, as it is or as it will be.",
  })
  async externalSecret(
    @Root() assignment: Assignment,
    @Ctx() context: GraphQLContext,
  ): Promise<ExternalSecretRef | null> {
    const { secretId, projectId, externalSecretUid } = assignment.record;
    const [secret, project] = await Promise.all([
      context.loaders.secret.load(readColumn(secretId)),
      context.loaders.project.load(readColumn(projectId)),
    ]);
    const cluster = project === null ? null : await context.loaders.cluster.load(project.record.clusterId);
    if (secret === null || project === null || cluster === null) return null;
    return new ExternalSecretRef({ assignment, secret, project, cluster }, readColumn(externalSecretUid));
  }

  @Extensions(
    batched<Assignment, PageArguments>(Assignment, (assignments, args, context, info) =>
      context.loaders
        .historyOf("assignment", pageArgs(context, info, args))
        .loadAll(assignments.map(({ record }) => record.id)),
    ),
  )
  @FieldResolver(() => TransitionConnection, { description: "What happened to it, newest first." })
  history(
    @Root() assignment: Assignment,
    @Args(() => PageArguments) args: PageArguments,
    @Ctx() context: GraphQLContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<Transition>> {
    return context.loaders.historyOf("assignment", pageArgs(context, info, args)).load(assignment.record.id);
  }

  @Extensions(
    batched(Assignment, async (assignments, _args, { viewer, loaders }) => {
      const [secrets, projects] = await Promise.all([
        loaders.secret.loadAll(assignments.map(({ record }) => readColumn(record.secretId))),
        loaders.project.loadAll(assignments.map(({ record }) => readColumn(record.projectId))),
      ]);
      return assignments.map(({ record }, i) => {
        const [secret, project] = [secrets[i] ?? null, projects[i] ?? null];
        if (secret === null || project === null) return notFound(secret === null ? "secret" : "project");
        const { deletionRequestedAt } = record;
        return permissionsOfAssignment(
          viewer,
          { deletionRequestedAt: readColumn(deletionRequestedAt) },
          secret.record,
          project.record,
        );
      });
    }),
  )
  @FieldResolver(() => [PermissionType], { description: "What you may do with it: SYNC, UNASSIGN." })
  async permissions(@Root() assignment: Assignment, @Ctx() context: GraphQLContext): Promise<PermissionType[]> {
    const [secret, project] = await Promise.all([
      context.loaders.secret.load(readColumn(assignment.record.secretId)).then(orGone("secret")),
      context.loaders.project.load(readColumn(assignment.record.projectId)).then(orGone("project")),
    ]);
    const deletionRequestedAt = readColumn(assignment.record.deletionRequestedAt);
    return permissionsOfAssignment(context.viewer, { deletionRequestedAt }, secret.record, project.record);
  }
}

@Resolver(() => ExternalSecretRef)
export class ExternalSecretRefResolver {
  @FieldResolver(() => String, {
    description: "YAML: as it was last applied, or as it will be applied where nothing was yet.",
  })
  async manifest(@Root() ref: ExternalSecretRef, @Ctx() context: GraphQLContext): Promise<string> {
    const { assignment, secret, project, cluster } = ref.of;
    const record = await context.loaders.assignmentRecord.load(assignment.record.id);
    if (record !== null && record.appliedManifest !== null) return record.appliedManifest;
    const provider = await context.loaders.provider.load(secret.record.providerId).then(orGone("provider"));
    return toYaml(
      renderExternalSecret({
        apiVersion: cluster.record.operatorApiVersion === "v1beta1" ? "v1beta1" : "v1",
        namespace: project.namespace,
        name: secret.name,
        uid: null,
        ids:
          context.installation === null
            ? null
            : { installation: context.installation, assignment: assignment.record.id },
        store: { name: provider.storeName, scope: provider.scope },
        stored: secret.record.spec,
        forceSyncToken: null,
      }),
    );
  }
}
