import type { ProviderTargetRecord } from "../../domain/provider.js";

export const PROVIDER_TARGET_COLUMNS = [
  "id",
  "provider_id",
  "cluster_id",
  "namespace",
  "status",
  "reason",
  "message",
  "observed_at",
] as const;
export interface ProviderTargetRow {
  id: string;
  provider_id: string;
  cluster_id: string;
  namespace: string | null;
  status: ProviderTargetRecord["status"];
  reason: string | null;
  message: string | null;
  observed_at: Date | null;
}
export function providerTargetRecord(row: ProviderTargetRow): ProviderTargetRecord {
  return {
    id: row.id,
    providerId: row.provider_id,
    clusterId: row.cluster_id,
    namespace: row.namespace,
    status: row.status,
    reason: row.reason,
    message: row.message,
    observedAt: row.observed_at,
  };
}
