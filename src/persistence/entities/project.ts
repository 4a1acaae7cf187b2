import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import type { ProjectStatus } from "../../domain/kinds.js";
import { bigintTransformer } from "./bigint.js";
import { ClusterEntity } from "./cluster.js";

@Entity("project")
@Unique("uq_project_name", ["name"])
@Check("ck_project_status", "status IN ('PENDING','READY','FAILED','DELETING','DELETE_FAILED')")
@Index("ix_project_cluster_name", ["clusterId", "name"])
@Index("ix_project_status_name", ["status", "name"])
export class ProjectEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "pk_project" })
  id!: string;

  @Column({ type: "text", collation: "C" })
  name!: string;

  @Column("text")
  description!: string;

  @Column("uuid", { name: "cluster_id" })
  @ForeignKey(() => ClusterEntity, { name: "fk_project_cluster" })
  clusterId!: string;

  @Column("text", { default: "PENDING" })
  status!: ProjectStatus;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("text", { nullable: true })
  message!: string | null;

  /** Grows with every change of desired state; a status judged on an older one is not written. */
  @Column("bigint", { default: 1, transformer: bigintTransformer })
  revision!: bigint;

  @Column("text", { name: "namespace_uid", nullable: true })
  namespaceUid!: string | null;

  @Column("boolean", { name: "namespace_ours", nullable: true })
  namespaceOurs!: boolean | null;

  @Column("boolean", { default: false })
  sent!: boolean;

  @Column("boolean", { name: "delete_namespace", default: false })
  deleteNamespace!: boolean;

  @Column("timestamptz", { name: "delete_sent_at", nullable: true })
  deleteSentAt!: Date | null;

  @Column("timestamptz", { name: "deletion_requested_at", nullable: true })
  deletionRequestedAt!: Date | null;

  @Column("timestamptz", { name: "created_at", default: () => "now()" })
  createdAt!: Date;

  @Column("timestamptz", { name: "updated_at", default: () => "now()" })
  updatedAt!: Date;
}
