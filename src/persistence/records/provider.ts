import type { ProviderRecord } from "../../domain/provider.js";

export const PROVIDER_COLUMNS = [
  "id",
  "name",
  "kind",
  "scope",
  "project_id",
  "managed",
  "store_name",
  "config",
  "project_key_prefix",
  "status",
  "reason",
  "message",
  "generation",
  "deletion_requested_at",
  "created_at",
  "updated_at",
] as const;
export interface ProviderRow {
  id: string;
  name: string;
  kind: ProviderRecord["kind"];
  scope: ProviderRecord["scope"];
  project_id: string | null;
  managed: boolean;
  store_name: string;
  config: ProviderRecord["config"];
  project_key_prefix: string | null;
  status: ProviderRecord["status"];
  reason: string | null;
  message: string | null;
  generation: number;
  deletion_requested_at: Date | null;
  created_at: Date;
  updated_at: Date;
}
export function providerRecord(row: ProviderRow): ProviderRecord {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    scope: row.scope,
    projectId: row.project_id,
    managed: row.managed,
    storeName: row.store_name,
    config: row.config,
    projectKeyPrefix: row.project_key_prefix,
    status: row.status,
    reason: row.reason,
    message: row.message,
    generation: row.generation,
    deletionRequestedAt: row.deletion_requested_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
