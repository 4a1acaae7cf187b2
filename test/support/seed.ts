import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { query } from "../../src/persistence/transaction.js";

type Values = Record<string, string | number | boolean | Date | null>;

/** Writes rows straight into the tables, for tests of what reads and judges them. Every name is new, so that tests of one file share a database. */
export class Seed {
  constructor(private readonly dataSource: DataSource) {}

  async cluster(values: Values = {}): Promise<string> {
    return this.insert("cluster", { name: unique("cluster"), status: "CONNECTED", ...values });
  }

  async project(clusterId: string, values: Values = {}): Promise<string> {
    return this.insert("project", {
      name: unique("project"),
      description: "",
      cluster_id: clusterId,
      status: "READY",
      ...values,
    });
  }

  async provider(values: Values = {}): Promise<string> {
    const name = unique("provider");
    const row = {
      name,
      kind: "VAULT",
      scope: "ORGANIZATION",
      managed: true,
      store_name: name,
      status: "READY",
      ...values,
    };
    return this.insert("provider", { ...row, config: row.managed ? "{}" : null });
  }

  async target(providerId: string, clusterId: string, values: Values = {}): Promise<string> {
    return this.insert("provider_target", {
      provider_id: providerId,
      cluster_id: clusterId,
      status: "READY",
      ...values,
    });
  }

  async secret(providerId: string, values: Values = {}): Promise<string> {
    return this.insert("secret", {
      name: unique("secret"),
      scope: "ORGANIZATION",
      use_case: "GENERIC",
      provider_id: providerId,
      spec: JSON.stringify({ data: [] }),
      status: "PENDING",
      created_by: "ada",
      ...values,
    });
  }

  async assignment(secretId: string, projectId: string, values: Values = {}): Promise<string> {
    const name = unique("object");
    return this.insert("assignment", {
      secret_id: secretId,
      project_id: projectId,
      object_name: name,
      target_name: name,
      desired_generation: 1,
      status: "PENDING",
      ...values,
    });
  }

  async lease(clusterId: string, term = randomUUID()): Promise<string> {
    await query(
      this.dataSource,
      "INSERT INTO leadership (cluster_id, term, expires_at) VALUES ($1, $2, now() + interval '1 hour')",
      [clusterId, term],
    );
    return term;
  }

  private async insert(table: string, values: Values): Promise<string> {
    const row: Values = { id: randomUUID(), ...values };
    const names = Object.keys(row);
    await query(
      this.dataSource,
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map((_, i) => `$${i + 1}`).join(", ")})`,
      Object.values(row),
    );
    return String(row["id"]);
  }
}

/** A DNS-1123 name that nobody else has. */
export function unique(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
