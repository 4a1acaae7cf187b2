import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import type { AssignmentStatus } from "../../domain/kinds.js";
import { bigintTransformer } from "./bigint.js";
import { ProjectEntity } from "./project.js";
import { SecretEntity } from "./secret.js";

/** One secret in one project: exactly one ExternalSecret, with what is known of the last write to it. */
@Entity("assignment")
@Check("ck_assignment_status", "status IN ('PENDING','SYNCED','SYNCED_ERROR','FAILED','DELETING','DELETE_FAILED')")
@Unique("uq_assignment", ["secretId", "projectId"])
@Unique("uq_assignment_object_name", ["projectId", "objectName"])
@Index("uq_assignment_target_name", ["projectId", "targetName"], { unique: true, where: "target_name IS NOT NULL" })
@Index("ix_assignment_secret_status", ["secretId", "status"])
@Index("ix_assignment_project_secret", ["projectId", "secretId", "status", "deletionRequestedAt"])
@Index("ix_assignment_secret_last_transition", ["secretId", "lastTransitionAt", "id"])
@Index("ix_assignment_project_last_transition", ["projectId", "lastTransitionAt", "id"])
export class AssignmentEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "pk_assignment" })
  id!: string;

  @Column("uuid", { name: "secret_id" })
  @ForeignKey(() => SecretEntity, { name: "fk_assignment_secret" })
  secretId!: string;

  @Column("uuid", { name: "project_id" })
  @ForeignKey(() => ProjectEntity, { name: "fk_assignment_project" })
  projectId!: string;

  /** The ExternalSecret's name: the secret's, repeated so that the database refuses two of one name in a namespace. */
  @Column({ type: "text", name: "object_name", collation: "C" })
  objectName!: string;

  /** The native Secret's name; null where the secret writes none (creation policy None). */
  @Column("text", { name: "target_name", nullable: true })
  targetName!: string | null;

  @Column("text", { default: "PENDING" })
  status!: AssignmentStatus;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("text", { nullable: true })
  message!: string | null;

  /** Grows with every change of desired state; a status judged on an older one is not written. */
  @Column("bigint", { default: 1, transformer: bigintTransformer })
  revision!: bigint;

  @Column("integer", { name: "desired_generation" })
  desiredGeneration!: number;

  @Column("integer", { name: "synced_generation", nullable: true })
  syncedGeneration!: number | null;

  @Column("timestamptz", { name: "refreshed_at", nullable: true })
  refreshedAt!: Date | null;

  @Column("timestamptz", { name: "observed_at", nullable: true })
  observedAt!: Date | null;

  @Column("timestamptz", { name: "last_transition_at", default: () => "now()" })
  lastTransitionAt!: Date;

  @Column("text", { nullable: true })
  uid!: string | null;

  @Column("boolean", { default: false })
  adopted!: boolean;

  @Column("boolean", { default: false })
  sent!: boolean;

  @Column("integer", { name: "applied_generation", nullable: true })
  appliedGeneration!: number | null;

  @Column("text", { name: "applied_manifest", nullable: true })
  appliedManifest!: string | null;

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

  @Column("integer", { name: "force_sync_requested", default: 0 })
  forceSyncRequested!: number;

  @Column("integer", { name: "force_sync_applied", default: 0 })
  forceSyncApplied!: number;

  @Column("text", { name: "force_sync_token", nullable: true })
  forceSyncToken!: string | null;

  @Column("timestamptz", { name: "force_sync_requested_at", nullable: true })
  forceSyncRequestedAt!: Date | null;

  @Column("timestamptz", { name: "deletion_requested_at", nullable: true })
  deletionRequestedAt!: Date | null;

  @Column("timestamptz", { name: "delete_sent_at", nullable: true })
  deleteSentAt!: Date | null;

  @Column("timestamptz", { name: "created_at", default: () => "now()" })
  createdAt!: Date;
}
