import { Field, ObjectType } from "type-graphql";
import type { Problem } from "../../errors.js";
import type { SecretPreview } from "../../domain/ports/desired-state.js";

@ObjectType("Problem", { simpleResolvers: true, description: "One mistake in what was sent." })
export class ProblemType implements Problem {
  @Field(() => [String], {
    description: 'The way into the input, as in `extensions.problems` of an error: ["data", "0", "remoteKey"].',
  })
  path!: string[];

  @Field(() => String, { description: "What is wrong and what to do, for a person." })
  message!: string;
}

@ObjectType("SecretPreview", {
  simpleResolvers: true,
  description: "What would be applied, and everything that would refuse it.",
})
export class SecretPreviewType implements SecretPreview {
  @Field(() => String, {
    nullable: true,
    description: "The ExternalSecret as YAML; null where the problems leave nothing to show.",
  })
  manifest!: string | null;

  @Field(() => [ProblemType], {
    description: "Whatever the mutation would refuse, all of it; empty: it would be accepted.",
  })
  problems!: ProblemType[];
}
