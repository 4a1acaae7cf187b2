import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Every table of the product. Words in CHECKs are those of src/domain/kinds.ts. Names sort bytewise (COLLATE "C"), so that every replica and every database,
 * whatever its locale, orders and pages them alike.
 */
export class Initial1764000000000 implements MigrationInterface {
  readonly name = "Initial1764000000000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only: going back is restoring a backup. */
  down(): Promise<void> {
    return Promise.reject(new Error("migrations are forward only; restore a backup instead"));
  }
}

const STATEMENTS = [
  // The key seals stream cursors; the id is the value of our label on every object in every cluster; transitions up to pruned_to may have been removed.
  `CREATE TABLE installation (
    singleton boolean NOT NULL DEFAULT true CONSTRAINT pk_installation PRIMARY KEY CONSTRAINT ck_installation_singleton CHECK (singleton),
    id uuid NOT NULL,
    cursor_key bytea NOT NULL CONSTRAINT ck_installation_cursor_key CHECK (octet_length(cursor_key) = 16),
    pruned_to bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,

  `CREATE TABLE cluster (
    id uuid NOT NULL CONSTRAINT pk_cluster PRIMARY KEY,
    name text COLLATE "C" NOT NULL CONSTRAINT uq_cluster_name UNIQUE,
    configured boolean NOT NULL DEFAULT true,
    status text NOT NULL DEFAULT 'UNREACHABLE' CONSTRAINT ck_cluster_status CHECK (status IN ('CONNECTED','UNREACHABLE','NO_OPERATOR')),
    reason text,
    message text,
    operator_api_version text,
    kube_system_uid text CONSTRAINT uq_cluster_kube_system_uid UNIQUE,
    last_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,

  `CREATE TABLE leadership (
    cluster_id uuid NOT NULL CONSTRAINT pk_leadership PRIMARY KEY CONSTRAINT fk_leadership_cluster REFERENCES cluster (id) ON DELETE CASCADE,
    term uuid NOT NULL,
    expires_at timestamptz NOT NULL
  )`,

  `CREATE TABLE project (
    id uuid NOT NULL CONSTRAINT pk_project PRIMARY KEY,
    name text COLLATE "C" NOT NULL CONSTRAINT uq_project_name UNIQUE,
    description text NOT NULL,
    cluster_id uuid NOT NULL CONSTRAINT fk_project_cluster REFERENCES cluster (id),
    status text NOT NULL DEFAULT 'PENDING' CONSTRAINT ck_project_status CHECK (status IN ('PENDING','READY','FAILED','DELETING','DELETE_FAILED')),
    reason text,
    message text,
    revision bigint NOT NULL DEFAULT 1,
    namespace_uid text,
    namespace_ours boolean,
    sent boolean NOT NULL DEFAULT false,
    delete_namespace boolean NOT NULL DEFAULT false,
    delete_sent_at timestamptz,
    deletion_requested_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX ix_project_cluster_name ON project (cluster_id, name)`,
  `CREATE INDEX ix_project_status_name ON project (status, name)`,

  `CREATE TABLE project_member (
    project_id uuid NOT NULL CONSTRAINT fk_project_member_project REFERENCES project (id) ON DELETE CASCADE,
    subject text COLLATE "C" NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    added_by text NOT NULL,
    CONSTRAINT pk_project_member PRIMARY KEY (project_id, subject)
  )`,
  `CREATE INDEX ix_project_member_subject ON project_member (subject)`,

  `CREATE TABLE provider (
    id uuid NOT NULL CONSTRAINT pk_provider PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    kind text NOT NULL CONSTRAINT ck_provider_kind CHECK (kind IN ('VAULT','AWS_SECRETS_MANAGER','GCP_SECRET_MANAGER','AZURE_KEY_VAULT')),
    scope text NOT NULL CONSTRAINT ck_provider_scope CHECK (scope IN ('ORGANIZATION','PROJECT')),
    project_id uuid CONSTRAINT fk_provider_project REFERENCES project (id),
    managed boolean NOT NULL,
    store_name text NOT NULL,
    config jsonb,
    project_key_prefix text,
    status text NOT NULL DEFAULT 'PENDING' CONSTRAINT ck_provider_status CHECK (status IN ('PENDING','READY','ERROR','DELETING','DELETE_FAILED')),
    reason text,
    message text,
    generation integer NOT NULL DEFAULT 1,
    deletion_requested_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_provider_project CHECK ((scope = 'PROJECT') = (project_id IS NOT NULL)),
    CONSTRAINT ck_provider_config CHECK (managed = (config IS NOT NULL)),
    CONSTRAINT ck_provider_key_prefix CHECK (project_key_prefix IS NULL OR scope = 'ORGANIZATION')
  )`,
  `CREATE UNIQUE INDEX uq_provider_organization_name ON provider (name) WHERE scope = 'ORGANIZATION'`,
  `CREATE UNIQUE INDEX uq_provider_project_name ON provider (project_id, name) WHERE scope = 'PROJECT'`,
  `CREATE UNIQUE INDEX uq_provider_organization_store ON provider (store_name) WHERE scope = 'ORGANIZATION'`,
  `CREATE UNIQUE INDEX uq_provider_project_store ON provider (project_id, store_name) WHERE scope = 'PROJECT'`,
  `CREATE INDEX ix_provider_name ON provider (name, id)`,

  `CREATE TABLE provider_target (
    id uuid NOT NULL CONSTRAINT pk_provider_target PRIMARY KEY,
    provider_id uuid NOT NULL CONSTRAINT fk_provider_target_provider REFERENCES provider (id),
    cluster_id uuid NOT NULL CONSTRAINT fk_provider_target_cluster REFERENCES cluster (id),
    namespace text,
    status text NOT NULL DEFAULT 'PENDING' CONSTRAINT ck_provider_target_status CHECK (status IN ('PENDING','READY','ERROR','DELETING','DELETE_FAILED')),
    reason text,
    message text,
    revision bigint NOT NULL DEFAULT 1,
    uid text,
    sent boolean NOT NULL DEFAULT false,
    applied_generation integer,
    write_resource_version text,
    written_at timestamptz,
    unanswered boolean NOT NULL DEFAULT false,
    write_ready text,
    write_synced_resource_version text,
    write_forced boolean NOT NULL DEFAULT false,
    delete_sent_at timestamptz,
    observed_at timestamptz,
    CONSTRAINT uq_provider_target UNIQUE (provider_id, cluster_id)
  )`,
  `CREATE INDEX ix_provider_target_cluster ON provider_target (cluster_id)`,

  `CREATE TABLE secret (
    id uuid NOT NULL CONSTRAINT pk_secret PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    scope text NOT NULL CONSTRAINT ck_secret_scope CHECK (scope IN ('ORGANIZATION','PROJECT')),
    project_id uuid CONSTRAINT fk_secret_project REFERENCES project (id),
    use_case text NOT NULL CONSTRAINT ck_secret_use_case CHECK (use_case IN ('GENERIC','HUGGING_FACE','S3','DATABASE','IMAGE_PULL_SECRET')),
    provider_id uuid NOT NULL CONSTRAINT fk_secret_provider REFERENCES provider (id),
    spec jsonb NOT NULL,
    labels jsonb NOT NULL DEFAULT '{}',
    annotations jsonb NOT NULL DEFAULT '{}',
    generation integer NOT NULL DEFAULT 1,
    status text NOT NULL DEFAULT 'UNASSIGNED' CONSTRAINT ck_secret_status CHECK (status IN ('UNASSIGNED','PENDING','SYNCED','PARTIALLY_SYNCED','SYNCED_ERROR','FAILED','DELETING','DELETE_FAILED')),
    status_reason text,
    deletion_requested_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_secret_project CHECK ((scope = 'PROJECT') = (project_id IS NOT NULL))
  )`,
  `CREATE UNIQUE INDEX uq_secret_organization_name ON secret (name) WHERE scope = 'ORGANIZATION'`,
  `CREATE UNIQUE INDEX uq_secret_project_name ON secret (project_id, name) WHERE scope = 'PROJECT'`,
  `CREATE INDEX ix_secret_name ON secret (name, id)`,
  // Statuses sort as kinds.ts lists them; the read model asks for exactly this expression.
  `CREATE INDEX ix_secret_status ON secret (array_position(ARRAY['UNASSIGNED','PENDING','SYNCED','PARTIALLY_SYNCED','SYNCED_ERROR','FAILED','DELETING','DELETE_FAILED']::text[], status), name, id)`,
  `CREATE INDEX ix_secret_scope ON secret (scope, name, id)`,
  `CREATE INDEX ix_secret_created_at ON secret (created_at, id)`,
  `CREATE INDEX ix_secret_updated_at ON secret (updated_at, id)`,
  `CREATE INDEX ix_secret_use_case ON secret (use_case, name)`,
  `CREATE INDEX ix_secret_provider ON secret (provider_id, name)`,

  // object_name and target_name repeat what the secret says, so that the database itself refuses two of one name in a namespace.
  `CREATE TABLE assignment (
    id uuid NOT NULL CONSTRAINT pk_assignment PRIMARY KEY,
    secret_id uuid NOT NULL CONSTRAINT fk_assignment_secret REFERENCES secret (id),
    project_id uuid NOT NULL CONSTRAINT fk_assignment_project REFERENCES project (id),
    object_name text COLLATE "C" NOT NULL,
    target_name text,
    status text NOT NULL DEFAULT 'PENDING' CONSTRAINT ck_assignment_status CHECK (status IN ('PENDING','SYNCED','SYNCED_ERROR','FAILED','DELETING','DELETE_FAILED')),
    reason text,
    message text,
    revision bigint NOT NULL DEFAULT 1,
    desired_generation integer NOT NULL,
    synced_generation integer,
    refreshed_at timestamptz,
    observed_at timestamptz,
    last_transition_at timestamptz NOT NULL DEFAULT now(),
    uid text,
    adopted boolean NOT NULL DEFAULT false,
    sent boolean NOT NULL DEFAULT false,
    applied_generation integer,
    applied_manifest text,
    write_resource_version text,
    written_at timestamptz,
    unanswered boolean NOT NULL DEFAULT false,
    write_ready text,
    write_synced_resource_version text,
    write_forced boolean NOT NULL DEFAULT false,
    force_sync_requested integer NOT NULL DEFAULT 0,
    force_sync_applied integer NOT NULL DEFAULT 0,
    force_sync_token text,
    force_sync_requested_at timestamptz,
    deletion_requested_at timestamptz,
    delete_sent_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_assignment UNIQUE (secret_id, project_id),
    CONSTRAINT uq_assignment_object_name UNIQUE (project_id, object_name)
  )`,
  // target_name is null where the secret writes no native Secret (creation policy None).
  `CREATE UNIQUE INDEX uq_assignment_target_name ON assignment (project_id, target_name) WHERE target_name IS NOT NULL`,
  `CREATE INDEX ix_assignment_secret_status ON assignment (secret_id, status)`,
  // What a member may see, and how it is with them, without a look at the rows.
  `CREATE INDEX ix_assignment_project_secret ON assignment (project_id, secret_id, status, deletion_requested_at)`,
  `CREATE INDEX ix_assignment_secret_last_transition ON assignment (secret_id, last_transition_at, id)`,
  `CREATE INDEX ix_assignment_project_last_transition ON assignment (project_id, last_transition_at, id)`,

  // No foreign keys: history outlives what it tells of.
  `CREATE SEQUENCE transition_position_seq AS bigint`,
  `CREATE TABLE transition (
    position bigint NOT NULL CONSTRAINT pk_transition PRIMARY KEY,
    id uuid NOT NULL CONSTRAINT uq_transition_id UNIQUE,
    subject text NOT NULL CONSTRAINT ck_transition_subject CHECK (subject IN ('SECRET','ASSIGNMENT','PROVIDER','PROJECT','CLUSTER')),
    subject_id uuid NOT NULL,
    from_status text,
    to_status text,
    reason text,
    message text,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    secret_id uuid,
    assignment_id uuid,
    project_id uuid,
    provider_id uuid,
    cluster_id uuid,
    CONSTRAINT ck_transition_says_something CHECK (from_status IS NOT NULL OR to_status IS NOT NULL)
  )`,
  `CREATE INDEX ix_transition_secret ON transition (secret_id, position) WHERE secret_id IS NOT NULL`,
  `CREATE INDEX ix_transition_assignment ON transition (assignment_id, position) WHERE assignment_id IS NOT NULL`,
  `CREATE INDEX ix_transition_project ON transition (project_id, position) WHERE project_id IS NOT NULL`,
  `CREATE INDEX ix_transition_provider ON transition (provider_id, position) WHERE provider_id IS NOT NULL`,
  `CREATE INDEX ix_transition_cluster ON transition (cluster_id, position) WHERE cluster_id IS NOT NULL`,
  `CREATE INDEX ix_transition_subject ON transition (subject, position)`,
  `CREATE INDEX ix_transition_actor ON transition (actor, position)`,
  `CREATE INDEX ix_transition_at ON transition (at)`,
];
