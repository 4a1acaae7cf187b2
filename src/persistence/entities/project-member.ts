import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { ProjectEntity } from "./project.js";

@Entity("project_member")
@Index("ix_project_member_subject", ["subject"])
export class ProjectMemberEntity {
  @PrimaryColumn("uuid", { name: "project_id", primaryKeyConstraintName: "pk_project_member" })
  @ForeignKey(() => ProjectEntity, { name: "fk_project_member_project", onDelete: "CASCADE" })
  projectId!: string;

  @PrimaryColumn({ type: "text", collation: "C", primaryKeyConstraintName: "pk_project_member" })
  subject!: string;

  @Column("timestamptz", { name: "added_at", default: () => "now()" })
  addedAt!: Date;

  @Column("text", { name: "added_by" })
  addedBy!: string;
}
