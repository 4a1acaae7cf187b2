import { Check, Column, Entity, PrimaryColumn, Unique } from "typeorm";
import type { ClusterStatus } from "../../domain/kinds.js";

@Entity("cluster")
@Unique("uq_cluster_name", ["name"])
@Unique("uq_cluster_kube_system_uid", ["kubeSystemUid"])
@Check("ck_cluster_status", "status IN ('CONNECTED','UNREACHABLE','NO_OPERATOR')")
export class ClusterEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "pk_cluster" })
  id!: string;

  @Column({ type: "text", collation: "C" })
  name!: string;

  @Column("boolean", { default: true })
  configured!: boolean;

  @Column("text", { default: "UNREACHABLE" })
  status!: ClusterStatus;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("text", { nullable: true })
  message!: string | null;

  @Column("text", { name: "operator_api_version", nullable: true })
  operatorApiVersion!: string | null;

  @Column("text", { name: "kube_system_uid", nullable: true })
  kubeSystemUid!: string | null;

  @Column("timestamptz", { name: "last_seen_at", nullable: true })
  lastSeenAt!: Date | null;

  @Column("timestamptz", { name: "created_at", default: () => "now()" })
  createdAt!: Date;
}
