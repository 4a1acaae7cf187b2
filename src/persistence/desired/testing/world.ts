import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { silentLogger } from "../../../../test/support/logger.js";
import { createTestDatabase } from "../../../../test/support/postgres.js";
import type { JsonObject } from "../../../domain/json.js";
import type { AssignmentStatus } from "../../../domain/kinds.js";
import type { CreateProviderInput, CreateSecretInput, DesiredState } from "../../../domain/ports/desired-state.js";
import type { ProjectRecord } from "../../../domain/project.js";
import type { ProviderRecord } from "../../../domain/provider.js";
import type { SecretRecord } from "../../../domain/secret.js";
import { DEFAULT_RULE_SETTINGS, type RuleSettings } from "../../../domain/settings.js";
import type { Viewer } from "../../../domain/viewer.js";
import { catalog, FakeGateway } from "./doubles.js";
import { createDataSource } from "../../data-source.js";
import { inTransaction, query } from "../../transaction.js";
import { createDesiredState } from "../index.js";
import { noteAssignment } from "../notes.js";
import type { Reason } from "../reasons.js";
import { rollUp } from "../roll-up.js";

export const admin: Viewer = {
  subject: "ada",
  email: null,
  name: null,
  role: "PLATFORM_ADMIN",
  groups: [],
  expiresAt: null,
};
export const memberOf = (...groups: string[]): Viewer => ({ ...admin, subject: "tim", role: "TEAM_MEMBER", groups });

export const VAULT: JsonObject = { server: "https://vault.example.org", auth: "vault-token" };
export const ONE_KEY = [{ secretKey: "password", remoteKey: "db/password", decodingStrategy: "NONE" as const }];

/** `subject from>to reason` of each transition, in order, with the things' names in place of their ids. */
export interface LogLine {
  subject: string;
  from: string | null;
  to: string | null;
  reason: string | null;
  actor: string;
}

/** One database with everything that a test of the commands needs. */
export class World {
  readonly gateway = new FakeGateway();
  readonly desired: DesiredState;
  #names = 0;

  private constructor(
    readonly dataSource: DataSource,
    readonly settings: RuleSettings,
    private readonly drop: () => Promise<void>,
  ) {
    this.desired = createDesiredState({ dataSource, catalog, cluster: this.gateway, settings });
  }

  static async create(settings: Partial<RuleSettings> = {}): Promise<World> {
    const database = await createTestDatabase();
    const dataSource = createDataSource({
      url: database.url,
      poolSize: 12,
      lockTimeout: 5_000,
      idleInTransactionTimeout: 5_000,
      statementTimeout: 20_000,
      logger: silentLogger,
    });
    await dataSource.initialize();
    return new World(dataSource, { ...DEFAULT_RULE_SETTINGS, ...settings }, database.drop);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.drop();
  }

  /** A name that nothing in this database has yet. */
  name(prefix = "n"): string {
    this.#names += 1;
    return `${prefix}-${this.#names}`;
  }

  sql<T extends object>(text: string, params: readonly unknown[] = []): Promise<T[]> {
    return query<T>(this.dataSource, text, params);
  }

  async cluster(configured = true): Promise<string> {
    const id = randomUUID();
    await this.sql("INSERT INTO cluster (id, name, configured, status) VALUES ($1, $2, $3, 'CONNECTED')", [
      id,
      this.name("cluster"),
      configured,
    ]);
    return id;
  }

  /** A project in a cluster, READY as its leader would have made it. */
  async project(clusterId: string, name = this.name("project")): Promise<ProjectRecord> {
    const project = await this.desired.createProject(admin, { name, description: "", clusterId });
    return this.ready(project);
  }

