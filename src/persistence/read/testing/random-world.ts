import { createHash } from "node:crypto";
import type { Pool } from "pg";
import {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
  CLUSTER_STATUSES,
  PROJECT_STATUSES,
  PROVIDER_KINDS,
  PROVIDER_STATUSES,
  SECRET_STATUSES,
  SECRET_USE_CASES,
  TRANSITION_SUBJECTS,
} from "../../../domain/kinds.js";
import type {
  AssignmentRow,
  ClusterRow,
  ProjectMemberRow,
  ProjectRow,
  ProviderRow,
  ProviderTargetRow,
  SecretRow,
  TransitionRow,
} from "../../records.js";

/** For the tests: a small organization of everything, in rows and in the database. Times are texts with microseconds, as JSON has them. */
export interface World {
  clusters: Texts<ClusterRow>[];
  projects: Texts<ProjectRow>[];
  members: Texts<ProjectMemberRow>[];
  providers: Texts<ProviderRow>[];
  targets: Texts<ProviderTargetRow>[];
  secrets: Texts<SecretRow>[];
  assignments: (Texts<AssignmentRow> & { object_name: string })[];
  transitions: Texts<TransitionRow>[];
}
type Texts<Row> = { [C in keyof Row]: Date extends Row[C] ? Exclude<Row[C], Date> | string : Row[C] };

export interface Sizes {
  clusters: number;
  projects: number;
  providers: number;
  secrets: number;
  transitions: number;
  /** Of all pairs of an organization secret and a project, the part that is assigned. */
  assigned: number;
}
export const SMALL: Sizes = { clusters: 3, projects: 7, providers: 8, secrets: 40, transitions: 250, assigned: 0.25 };

/** Numbers from 0 to 1 that depend on nothing but the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What differs between locales and bytes, between cases, and what means something to LIKE. */
const NAME_PARTS = ["a", "b", "ab", "a-b", "a.b", "a0", "z", "zz-9", "b-a", "0a"];

