import { Field, ID, InputType } from "type-graphql";
import type {
  AssignmentStatus,
  SecretScope,
  SecretStatus,
  SecretUseCase,
  TransitionSubject,
} from "../../../domain/kinds.js";
import type { OrderDirection } from "../../../domain/ports/paging.js";
import type { AssignmentOrder, SecretOrder } from "../../../domain/ports/read-model.js";
import { DateTime } from "../../scalars/date-time.js";
import { enumType } from "../enum-type.js";
import { AssignmentStatusEnum, SecretScopeEnum, SecretStatusEnum, SecretUseCaseEnum } from "../secret-enums.js";
import { TransitionSubjectEnum } from "../transition.js";

const OrderDirectionEnum = enumType<OrderDirection>("OrderDirection", "Which end of an order comes first.", {
  ASC: "The smallest, earliest or alphabetically first.",
  DESC: "The largest, latest or alphabetically last.",
});

const SecretOrderFieldEnum = enumType<SecretOrder["field"]>("SecretOrderField", "What secrets can be ordered by.", {
  NAME: "The name.",
  STATUS: "The status, as its enum lists them.",
  SCOPE: "The scope: ORGANIZATION before PROJECT.",
  CREATED_AT: "When it was made.",
  UPDATED_AT: "When it was last changed by a person.",
});

const AssignmentOrderFieldEnum = enumType<AssignmentOrder["field"]>(
  "AssignmentOrderField",
  "What assignments can be ordered by.",
  {
    SECRET_NAME: "The secret's name.",
    PROJECT_NAME: "The project's name.",
    STATUS: "The status, as its enum lists them.",
    LAST_TRANSITION_AT: "When the status last changed.",
  },
);

@InputType("SecretOrder", { description: "The order of a list of secrets. Equals are told apart by their ids." })
export class SecretOrderInput implements SecretOrder {
  @Field(() => SecretOrderFieldEnum, { description: "What to order by." })
  field!: SecretOrder["field"];

  @Field(() => OrderDirectionEnum, { defaultValue: "ASC", description: "Which end comes first." })
  direction!: OrderDirection;
}

@InputType("AssignmentOrder", {
  description: "The order of a list of assignments. Equals are told apart by their ids.",
})
export class AssignmentOrderInput implements AssignmentOrder {
  @Field(() => AssignmentOrderFieldEnum, { description: "What to order by." })
  field!: AssignmentOrder["field"];

  @Field(() => OrderDirectionEnum, { defaultValue: "ASC", description: "Which end comes first." })
  direction!: OrderDirection;
}

@InputType("SecretFilter", {
  description: "Which secrets to list or count. Parts that are left out or null don't matter.",
})
export class SecretFilterInput {
  @Field(() => String, { nullable: true, description: "A part of the name, without regard to case." })
  search?: string | null;

  @Field(() => SecretScopeEnum, { nullable: true, description: "Only those of this scope." })
  scope?: SecretScope | null;

  @Field(() => [SecretStatusEnum], { nullable: true, description: "Only those with one of these statuses." })
  status?: SecretStatus[] | null;

  @Field(() => [SecretUseCaseEnum], { nullable: true, description: "Only those for one of these use cases." })
  useCase?: SecretUseCase[] | null;

  @Field(() => ID, { nullable: true, description: "Only those that are assigned to this project." })
  projectId?: string | null;

  @Field(() => ID, { nullable: true, description: "Only those of this provider." })
  providerId?: string | null;
}

@InputType("AssignmentFilter", {
  description: "Which assignments to list. Parts that are left out or null don't matter.",
})
export class AssignmentFilterInput {
  @Field(() => String, {
    nullable: true,
    description: "A part of the secret's or the project's name, without regard to case.",
  })
  search?: string | null;

  @Field(() => [AssignmentStatusEnum], { nullable: true, description: "Only those with one of these statuses." })
  status?: AssignmentStatus[] | null;

  @Field(() => ID, { nullable: true, description: "Only those in this project." })
  projectId?: string | null;
}

@InputType("TransitionFilter", {
  description: "Which transitions to list. Parts that are left out or null don't matter.",
})
export class TransitionFilterInput {
  @Field(() => [TransitionSubjectEnum], {
    nullable: true,
    description: "Only those about one of these kinds of thing.",
  })
  subject?: TransitionSubject[] | null;

  @Field(() => ID, { nullable: true, description: "Only those of this secret and its assignments." })
  secretId?: string | null;

  @Field(() => ID, { nullable: true, description: "Only those that concern this project." })
  projectId?: string | null;

  @Field(() => ID, { nullable: true, description: "Only those that concern this provider." })
  providerId?: string | null;

  @Field(() => ID, { nullable: true, description: "Only those that concern this cluster." })
  clusterId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only those by this subject; "system" for what nobody asked for.',
  })
  actor?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Only those at or after this moment." })
  since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Only those before this moment." })
  until?: Date | null;
}
