import { Field, ID, InputType, Int } from "type-graphql";
import type { SecretScope, SecretUseCase } from "../../../domain/kinds.js";
import type {
  CreationPolicy,
  DecodingStrategy,
  DeletionPolicy,
  RefreshPolicy,
} from "../../../domain/ports/desired-state.js";
import { JsonScalar } from "../../scalars/json.js";
import {
  CreationPolicyEnum,
  DecodingStrategyEnum,
  DeletionPolicyEnum,
  RefreshPolicyEnum,
  SecretScopeEnum,
  SecretUseCaseEnum,
} from "../secret-enums.js";

@InputType("SecretDataItemInput", {
  description: "One key of the native Secret, and the place in the provider to fetch its value from.",
})
export class SecretDataItemInput {
  @Field(() => String, {
    description: "The key in the native Secret: letters, digits, `-`, `_` and `.`, at most 253 characters.",
  })
  secretKey!: string;

  @Field(() => String, { description: "The key in the provider: a path in Vault, a secret's name elsewhere." })
  remoteKey!: string;

  @Field(() => String, {
    nullable: true,
    description: "The property inside the provider's secret; left out: the whole of it.",
  })
  property?: string | null;

  @Field(() => String, { nullable: true, description: "The version in the provider; left out: the newest." })
  version?: string | null;

  @Field(() => DecodingStrategyEnum, {
    defaultValue: "NONE",
    description: "How the value is decoded before it is written.",
  })
  decodingStrategy!: DecodingStrategy;
}

@InputType("RemoteRefInput", { description: "One secret of the provider, all of whose properties become keys." })
export class RemoteRefInput {
  @Field(() => String, { description: "The key in the provider." })
  key!: string;

  @Field(() => String, {
    nullable: true,
    description: "The property that holds the properties to extract; left out: the secret itself.",
  })
  property?: string | null;

  @Field(() => String, { nullable: true, description: "The version in the provider; left out: the newest." })
  version?: string | null;

  @Field(() => DecodingStrategyEnum, {
    defaultValue: "NONE",
    description: "How the values are decoded before they are written.",
  })
  decodingStrategy!: DecodingStrategy;
}

@InputType("RemoteFindInput", { description: "A search in the provider; each secret found becomes a key." })
export class RemoteFindInput {
  @Field(() => String, { nullable: true, description: "The root path to search under." })
  path?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "A regular expression (RE2) that the secrets' names must match.",
  })
  nameRegExp?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Tags that the secrets must have: {"team": "payments"}.' })
  tags?: unknown;
}

@InputType("SecretDataSourceInput", { description: "Many keys at once. Exactly one of `extract` and `find` is given." })
export class SecretDataSourceInput {
  @Field(() => RemoteRefInput, { nullable: true, description: "All properties of one secret of the provider." })
  extract?: RemoteRefInput | null;

  @Field(() => RemoteFindInput, { nullable: true, description: "All secrets of the provider that a search finds." })
  find?: RemoteFindInput | null;
}

const TEMPLATE =
  'The operator\'s `target.template` without `type` and `metadata`: {"data": {"url": "https://{{ .user }}:{{ .password }}@db"}, "engineVersion": "v2"}.';

@InputType("SecretTargetInput", { description: "The native Kubernetes Secret that the operator writes." })
export class SecretTargetInput {
  @Field(() => String, { nullable: true, description: "Its name; the secret's own where it is left out." })
  name?: string | null;

  @Field(() => String, {
    defaultValue: "Opaque",
    description: 'Its Kubernetes type, for example "kubernetes.io/dockerconfigjson".',
  })
  type!: string;

  @Field(() => CreationPolicyEnum, { defaultValue: "OWNER", description: "How it comes into being, and who owns it." })
  creationPolicy!: CreationPolicy;

  @Field(() => DeletionPolicyEnum, {
    defaultValue: "RETAIN",
    description: "What becomes of it when the provider's values are gone.",
  })
  deletionPolicy!: DeletionPolicy;

  @Field(() => Boolean, { defaultValue: false, description: "Whether Kubernetes refuses every later change of it." })
  immutable!: boolean;

  @Field(() => JsonScalar, { nullable: true, description: TEMPLATE })
  template?: unknown;

  @Field(() => JsonScalar, { nullable: true, description: "Labels of the native Secret: an object of texts." })
  labels?: unknown;

  @Field(() => JsonScalar, { nullable: true, description: "Annotations of the native Secret: an object of texts." })
  annotations?: unknown;
}

