import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { JsonObject } from "../../domain/json.js";
import type { SecretScope, SecretStatus, SecretUseCase } from "../../domain/kinds.js";
import { ProjectEntity } from "./project.js";
import { ProviderEntity } from "./provider.js";

/** What a secret is; its spec is a reference and a shape, never a value. */
@Entity("secret")
@Check("ck_secret_scope", "scope IN ('ORGANIZATION','PROJECT')")
@Check("ck_secret_use_case", "use_case IN ('GENERIC','HUGGING_FACE','S3','DATABASE','IMAGE_PULL_SECRET')")
@Check(
  "ck_secret_status",
  "status IN ('UNASSIGNED','PENDING','SYNCED','PARTIALLY_SYNCED','SYNCED_ERROR','FAILED','DELETING','DELETE_FAILED')",
)
@Check("ck_secret_project", "(scope = 'PROJECT') = (project_id IS NOT NULL)")
@Index("uq_secret_organization_name", ["name"], { unique: true, where: "scope = 'ORGANIZATION'" })
@Index("uq_secret_project_name", ["projectId", "name"], { unique: true, where: "scope = 'PROJECT'" })
@Index("ix_secret_name", ["name", "id"])
// By rank of status, which no column says: the migration has the expression.
@Index("ix_secret_status", { synchronize: false })
@Index("ix_secret_scope", ["scope", "name", "id"])
@Index("ix_secret_created_at", ["createdAt", "id"])
@Index("ix_secret_updated_at", ["updatedAt", "id"])
@Index("ix_secret_use_case", ["useCase", "name"])
@Index("ix_secret_provider", ["providerId", "name"])
export class SecretEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "pk_secret" })
  id!: string;

  @Column({ type: "text", collation: "C" })
  name!: string;

  @Column("text")
  scope!: SecretScope;

  @Column("uuid", { name: "project_id", nullable: true })
  @ForeignKey(() => ProjectEntity, { name: "fk_secret_project" })
  projectId!: string | null;

  @Column("text", { name: "use_case" })
  useCase!: SecretUseCase;

  @Column("uuid", { name: "provider_id" })
  @ForeignKey(() => ProviderEntity, { name: "fk_secret_provider" })
  providerId!: string;

  @Column("jsonb")
  spec!: JsonObject;

  @Column("jsonb", { default: {} })
  labels!: Record<string, string>;

  @Column("jsonb", { default: {} })
  annotations!: Record<string, string>;

  @Column("integer", { default: 1 })
  generation!: number;

  @Column("text", { default: "UNASSIGNED" })
  status!: SecretStatus;

  @Column("text", { name: "status_reason", nullable: true })
  statusReason!: string | null;

  @Column("timestamptz", { name: "deletion_requested_at", nullable: true })
  deletionRequestedAt!: Date | null;

  @Column("text", { name: "created_by" })
  createdBy!: string;

  @Column("timestamptz", { name: "created_at", default: () => "now()" })
  createdAt!: Date;

  @Column("timestamptz", { name: "updated_at", default: () => "now()" })
  updatedAt!: Date;
}