  async ready(project: ProjectRecord, ours = true): Promise<ProjectRecord> {
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query("UPDATE project SET status = 'READY', sent = true, namespace_ours = $2 WHERE id = $1", [
        project.id,
        ours,
      ]);
      tx.note({
        ...system("PROJECT", project.id),
        projectId: project.id,
        from: project.status,
        to: "READY",
      });
    });
    return { ...project, status: "READY" };
  }

  async provider(input: Partial<CreateProviderInput> = {}, viewer = admin): Promise<ProviderRecord> {
    return this.desired.createProvider(viewer, {
      name: this.name("provider"),
      scope: "ORGANIZATION",
      vault: VAULT,
      ...input,
    });
  }

  async secret(
    input: Partial<CreateSecretInput> & Pick<CreateSecretInput, "providerId">,
    viewer = admin,
  ): Promise<SecretRecord> {
    return this.desired.createSecret(viewer, this.secretInput(input));
  }

  secretInput(input: Partial<CreateSecretInput> & Pick<CreateSecretInput, "providerId">): CreateSecretInput {
    return { name: this.name("secret"), scope: "ORGANIZATION", useCase: "GENERIC", data: ONE_KEY, ...input };
  }

  /** As the cluster's leader would report it; what is going away is only reported where `wanted` is left out. */
  async observed(secretId: string, status: AssignmentStatus, projectId?: string, wanted = false): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query("SELECT FROM secret WHERE id = $1 FOR UPDATE", [secretId]);
      const command = {
        tx,
        viewer: { ...admin, subject: "system" },
        scope: { admin: true } as const,
        catalog,
        settings: this.settings,
        locking: true,
      };
      const rows = await tx.query<{ id: string; projectId: string; clusterId: string; status: string }>(
        `SELECT a.id, a.project_id AS "projectId", p.cluster_id AS "clusterId", a.status FROM assignment a JOIN project p ON p.id = a.project_id
          WHERE a.secret_id = $1 AND ($2::uuid IS NULL OR a.project_id = $2) AND a.status <> $3 AND (NOT $4 OR a.deletion_requested_at IS NULL) ORDER BY a.id FOR UPDATE OF a`,
        [secretId, projectId ?? null, status, wanted],
      );
      await tx.query(
        "UPDATE assignment SET status = $2, sent = true, uid = coalesce(uid, id::text) WHERE id = ANY($1::uuid[])",
        [rows.map(({ id }) => id), status],
      );
      const reason = "SecretSynced" as Reason; // oxlint-disable-line typescript/no-unsafe-type-assertion -- stands in for the leader, whose reasons are others
      for (const row of rows) noteAssignment(command, { ...row, secretId }, { from: row.status, to: status, reason });
      await rollUp(command, [secretId], { reason });
    });
  }

  assignments(secretId: string) {
    return this.sql<StoredAssignment>(
      `SELECT a.*, p.name AS project FROM assignment a JOIN project p ON p.id = a.project_id WHERE secret_id = $1 ORDER BY p.name`,
      [secretId],
    );
  }

  /** The position after which {@link log} tells. */
  async mark(): Promise<string> {
    const [row] = await this.sql<{ last: string }>("SELECT coalesce(max(position), 0)::text AS last FROM transition");
    return row?.last ?? "0";
  }

  async log(after: string): Promise<string[]> {
    const rows = await this.sql<LogLine>(
      `SELECT subject, from_status AS "from", to_status AS "to", reason, actor FROM transition WHERE position > $1 ORDER BY position`,
      [after],
    );
    return rows.map(({ subject, from, to, reason, actor }) => `${subject} ${from} > ${to} ${reason} by ${actor}`);
  }
}

export interface StoredAssignment {
  id: string;
  project: string;
  project_id: string;
  object_name: string;
  target_name: string | null;
  status: string;
  reason: string | null;
  revision: string;
  desired_generation: number;
  sent: boolean;
  adopted: boolean;
  uid: string | null;
  applied_generation: number | null;
  force_sync_requested: number;
  force_sync_requested_at: Date | null;
  deletion_requested_at: Date | null;
  [column: string]: unknown;
}

const system = (subject: "PROJECT", subjectId: string) => ({
  subject,
  subjectId,
  reason: null,
  message: null,
  actor: "system",
  secretId: null,
  assignmentId: null,
  projectId: null,
  providerId: null,
  clusterId: null,
});