export function randomWorld(seed: number, sizes: Sizes = SMALL): World {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const chance = (p: number): boolean => random() < p;
  function pick<T>(list: readonly T[]): T {
    const one = list[below(list.length)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
  }
  let made = 0;
  const id = (): string => {
    made += 1;
    const hex = createHash("sha256").update(`${seed} ${made}`).digest("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
  // Few different times, some a microsecond apart.
  const time = (): string =>
    `2026-01-0${1 + below(2)}T10:20:30.${pick(["000000", "123456", "123457", "123999", "999999"])}+00:00`;
  const maybe = <T>(value: () => T, p = 0.5): T | null => (chance(p) ? value() : null);
  const text = (): string => pick(["one", "two", "three"]);
  const names = new Set<string>();
  const uniqueName = (prefix: string): string => {
    for (;;) {
      const name = `${prefix}${pick(NAME_PARTS)}${chance(0.6) ? `-${below(30)}` : ""}`;
      if (!names.has(name)) {
        names.add(name);
        return name;
      }
    }
  };
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  const clusters = range(sizes.clusters).map(() => ({
    id: id(),
    name: uniqueName("c"),
    status: pick(CLUSTER_STATUSES),
    reason: maybe(text),
    message: maybe(text),
    operator_api_version: maybe(() => "v1"),
    kube_system_uid: maybe(id),
    last_seen_at: maybe(time),
    created_at: time(),
  }));
  const projects = range(sizes.projects).map(() => ({
    id: id(),
    name: uniqueName(""),
    description: text(),
    cluster_id: pick(clusters).id,
    status: pick(PROJECT_STATUSES),
    reason: maybe(text),
    message: maybe(text),
    namespace_ours: maybe(() => chance(0.5)),
    deletion_requested_at: maybe(time, 0.1),
    created_at: time(),
    updated_at: time(),
  }));
  const members = projects.flatMap((project) =>
    range(below(6)).map((n) => ({
      project_id: project.id,
      subject: `${pick(NAME_PARTS)}-${n}`,
      added_at: time(),
      added_by: "root",
    })),
  );
  const providers = range(sizes.providers).map((n) => {
    const owner = n > 0 && chance(0.4) ? pick(projects) : null;
    const managed = chance(0.7);
    const name = uniqueName("");
    return {
      id: id(),
      name,
      kind: pick(PROVIDER_KINDS),
      scope: owner === null ? ("ORGANIZATION" as const) : ("PROJECT" as const),
      project_id: owner?.id ?? null,
      managed,
      store_name: name,
      config: managed ? { server: "https://vault.example" } : null,
      project_key_prefix: owner === null ? maybe(() => "projects/{project}/", 0.4) : null,
      status: pick(PROVIDER_STATUSES),
      reason: maybe(text),
      message: maybe(text),
      generation: 1 + below(3),
      deletion_requested_at: maybe(time, 0.15),
      created_at: time(),
      updated_at: time(),
    };
  });
  const targets = providers.flatMap((provider) => {
    const owner = projects.find((project) => project.id === provider.project_id);
    const where = clusters.filter((cluster) => (owner === undefined ? chance(0.7) : cluster.id === owner.cluster_id));
    return where.map((cluster) => ({
      id: id(),
      provider_id: provider.id,
      cluster_id: cluster.id,
      namespace: owner?.name ?? null,
      status: pick(PROVIDER_STATUSES),
      reason: maybe(text),
      message: maybe(text),
      observed_at: maybe(time),
    }));
  });
  const secrets = range(sizes.secrets).map(() => {
    const owner = chance(0.3) ? pick(projects) : null;
    const usable = providers.filter(({ project_id }) => project_id === null || project_id === owner?.id);
    return {
      id: id(),
      // Some of a project's are named like one of the organization's: ties that only the id breaks.
      name: owner !== null && chance(0.5) ? `shared-${owner.name}` : uniqueName(""),
      scope: owner === null ? ("ORGANIZATION" as const) : ("PROJECT" as const),
      project_id: owner?.id ?? null,
      use_case: pick(SECRET_USE_CASES),
      provider_id: pick(usable).id,
      spec: { data: [{ secretKey: "k", remoteRef: { key: text() } }] },
      labels: {},
      annotations: {},
      generation: 1 + below(5),
      status: pick(SECRET_STATUSES),
      status_reason: maybe(text),
      deletion_requested_at: maybe(time, 0.2),
      created_by: text(),
      created_at: time(),
      updated_at: time(),
    };
  });
  dropDoubles(secrets);
  const assignments = secrets.flatMap((secret) => {
    // Few kinds at a time, else hardly a secret would be SYNCED, or so in part.
    const statuses = pick([["SYNCED"], ["SYNCED", "PENDING"], ASSIGNMENT_STATUSES] as const);
    const going = chance(0.15);
    return projects
      .filter((project) =>
        secret.project_id === null ? chance(sizes.assigned) : secret.project_id === project.id && chance(0.85),
      )
      .map((project) => ({
        id: id(),
        secret_id: secret.id,
        project_id: project.id,
        object_name: secret.name,
        status: pick<AssignmentStatus>(statuses),
        reason: maybe(text),
        message: maybe(text),
        desired_generation: secret.generation,
        synced_generation: maybe(() => secret.generation),
        refreshed_at: maybe(time),
        observed_at: maybe(time),
        last_transition_at: time(),
        uid: maybe(id),
        applied_manifest: maybe(() => "kind: ExternalSecret\n"),
        deletion_requested_at: maybe(time, going || secret.deletion_requested_at !== null ? 0.9 : 0.1),
        created_at: time(),
      }));
  });
  dropTaken(assignments);
  const transitions = range(sizes.transitions).map((n) => {
    const subject = pick(TRANSITION_SUBJECTS);
    const secret = pick(secrets);
    const assignment = assignments.length === 0 ? null : pick(assignments);
    const project = pick(projects);
    const provider = pick(providers);
    const concerns = {
      SECRET: { secret_id: secret.id, project_id: secret.project_id },
      ASSIGNMENT: {
        secret_id: assignment?.secret_id ?? null,
        assignment_id: assignment?.id ?? null,
        project_id: assignment?.project_id ?? project.id,
      },
      PROVIDER: { provider_id: provider.id, project_id: provider.project_id },
      PROJECT: { project_id: chance(0.1) ? id() : project.id, cluster_id: project.cluster_id },
      CLUSTER: { cluster_id: pick(clusters).id },
    }[subject];
    return {
      position: String(3 * n + 1 + below(3)),
      id: id(),
      subject,
      subject_id: id(),
      from_status: "PENDING",
      to_status: maybe(() => "SYNCED"),
      reason: maybe(text),
      message: maybe(text),
      actor: pick(["system", "alice", "bob"]),
      // In the order of positions, but for a clock that is set back now and then, by less than an hour.
      at: new Date(Date.UTC(2026, 0, 1) + Math.floor(n / 3) * 420_000 - below(2) * below(3_000_000))
        .toISOString()
        .replace("Z", `${pick(["000", "456", "999"])}Z`),
      secret_id: null,
      assignment_id: null,
      project_id: null,
      provider_id: null,
      cluster_id: null,
      ...concerns,
    };
  });
  return { clusters, projects, members, providers, targets, secrets, assignments, transitions };
}

/** A project has one secret of a name. */
function dropDoubles(secrets: { name: string; project_id: string | null }[]): void {
  const seen = new Set<string>();
  secrets.forEach((secret, n) => {
    if (seen.has(`${secret.project_id} ${secret.name}`)) secret.name += `-n${n}`;
    seen.add(`${secret.project_id} ${secret.name}`);
  });
}

/** A namespace has one object of a name. */
function dropTaken(assignments: { project_id: string; object_name: string }[]): void {
  const seen = new Set<string>();
  const kept = assignments.filter(({ project_id, object_name }) => {
    const key = `${project_id} ${object_name}`;
    return !seen.has(key) && seen.add(key);
  });
  assignments.splice(0, assignments.length, ...kept);
}

/** Writes the rows into an empty database, each table in one statement. */
export async function writeWorld(pool: Pool, world: World): Promise<void> {
  const tables: [string, readonly object[]][] = [
    ["cluster", world.clusters],
    ["project", world.projects],
    ["project_member", world.members],
    ["provider", world.providers],
    ["provider_target", world.targets],
    ["secret", world.secrets],
    ["assignment", world.assignments],
    ["transition", world.transitions],
  ];
  for (const [table, rows] of tables) {
    const [first] = rows;
    if (first === undefined) continue;
    const columns = Object.keys(first).join(", ");
    const insert = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
    await pool.query(insert, [JSON.stringify(rows)]);
  }
}
