import { Field, Int, ObjectType } from "type-graphql";
import type { AssignmentStatus, SecretScope, SecretStatus, SecretUseCase } from "../../domain/kinds.js";
import type { SecretRecord } from "../../domain/secret.js";
import { globalId } from "../ids.js";
import { DateTime } from "../scalars/date-time.js";
import { connectionType } from "./connection.js";
import { Node } from "./node.js";
import { AssignmentStatusEnum, SecretScopeEnum, SecretStatusEnum, SecretUseCaseEnum } from "./secret-enums.js";

@ObjectType("Secret", {
  implements: Node,
  simpleResolvers: true,
  description:
    "A named reference to values in a provider, and the shape they take in a namespace. It never holds a value.",
})
export class Secret extends Node {
  @Field(() => String, {
    description:
      "A DNS-1123 subdomain of 2 to 253 characters: the name of the ExternalSecret, and of the native Secret unless `spec.target.name` says otherwise.",
  })
  name: string;

  @Field(() => SecretScopeEnum, {
    description: "ORGANIZATION: shared, assigned to projects. PROJECT: belongs to one project.",
  })
  scope: SecretScope;

  @Field(() => SecretUseCaseEnum, { description: "What it is for." })
  useCase: SecretUseCase;

  @Field(() => Int, {
    description: "Grows by one with every change of what is written into the cluster, and with nothing else.",
  })
  generation: number;

  @Field(() => SecretStatusEnum, { description: "How far it is, from the assignments that you may see." })
  status: SecretStatus;

  @Field(() => String, {
    nullable: true,
    description: 'Counts and names, for a person: "2 of 14 projects report errors: alpha, beta".',
  })
  statusReason: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When its deletion was asked for; set: it is going away and takes no other change.",
  })
  deletionRequestedAt: Date | null;

  @Field(() => String, { description: "The subject of whoever made it." })
  createdBy: string;

  @Field(() => DateTime, { description: "When it was made." })
  createdAt: Date;

  @Field(() => DateTime, { description: "When it was last changed by a person." })
  updatedAt: Date;

  constructor(readonly record: SecretRecord) {
    super();
    this.id = globalId("secret", record.id);
    this.name = record.name;
    this.scope = record.scope;
    this.useCase = record.useCase;
    this.generation = record.generation;
    this.status = record.status;
    this.statusReason = record.statusReason;
    this.deletionRequestedAt = record.deletionRequestedAt;
    this.createdBy = record.createdBy;
    this.createdAt = record.createdAt;
    this.updatedAt = record.updatedAt;
  }
}

@ObjectType("AssignmentCount", { simpleResolvers: true, description: "How many assignments have a status." })
export class AssignmentCount {
  @Field(() => AssignmentStatusEnum, { description: "The status." })
  status!: AssignmentStatus;

  @Field(() => Int, { description: "How many assignments have it." })
  count!: number;
}

@ObjectType("SecretCount", { simpleResolvers: true, description: "How many secrets have a status." })
export class SecretCount {
  @Field(() => SecretStatusEnum, { description: "The status." })
  status!: SecretStatus;

  @Field(() => Int, { description: "How many secrets have it." })
  count!: number;
}

export const SecretConnection = connectionType("Secret", Secret, "secrets");
