import { Field, Int, ObjectType } from "type-graphql";
import type { AssignmentRecord } from "../../domain/assignment.js";
import type { AssignmentStatus } from "../../domain/kinds.js";
import { globalId } from "../ids.js";
import { DateTime } from "../scalars/date-time.js";
import { connectionType } from "./connection.js";
import type { Cluster } from "./cluster.js";
import { Node } from "./node.js";
import { readFromRecord } from "./read-from-record.js";
import type { Project } from "./project.js";
import type { Secret } from "./secret.js";
import { AssignmentStatusEnum } from "./secret-enums.js";

/** An assignment as far as it was read: in a list, what the selected fields need; what they don't is undefined. */
export type AssignmentRow = Pick<AssignmentRecord, "id"> & Partial<AssignmentRecord>;

@ObjectType("Assignment", {
  implements: Node,
  simpleResolvers: true,
  description: "One secret in one project: exactly one ExternalSecret. A project's own secrets have one as well.",
})
export class Assignment extends Node {
  @Field(() => AssignmentStatusEnum, { description: "How far it is." })
  status!: AssignmentStatus | undefined;

  @Field(() => String, {
    nullable: true,
    description: 'Machine-readable, UpperCamelCase, for example "SecretSyncedError" or "ClusterUnreachable".',
  })
  reason!: string | null | undefined;

  @Field(() => String, { nullable: true, description: "For a person: the real cause where the cluster tells it." })
  message!: string | null | undefined;

  @Field(() => Int, {
    description: "The generation of the secret that should be there; not the object's `metadata.generation`.",
  })
  desiredGeneration!: number | undefined;

  @Field(() => Int, {
    nullable: true,
    description: "The generation of the secret that the cluster last confirmed; null: none yet.",
  })
  syncedGeneration!: number | null | undefined;

  @Field(() => DateTime, { nullable: true, description: "When the operator last fetched from the provider." })
  refreshedAt!: Date | null | undefined;

  @Field(() => DateTime, { nullable: true, description: "When the cluster was last known to be as this says." })
  observedAt!: Date | null | undefined;

  @Field(() => DateTime, { description: "When its status last changed." })
  lastTransitionAt!: Date | undefined;

  @Field(() => DateTime, { nullable: true, description: "When its removal was asked for; set: it is going away." })
  deletionRequestedAt!: Date | null | undefined;

  @Field(() => DateTime, { description: "When the secret was assigned to the project." })
  createdAt!: Date | undefined;

  constructor(readonly record: AssignmentRow) {
    super();
  }
}

readFromRecord(Assignment, [
  "status",
  "reason",
  "message",
  "desiredGeneration",
  "syncedGeneration",
  "refreshedAt",
  "observedAt",
  "lastTransitionAt",
  "deletionRequestedAt",
  "createdAt",
]);
Object.defineProperty(Assignment.prototype, "id", {
  enumerable: true,
  get(this: Assignment): string {
    return globalId("assignment", this.record.id);
  },
});

/** What an ExternalSecret is made of. */
export interface ExternalSecretParts {
  assignment: Assignment;
  secret: Secret;
  project: Project;
  cluster: Cluster;
}

@ObjectType("ExternalSecretRef", {
  simpleResolvers: true,
  description: "The ExternalSecret of an assignment, in its cluster.",
})
export class ExternalSecretRef {
  @Field(() => String, { description: "The cluster's name." })
  cluster: string;

  @Field(() => String, { description: "The namespace: the project's." })
  namespace: string;

  @Field(() => String, { description: "The object's name: the secret's." })
  name: string;

  @Field(() => String, { nullable: true, description: "The object's `metadata.uid`; null while there is none." })
  uid: string | null;

  constructor(
    readonly of: ExternalSecretParts,
    uid: string | null,
  ) {
    this.cluster = of.cluster.name;
    this.namespace = of.project.namespace;
    this.name = of.secret.name;
    this.uid = uid;
  }
}

export const AssignmentConnection = connectionType("Assignment", Assignment, "assignments");
