import { Field, ObjectType } from "type-graphql";
import type { JsonObject } from "../../domain/json.js";
import type { ProviderKind, ProviderStatus, SecretScope } from "../../domain/kinds.js";
import type { ProviderRecord, ProviderTargetRecord } from "../../domain/provider.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { globalId } from "../ids.js";
import { DateTime } from "../scalars/date-time.js";
import { JsonScalar } from "../scalars/json.js";
import { connectionType } from "./connection.js";
import { enumType } from "./enum-type.js";
import { Node } from "./node.js";
import { SecretScopeEnum } from "./secret-enums.js";
import { statusReasonOf } from "./status-reason.js";

export const ProviderKindEnum = enumType<ProviderKind>(
  "ProviderKind",
  "The kinds of backend that values can live in.",
  {
    VAULT: "HashiCorp Vault or OpenBao, the KV secrets engine.",
    AWS_SECRETS_MANAGER: "AWS Secrets Manager.",
    GCP_SECRET_MANAGER: "Google Cloud Secret Manager.",
    AZURE_KEY_VAULT: "Azure Key Vault.",
  },
);

const ProviderStatusEnum = enumType<ProviderStatus>(
  "ProviderStatus",
  "Whether a provider's store works, over all clusters that it is needed in.",
  {
    PENDING: "Not written everywhere yet, or the operator has not checked it yet.",
    READY: "The operator accepts it in every cluster.",
    ERROR: "The operator or the cluster refuses it somewhere; `targets` says where and why.",
    DELETING: "It is going away.",
    DELETE_FAILED: "It should be gone but something holds it; it is tried again.",
  },
);

@ObjectType("Provider", {
  implements: Node,
  simpleResolvers: true,
  description:
    "A backend that holds values. In a cluster it is a ClusterSecretStore (scope ORGANIZATION) or a SecretStore in a project's namespace (scope PROJECT).",
})
export class Provider extends Node {
  @Field(() => String, { description: "Its name: unique among the organization's providers, or among the project's." })
  name: string;

  @Field(() => ProviderKindEnum, { description: "What kind of backend it is." })
  kind: ProviderKind;

  @Field(() => SecretScopeEnum, {
    description: "ORGANIZATION: for everybody's secrets, a ClusterSecretStore. PROJECT: a SecretStore in that project.",
  })
  scope: SecretScope;

  @Field(() => Boolean, {
    description: "Whether we write its store. False: an existing store, referenced by its name and never written.",
  })
  managed: boolean;

  @Field(() => String, { description: "The name of the ClusterSecretStore or SecretStore." })
  storeName: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      "What was given for it. It holds references to credentials, never a credential. Null for an existing store and for who may not see it.",
  })
  config: JsonObject | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Scope ORGANIZATION: the keys that members' own secrets may use, `{project}` standing for the project's name; null: none.",
  })
  projectKeyPrefix: string | null;

  @Field(() => ProviderStatusEnum, {
    description: "Whether its store works, over the clusters that you may see it in.",
  })
  status: ProviderStatus;

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

  constructor(
    readonly record: ProviderRecord,
    scope: ViewerScope,
  ) {
    super();
    this.id = globalId("provider", record.id);
    this.name = record.name;
    this.kind = record.kind;
    this.scope = record.scope;
    this.managed = record.managed;
    this.storeName = record.storeName;
    // The read model leaves it out already; what must never leak is checked where it would.
    this.config = scope.admin || record.scope === "PROJECT" ? record.config : null;
    this.projectKeyPrefix = record.projectKeyPrefix;
    this.status = record.status;
    this.statusReason = statusReasonOf(record);
    this.deletionRequestedAt = record.deletionRequestedAt;
    this.createdAt = record.createdAt;
    this.updatedAt = record.updatedAt;
  }
}

@ObjectType("ProviderTarget", {
  simpleResolvers: true,
  description: "A provider in one cluster (and namespace, for scope PROJECT): one store.",
})
export class ProviderTarget {
  @Field(() => ProviderStatusEnum, { description: "Whether the store works there." })
  status: ProviderStatus;

  @Field(() => String, {
    nullable: true,
    description: "Machine-readable, UpperCamelCase: the operator's reason, or ours.",
  })
  reason: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "For a person: the real cause where the cluster tells it. Of an organization provider for platform admins only, since it quotes the config.",
  })
  message: string | null;

  @Field(() => DateTime, { nullable: true, description: "When the cluster was last known to be as this says." })
  observedAt: Date | null;

  constructor(readonly record: ProviderTargetRecord) {
    this.status = record.status;
    this.reason = record.reason;
    this.message = record.message;
    this.observedAt = record.observedAt;
  }
}

export const ProviderConnection = connectionType("Provider", Provider, "providers");
