import { Field, ObjectType } from "type-graphql";
import type { ClusterRecord } from "../../domain/cluster.js";
import type { ClusterStatus } from "../../domain/kinds.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { globalId } from "../ids.js";
import { DateTime } from "../scalars/date-time.js";
import { statusReasonOf } from "./status-reason.js";
import { enumType } from "./enum-type.js";
import { Node } from "./node.js";

const ClusterStatusEnum = enumType<ClusterStatus>("ClusterStatus", "Whether a cluster can be worked with.", {
  CONNECTED: "It answers, and the External Secrets Operator's resources are served there.",
  UNREACHABLE:
    "It does not answer, or it is not the cluster that it was; what it should hold is kept and applied once it is back.",
  NO_OPERATOR:
    "It answers, but does not serve the ExternalSecret resource: the External Secrets Operator is not installed.",
});

@ObjectType("Cluster", {
  implements: Node,
  simpleResolvers: true,
  description: "A Kubernetes cluster with the External Secrets Operator, in which projects have their namespaces.",
})
export class Cluster extends Node {
  @Field(() => String, { description: "The name under which it is configured." })
  name: string;

  @Field(() => ClusterStatusEnum, { description: "Whether it can be worked with now." })
  status: ClusterStatus;

  @Field(() => String, {
    nullable: true,
    description: "Why it is not CONNECTED, for a person. Platform admins only; else null.",
  })
  statusReason: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The version of external-secrets.io that is served and used there, for example "v1". Platform admins only; else null.',
  })
  operatorApiVersion: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it last answered; null if it never did." })
  lastSeenAt: Date | null;

  constructor(
    readonly record: ClusterRecord,
    scope: ViewerScope,
  ) {
    super();
    this.id = globalId("cluster", record.id);
    this.name = record.name;
    this.status = record.status;
    this.statusReason = scope.admin ? statusReasonOf(record) : null;
    this.operatorApiVersion = scope.admin ? record.operatorApiVersion : null;
    this.lastSeenAt = record.lastSeenAt;
  }
}
