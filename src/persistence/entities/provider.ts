import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { JsonObject } from "../../domain/json.js";
import type { ProviderKind, ProviderStatus, SecretScope } from "../../domain/kinds.js";
import { ProjectEntity } from "./project.js";

@Entity("provider")
@Check("ck_provider_kind", "kind IN ('VAULT','AWS_SECRETS_MANAGER','GCP_SECRET_MANAGER','AZURE_KEY_VAULT')")
@Check("ck_provider_scope", "scope IN ('ORGANIZATION','PROJECT')")
@Check("ck_provider_status", "status IN ('PENDING','READY','ERROR','DELETING','DELETE_FAILED')")
@Check("ck_provider_project", "(scope = 'PROJECT') = (project_id IS NOT NULL)")
@Check("ck_provider_config", "managed = (config IS NOT NULL)")
@Check("ck_provider_key_prefix", "project_key_prefix IS NULL OR scope = 'ORGANIZATION'")
@Index("uq_provider_organization_name", ["name"], { unique: true, where: "scope = 'ORGANIZATION'" })
@Index("uq_provider_project_name", ["projectId", "name"], { unique: true, where: "scope = 'PROJECT'" })
@Index("uq_provider_organization_store", ["storeName"], { unique: true, where: "scope = 'ORGANIZATION'" })
@Index("uq_provider_project_store", ["projectId", "storeName"], { unique: true, where: "scope = 'PROJECT'" })
@Index("ix_provider_name", ["name", "id"])
export class ProviderEntity {
  @PrimaryColumn("uuid", { primaryKeyConstraintName: "pk_provider" })
  id!: string;

  @Column({ type: "text", collation: "C" })
  name!: string;

  @Column("text")
  kind!: ProviderKind;

  @Column("text")
  scope!: SecretScope;

  @Column("uuid", { name: "project_id", nullable: true })
  @ForeignKey(() => ProjectEntity, { name: "fk_provider_project" })
  projectId!: string | null;

  @Column("boolean")
  managed!: boolean;

  @Column("text", { name: "store_name" })
  storeName!: string;

  @Column("jsonb", { nullable: true })
  config!: JsonObject | null;

  @Column("text", { name: "project_key_prefix", nullable: true })
  projectKeyPrefix!: string | null;

  @Column("text", { default: "PENDING" })
  status!: ProviderStatus;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("text", { nullable: true })
  message!: string | null;

  @Column("integer", { default: 1 })
  generation!: number;

  @Column("timestamptz", { name: "deletion_requested_at", nullable: true })
  deletionRequestedAt!: Date | null;

  @Column("timestamptz", { name: "created_at", default: () => "now()" })
  createdAt!: Date;

  @Column("timestamptz", { name: "updated_at", default: () => "now()" })
  updatedAt!: Date;
}