@InputType("UpdateSecretTargetInput", {
  description: "A change of the native Secret. Left out: stays as it is; null: back to the default, or none.",
})
export class UpdateSecretTargetInput {
  @Field(() => String, { nullable: true, description: "Its name; null: the secret's own." })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Its Kubernetes type; null: "Opaque".' })
  type?: string | null;

  @Field(() => CreationPolicyEnum, {
    nullable: true,
    description: "How it comes into being, and who owns it; null: OWNER.",
  })
  creationPolicy?: CreationPolicy | null;

  @Field(() => DeletionPolicyEnum, {
    nullable: true,
    description: "What becomes of it when the provider's values are gone; null: RETAIN.",
  })
  deletionPolicy?: DeletionPolicy | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "Whether Kubernetes refuses every later change of it; null: false.",
  })
  immutable?: boolean | null;

  @Field(() => JsonScalar, { nullable: true, description: `${TEMPLATE} Null: none.` })
  template?: unknown;

  @Field(() => JsonScalar, { nullable: true, description: "Labels of the native Secret, all of them; null: none." })
  labels?: unknown;

  @Field(() => JsonScalar, {
    nullable: true,
    description: "Annotations of the native Secret, all of them; null: none.",
  })
  annotations?: unknown;
}

@InputType("CreateSecretInput", { description: "A secret to make: references, never values." })
export class CreateSecretInputType {
  @Field(() => String, {
    description: "A DNS-1123 subdomain of 2 to 253 characters: the ExternalSecret's name. It never changes.",
  })
  name!: string;

  @Field(() => SecretScopeEnum, { description: "Whom it belongs to." })
  scope!: SecretScope;

  @Field(() => ID, {
    nullable: true,
    description: "The project that it belongs to: needed for scope PROJECT, refused for ORGANIZATION.",
  })
  projectId?: string | null;

  @Field(() => [ID], { nullable: true, description: "Scope ORGANIZATION: the projects to assign it to at once." })
  projectIds?: string[] | null;

  @Field(() => SecretUseCaseEnum, { defaultValue: "GENERIC", description: "What it is for." })
  useCase!: SecretUseCase;

  @Field(() => ID, { description: "The provider that holds the values." })
  providerId!: string;

  @Field(() => [SecretDataItemInput], {
    nullable: true,
    description: "Keys to fetch one by one. `data` or `dataFrom` must be given.",
  })
  data?: SecretDataItemInput[] | null;

  @Field(() => [SecretDataSourceInput], { nullable: true, description: "Sources of many keys at once." })
  dataFrom?: SecretDataSourceInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'How often to fetch again: a Go duration, for example "15m"; "1h" where it is left out, "0" for never.',
  })
  refreshInterval?: string | null;

  @Field(() => RefreshPolicyEnum, {
    nullable: true,
    description: "When to fetch again; PERIODIC where it is left out.",
  })
  refreshPolicy?: RefreshPolicy | null;

  @Field(() => SecretTargetInput, {
    nullable: true,
    description: "The native Secret to write; left out: all its defaults.",
  })
  target?: SecretTargetInput | null;
}

@InputType("UpdateSecretInput", {
  description: "A change of a secret. Left out: stays as it is (`other` too); null: back to the default, or none.",
})
export class UpdateSecretInputType {
  @Field(() => ID, { description: "The secret." })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The generation that the change was made for: if it is not the current one, CONFLICT and nothing is changed.",
  })
  expectedGeneration?: number | null;

  @Field(() => SecretUseCaseEnum, { nullable: true, description: "What it is for; null: GENERIC." })
  useCase?: SecretUseCase | null;

  @Field(() => ID, { nullable: true, description: "The provider that holds the values." })
  providerId?: string | null;

  @Field(() => [SecretDataItemInput], {
    nullable: true,
    description: "Keys to fetch one by one, all of them; null: none.",
  })
  data?: SecretDataItemInput[] | null;

  @Field(() => [SecretDataSourceInput], {
    nullable: true,
    description: "Sources of many keys at once, all of them; null: none.",
  })
  dataFrom?: SecretDataSourceInput[] | null;

  @Field(() => String, { nullable: true, description: 'How often to fetch again: a Go duration; null: "1h".' })
  refreshInterval?: string | null;

  @Field(() => RefreshPolicyEnum, { nullable: true, description: "When to fetch again; null: PERIODIC." })
  refreshPolicy?: RefreshPolicy | null;

  @Field(() => UpdateSecretTargetInput, {
    nullable: true,
    description: "Changes of the native Secret; null: all its defaults.",
  })
  target?: UpdateSecretTargetInput | null;
}
