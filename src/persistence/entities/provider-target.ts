import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import type { ProviderStatus } from "../../domain/kinds.js";
import { bigintTransformer } from "./bigint.js";
import { ClusterEntity } from "./cluster.js";
import { ProviderEntity } from "./provider.js";

/** One provider in one cluster (and namespace, for scope PROJECT). */
@Entity("provider_target")
@Unique("uq_provider_target", ["providerId", "clusterId"])
@Check("ck_provider_target_status", "status IN ('PENDING','READY','ERROR','DELETING','DELETE_FAILED')")
@Index("ix_provider_target_cluster", ["clusterId"])
export class ProviderTargetEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "pk_provider_target" })
  id!: string;

  @Column("uuid", { name: "provider_id" })
  @ForeignKey(() => ProviderEntity, { name: "fk_provider_target_provider" })
  providerId!: string;

  @Column("uuid", { name: "cluster_id" })
  @ForeignKey(() => ClusterEntity, { name: "fk_provider_target_cluster" })
  clusterId!: string;

  @Column("text", { nullable: true })
  namespace!: string | null;

  @Column("text", { default: "PENDING" })
  status!: ProviderStatus;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("text", { nullable: true })
  message!: string | null;

  /** Grows with every change of desired state; a status judged on an older one is not written. */
  @Column("bigint", { default: 1, transformer: bigintTransformer })
  revision!: bigint;

  @Column("text", { nullable: true })
  uid!: string | null;

  @Column("boolean", { default: false })
  sent!: boolean;

  @Column("integer", { name: "applied_generation", nullable: true })
  appliedGeneration!: number | null;

  @Column("text", { name: "write_resource_version", nullable: true })
  writeResourceVersion!: string | null;

  @Column("timestamptz", { name: "written_at", nullable: true })
  writtenAt!: Date | null;

  @Column("boolean", { default: false })
  unanswered!: boolean;

  @Column("text", { name: "write_ready", nullable: true })
  writeReady!: string | null;

  @Column("text", { name: "write_synced_resource_version", nullable: true })
  writeSyncedResourceVersion!: string | null;

  @Column("boolean", { name: "write_forced", default: false })
  writeForced!: boolean;

  @Column("timestamptz", { name: "delete_sent_at", nullable: true })
  deleteSentAt!: Date | null;

  @Column("timestamptz", { name: "observed_at", nullable: true })
  observedAt!: Date | null;
}
