import { ArgsType, Field, ID, Int } from "type-graphql";
import type { ProjectStatus } from "../../../domain/kinds.js";
import { ProjectStatusEnum } from "../project.js";
import {
  AssignmentFilterInput,
  AssignmentOrderInput,
  SecretFilterInput,
  SecretOrderInput,
  TransitionFilterInput,
} from "./filters.js";

/** What every list takes. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, description: "How many items at most: 0 to 500, 50 where it is left out." })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "The cursor of the item to go on behind; from the beginning where it is left out.",
  })
  after?: string | null;
}

@ArgsType()
export class ProjectListArguments extends PageArguments {
  @Field(() => String, { nullable: true, description: "A part of the name, without regard to case." })
  search?: string | null;

  @Field(() => [ProjectStatusEnum], { nullable: true, description: "Only those with one of these statuses." })
  status?: ProjectStatus[] | null;

  @Field(() => ID, { nullable: true, description: "Only those in this cluster." })
  clusterId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: "Only those that this provider reaches: that its secrets can be assigned to.",
  })
  reachableBy?: string | null;
}

@ArgsType()
export class ProviderListArguments extends PageArguments {
  @Field(() => String, { nullable: true, description: "A part of the name, without regard to case." })
  search?: string | null;

  @Field(() => ID, { nullable: true, description: "Only those that a secret of this project's own may use." })
  usableInProject?: string | null;
}

@ArgsType()
export class SecretListArguments extends PageArguments {
  @Field(() => SecretFilterInput, { nullable: true, description: "Only those that fulfil every part of this." })
  filter?: SecretFilterInput | null;

  @Field(() => SecretOrderInput, { nullable: true, description: "The order; by name where it is left out." })
  orderBy?: SecretOrderInput | null;
}

@ArgsType()
export class AssignmentListArguments extends PageArguments {
  @Field(() => AssignmentFilterInput, { nullable: true, description: "Only those that fulfil every part of this." })
  filter?: AssignmentFilterInput | null;

  @Field(() => AssignmentOrderInput, {
    nullable: true,
    description:
      "The order; where it is left out, of a secret by the project's name, of a project by the secret's name.",
  })
  orderBy?: AssignmentOrderInput | null;
}

@ArgsType()
export class TransitionListArguments extends PageArguments {
  @Field(() => TransitionFilterInput, { nullable: true, description: "Only those that fulfil every part of this." })
  filter?: TransitionFilterInput | null;
}
