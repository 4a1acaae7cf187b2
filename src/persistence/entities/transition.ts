import { Check, Column, Entity, Index, PrimaryColumn, Unique } from "typeorm";
import type { TransitionSubject } from "../../domain/kinds.js";
import { bigintTransformer } from "./bigint.js";

/** The log. No foreign keys: history outlives what it tells of. */
@Entity("transition")
@Unique("uq_transition_id", ["id"])
@Check("ck_transition_subject", "subject IN ('SECRET','ASSIGNMENT','PROVIDER','PROJECT','CLUSTER')")
@Check("ck_transition_says_something", "from_status IS NOT NULL OR to_status IS NOT NULL")
@Index("ix_transition_secret", ["secretId", "position"], { where: "secret_id IS NOT NULL" })
@Index("ix_transition_assignment", ["assignmentId", "position"], { where: "assignment_id IS NOT NULL" })
@Index("ix_transition_project", ["projectId", "position"], { where: "project_id IS NOT NULL" })
@Index("ix_transition_provider", ["providerId", "position"], { where: "provider_id IS NOT NULL" })
@Index("ix_transition_cluster", ["clusterId", "position"], { where: "cluster_id IS NOT NULL" })
@Index("ix_transition_subject", ["subject", "position"])
@Index("ix_transition_actor", ["actor", "position"])
@Index("ix_transition_at", ["at"])
export class TransitionEntity {
  @PrimaryColumn("bigint", { primaryKeyConstraintName: "pk_transition", transformer: bigintTransformer })
  position!: bigint;

  @Column("uuid")
  id!: string;

  @Column("text")
  subject!: TransitionSubject;

  @Column("uuid", { name: "subject_id" })
  subjectId!: string;

  @Column("text", { name: "from_status", nullable: true })
  from!: string | null;

  @Column("text", { name: "to_status", nullable: true })
  to!: string | null;

  @Column("text", { nullable: true })
  reason!: string | null;

  @Column("text", { nullable: true })
  message!: string | null;

  @Column("text")
  actor!: string;

  @Column("timestamptz")
  at!: Date;

  @Column("uuid", { name: "secret_id", nullable: true })
  secretId!: string | null;

  @Column("uuid", { name: "assignment_id", nullable: true })
  assignmentId!: string | null;

  @Column("uuid", { name: "project_id", nullable: true })
  projectId!: string | null;

  @Column("uuid", { name: "provider_id", nullable: true })
  providerId!: string | null;

  @Column("uuid", { name: "cluster_id", nullable: true })
  clusterId!: string | null;
}
