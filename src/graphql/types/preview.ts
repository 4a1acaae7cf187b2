import { Field, Int, ObjectType } from "type-graphql";
import type { Problem } from "../../errors.js";
import type { JsonObject } from "../../domain/json.js";
import { JsonScalar } from "../scalars/json.js";
import { Provider } from "./provider.js";
import { SecretSpec } from "./secret-spec.js";

@ObjectType("Problem", { simpleResolvers: true, description: "One mistake in what was sent." })
export class ProblemType implements Problem {
  @Field(() => [String], {
    description: 'The way into the input, as in `extensions.problems` of an error: ["data", "0", "remoteKey"].',
  })
  path!: string[];

  @Field(() => String, { description: "What is wrong and what to do, for a person." })
  message!: string;

  @Field(() => Int, {
    nullable: true,
    description: "Of a manifest that was given as YAML: the line that it is about, from 1; null: none.",
  })
  line!: number | null;
}

@ObjectType("PreviewedSecret", {
  simpleResolvers: true,
  description:
    "A secret as it would be: the same for typed fields and for a manifest, so that one can be written as the other.",
})
export class PreviewedSecret {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => Provider, { description: "The provider that holds the values." })
  provider!: Provider;

  @Field(() => SecretSpec, { description: "What is wanted of the ExternalSecret." })
  spec!: SecretSpec;

  @Field(() => JsonScalar, {
    description: "Labels of the ExternalSecret itself: only a manifest gives them, other changes keep them.",
  })
  labels!: JsonObject;

  @Field(() => JsonScalar, { description: "Annotations of the ExternalSecret itself, likewise." })
  annotations!: JsonObject;

  @Field(() => String, {
    description:
      "YAML as `createSecretFromManifest` and `updateSecretFromManifest` take it: without what its place in a cluster adds.",
  })
  manifest!: string;
}

@ObjectType("SecretPreview", {
  simpleResolvers: true,
  description: "What would be applied, and everything that would refuse it.",
})
export class SecretPreviewType {
  @Field(() => String, {
    nullable: true,
    description: "The ExternalSecret as YAML; null where the problems leave nothing to show.",
  })
  manifest!: string | null;

  @Field(() => [ProblemType], {
    description: "Whatever the mutation would refuse, all of it; empty: it would be accepted.",
  })
  problems!: ProblemType[];

  @Field(() => PreviewedSecret, {
    nullable: true,
    description: "The secret as it would be; null where the problems leave nothing to show.",
  })
  secret!: PreviewedSecret | null;
}
