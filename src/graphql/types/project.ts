import { Field, ObjectType } from "type-graphql";
import type { ProjectStatus } from "../../domain/kinds.js";
import type { UnmanagedExternalSecret } from "../../domain/ports/desired-state.js";
import type { ProjectMemberRecord, ProjectRecord } from "../../domain/project.js";
import { globalId } from "../ids.js";
import { DateTime } from "../scalars/date-time.js";
import { connectionType } from "./connection.js";
import { enumType } from "./enum-type.js";
import { Node } from "./node.js";
import { statusReasonOf } from "./status-reason.js";

export const ProjectStatusEnum = enumType<ProjectStatus>("ProjectStatus", "How far a project's namespace is.", {
  PENDING: "The namespace is not there yet.",
  READY: "The namespace is there; secrets can be assigned.",
  FAILED: "The namespace could not be made, or is gone; `statusReason` says why. It is tried again.",
  DELETING: "It is going away with its secrets and assignments.",
  DELETE_FAILED: "It should be gone but something holds it; `statusReason` says what. It is tried again.",
});

@ObjectType("Project", {
  implements: Node,
  simpleResolvers: true,
  description: "A team's place: one namespace in one cluster, with members and the secrets that are assigned to it.",
})
export class Project extends Node {
  @Field(() => String, {
    description: "A DNS-1123 label of 2 to 41 characters without `--`, unique over all clusters; never changes.",
  })
  name: string;

  @Field(() => String, { description: "What the project is for, in free text." })
  description: string;

  @Field(() => String, { description: "The Kubernetes namespace: named like the project." })
  namespace: string;

  @Field(() => ProjectStatusEnum, { description: "How far its namespace is." })
  status: ProjectStatus;

  @Field(() => String, { nullable: true, description: "Why the status is what it is, for a person." })
  statusReason: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When its deletion was asked for; set: it is going away and takes no other change.",
  })
  deletionRequestedAt: Date | null;

  @Field(() => DateTime, { description: "When it was made." })
  createdAt: Date;

  @Field(() => DateTime, { description: "When it was last changed by a person." })
  updatedAt: Date;

  constructor(readonly record: ProjectRecord) {
    super();
    this.id = globalId("project", record.id);
    this.name = record.name;
    this.description = record.description;
    this.namespace = record.name;
    this.status = record.status;
    this.statusReason = statusReasonOf(record);
    this.deletionRequestedAt = record.deletionRequestedAt;
    this.createdAt = record.createdAt;
    this.updatedAt = record.updatedAt;
  }
}

@ObjectType("ProjectMember", {
  simpleResolvers: true,
  description:
    "Somebody who was added to a project by hand. Members by a group of their token are known only when they come.",
})
export class ProjectMember {
  @Field(() => String, { description: "The `sub` of the member's token." })
  subject: string;

  @Field(() => DateTime, { description: "When they were added." })
  addedAt: Date;

  @Field(() => String, { description: "The subject of whoever added them." })
  addedBy: string;

  constructor(record: ProjectMemberRecord) {
    this.subject = record.subject;
    this.addedAt = record.addedAt;
    this.addedBy = record.addedBy;
  }
}

@ObjectType("UnmanagedExternalSecret", {
  simpleResolvers: true,
  description:
    "An ExternalSecret in a project's namespace that somebody else made; `adoptExternalSecrets` takes it over as it is.",
})
export class UnmanagedExternalSecretType implements UnmanagedExternalSecret {
  @Field(() => String, { description: "The object's name: what `adoptExternalSecrets` takes." })
  name!: string;

  @Field(() => String, { nullable: true, description: "The store that it reads from." })
  storeName!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the operator says that it is ready; null: it has not said anything.",
  })
  ready!: boolean | null;

  @Field(() => String, { nullable: true, description: "The operator's reason, for programs." })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: "The operator's message, for a person." })
  message!: string | null;

  @Field(() => [String], {
    description: "The field managers that wrote its spec, for example `kubectl-client-side-apply`.",
  })
  managers!: string[];

  @Field(() => [String], { description: "Why it cannot be adopted; empty: it can." })
  problems!: string[];
}

export const ProjectConnection = connectionType("Project", Project, "projects");
export const ProjectMemberConnection = connectionType("ProjectMember", ProjectMember, "members of a project");
