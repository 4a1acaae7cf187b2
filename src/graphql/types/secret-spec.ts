import { Field, ObjectType } from "type-graphql";
import type { JsonObject } from "../../domain/json.js";
import type {
  CreationPolicy,
  DecodingStrategy,
  DeletionPolicy,
  RefreshPolicy,
} from "../../domain/ports/desired-state.js";
import { JsonScalar } from "../scalars/json.js";
import { CreationPolicyEnum, DecodingStrategyEnum, DeletionPolicyEnum, RefreshPolicyEnum } from "./secret-enums.js";

@ObjectType("SecretDataItem", {
  simpleResolvers: true,
  description: "One key of the native Secret, and the place in the provider that its value is fetched from.",
})
export class SecretDataItem {
  @Field(() => String, { description: "The key in the native Secret." })
  secretKey!: string;

  @Field(() => String, { description: "The key in the provider: a path in Vault, a secret's name elsewhere." })
  remoteKey!: string;

  @Field(() => String, {
    nullable: true,
    description: "The property inside the provider's secret; null: the whole of it.",
  })
  property!: string | null;

  @Field(() => String, { nullable: true, description: "The version in the provider; null: the newest." })
  version!: string | null;

  @Field(() => DecodingStrategyEnum, { description: "How the value is decoded before it is written." })
  decodingStrategy!: DecodingStrategy;
}

@ObjectType("RemoteRef", {
  simpleResolvers: true,
  description: "One secret of the provider, all of whose properties become keys.",
})
export class RemoteRef {
  @Field(() => String, { description: "The key in the provider." })
  key!: string;

  @Field(() => String, {
    nullable: true,
    description: "The property that holds the properties to extract; null: the secret itself.",
  })
  property!: string | null;

  @Field(() => String, { nullable: true, description: "The version in the provider; null: the newest." })
  version!: string | null;

  @Field(() => DecodingStrategyEnum, { description: "How the values are decoded before they are written." })
  decodingStrategy!: DecodingStrategy;
}

@ObjectType("RemoteFind", {
  simpleResolvers: true,
  description: "A search in the provider; each secret found becomes a key.",
})
export class RemoteFind {
  @Field(() => String, { nullable: true, description: "The root path to search under." })
  path!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that the secrets' names must match.",
  })
  nameRegExp!: string | null;

  @Field(() => JsonScalar, { nullable: true, description: "Tags that the secrets must have: an object of texts." })
  tags!: JsonObject | null;
}

@ObjectType("SecretDataSource", {
  simpleResolvers: true,
  description: "Many keys at once. Exactly one of `extract` and `find` is set.",
})
export class SecretDataSource {
  @Field(() => RemoteRef, { nullable: true, description: "All properties of one secret of the provider." })
  extract!: RemoteRef | null;

  @Field(() => RemoteFind, { nullable: true, description: "All secrets of the provider that a search finds." })
  find!: RemoteFind | null;
}

@ObjectType("SecretTarget", {
  simpleResolvers: true,
  description: "The native Kubernetes Secret that the operator writes.",
})
export class SecretTarget {
  @Field(() => String, { description: "Its name; the secret's own unless another was given." })
  name!: string;

  @Field(() => String, {
    description: 'Its Kubernetes type, for example "Opaque" or "kubernetes.io/dockerconfigjson".',
  })
  type!: string;

  @Field(() => CreationPolicyEnum, { description: "How it comes into being, and who owns it." })
  creationPolicy!: CreationPolicy;

  @Field(() => DeletionPolicyEnum, { description: "What becomes of it when the provider's values are gone." })
  deletionPolicy!: DeletionPolicy;

  @Field(() => Boolean, { description: "Whether Kubernetes refuses every later change of it." })
  immutable!: boolean;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "The operator's `target.template` without `type` and `metadata`, which the fields beside it hold.",
  })
  template!: JsonObject | null;

  @Field(() => JsonScalar, { nullable: true, description: "Labels of the native Secret." })
  labels!: JsonObject | null;

  @Field(() => JsonScalar, { nullable: true, description: "Annotations of the native Secret." })
  annotations!: JsonObject | null;
}

@ObjectType("SecretSpec", {
  simpleResolvers: true,
  description: "What is wanted of the ExternalSecret: a view on the operator's own spec, which is kept whole.",
})
export class SecretSpec {
  @Field(() => [SecretDataItem], { description: "Keys that are fetched one by one." })
  data!: SecretDataItem[];

  @Field(() => [SecretDataSource], { description: "Sources of many keys at once; later ones win where keys meet." })
  dataFrom!: SecretDataSource[];

  @Field(() => String, {
    description: 'How often the operator fetches again: a Go duration in canonical form, "1h0m0s" by default.',
  })
  refreshInterval!: string;

  @Field(() => RefreshPolicyEnum, { description: "When the operator fetches again." })
  refreshPolicy!: RefreshPolicy;

  @Field(() => SecretTarget, { description: "The native Secret that it writes." })
  target!: SecretTarget;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "Parts of the operator's spec that this API has no field for, kept as they were given; null: none.",
  })
  other!: JsonObject | null;
}
