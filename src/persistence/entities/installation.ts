import { Check, Column, Entity, PrimaryColumn } from "typeorm";
import { bigintTransformer } from "./bigint.js";

/** The one row that makes this installation itself. */
@Entity("installation")
@Check("ck_installation_singleton", "singleton")
@Check("ck_installation_cursor_key", "octet_length(cursor_key) = 16")
export class InstallationEntity {
  @PrimaryColumn("boolean", { primaryKeyConstraintName: "pk_installation", default: true })
  singleton!: boolean;

  /** The value of our label on every object in every cluster. */
  @Column("uuid")
  id!: string;

  /** Seals stream cursors; it must not be logged. */
  @Column("bytea", { name: "cursor_key" })
  cursorKey!: Buffer;

  /** Transitions up to this position may have been removed. */
  @Column("bigint", { name: "pruned_to", default: 0, transformer: bigintTransformer })
  prunedTo!: bigint;

  @Column("timestamptz", { name: "created_at", default: () => "now()" })
  createdAt!: Date;
}
