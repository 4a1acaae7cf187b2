import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { ClusterEntity } from "./cluster.js";

/** Who leads a cluster: a lease on the database's clock (DESIGN.md, "Leadership"). */
@Entity("leadership")
export class LeadershipEntity {
  @PrimaryColumn("uuid", { name: "cluster_id", primaryKeyConstraintName: "pk_leadership" })
  @ForeignKey(() => ClusterEntity, { name: "fk_leadership_cluster", onDelete: "CASCADE" })
  clusterId!: string;

  @Column("uuid")
  term!: string;

  @Column("timestamptz", { name: "expires_at" })
  expiresAt!: Date;
}
