import type { DataSource } from "typeorm";
import { query } from "../../../src/persistence/transaction.js";
import { assignmentCount, idOf, projectName, secretName, STORE, storedSpec, type WorldSize } from "./world.js";

/** Writes a whole world into the tables, all of it synced and with nothing to do. The cluster's row must be there. */
export async function seedWorld(dataSource: DataSource, clusterId: string, size: WorldSize): Promise<void> {
  const provider = idOf("provider", 0);
  const run = (sql: string, params: readonly unknown[] = []): Promise<unknown> => query(dataSource, sql, params);
  const projects = Array.from({ length: size.projects }, (_, i) => i);
  const secrets = Array.from({ length: size.secrets }, (_, i) => i);
  await run(
    `INSERT INTO project (id, name, description, cluster_id, status, namespace_uid, namespace_ours, sent)
     SELECT id, name, '', $3, 'READY', uid, false, true FROM unnest($1::uuid[], $2::text[], $4::text[]) AS t (id, name, uid)`,
    [
      projects.map((i) => idOf("project", i)),
      projects.map(projectName),
      clusterId,
      projects.map((i) => idOf("namespace", i)),
    ],
  );
  await run(
    `INSERT INTO provider (id, name, kind, scope, managed, store_name, status) VALUES ($1, 'bench', 'VAULT', 'ORGANIZATION', false, $2, 'READY')`,
    [provider, STORE],
  );
  await run(
    `INSERT INTO provider_target (id, provider_id, cluster_id, status, uid, observed_at)
     VALUES ($1, $2, $3, 'READY', '88888888-0000-4000-8000-000000000000', now())`,
    [idOf("target", 0), provider, clusterId],
  );
  await run(
    `INSERT INTO secret (id, name, scope, use_case, provider_id, spec, status, created_by)
     SELECT id, name, 'ORGANIZATION', 'GENERIC', $3, spec::jsonb, 'SYNCED', 'ada' FROM unnest($1::uuid[], $2::text[], $4::text[]) AS t (id, name, spec)`,
    [
      secrets.map((i) => idOf("secret", i)),
      secrets.map(secretName),
      provider,
      secrets.map((i) => JSON.stringify(storedSpec(i).spec)),
    ],
  );
  const count = assignmentCount(size);
  for (let from = 0; from < count; from += 10_000) {
    const indexes = Array.from({ length: Math.min(10_000, count - from) }, (_, i) => from + i);
    await run(
      `INSERT INTO assignment (id, secret_id, project_id, object_name, target_name, status, reason, desired_generation, synced_generation, uid, sent,
                               applied_generation, applied_manifest, observed_at, refreshed_at, write_resource_version, written_at, write_ready)
       SELECT id, secret_id, project_id, name, name, 'SYNCED', 'SecretSynced', 1, 1, uid, true, 1, repeat('manifest ', 100), now(), refreshed::timestamptz, '1', now(), 'True'
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[]) AS t (id, secret_id, project_id, name, uid, refreshed)`,
      [
        indexes.map((i) => idOf("assignment", i)),
        indexes.map((i) => idOf("secret", i % size.secrets)),
        indexes.map((i) => idOf("project", Math.floor(i / size.secrets))),
        indexes.map((i) => secretName(i % size.secrets)),
        indexes.map((i) => idOf("object", i)),
        indexes.map((i) => new Date(Date.UTC(2026, 10, 24) + (i % 86_400) * 1000).toISOString()),
      ],
    );
  }
  for (const table of ["project", "secret", "assignment", "provider", "provider_target"])
    await run(`VACUUM ANALYZE ${table}`);
}
