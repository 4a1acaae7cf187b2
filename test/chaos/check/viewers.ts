import { patiently } from "../answers.js";
import { Client } from "pg";
import type { Segment, Subscriber } from "../actors/subscriber.js";
import type { Reader } from "../actors/reader.js";
import { ADA, BEA, BEAS, GRACE, MOE, MOES, NOBODY, type World } from "../stage/world.js";
import type { Person } from "../stage/issuer.js";
import type { LogRow, Past } from "./journal.js";

/** Names of the projects that somebody may see, ever; null: all. */
export function projectsOf(world: World, { subject }: Person): string[] | null {
  if (subject === ADA.subject || subject === GRACE.subject) return null;
  if (subject === BEA.subject) return [...BEAS];
  if (subject === MOE.subject) return [...MOES];
  if (subject === NOBODY.subject) return [];
  return [...world.projects.values()].filter(({ member }) => member.subject === subject).map(({ name }) => name);
}

const plain = (id: string): string => id.slice(id.indexOf("_") + 1);
const idsOf = (world: World, names: readonly string[]): Set<string> =>
  new Set(names.map((name) => plain(world.projects.get(name)?.id ?? "")));

/** In so many milliseconds every replica has found that its database was restored under it: its tailer looks every 5 s. */
const NOTICE = 15_000;

const SUBJECTS = {
  transitions: null,
  assignmentStatusChanged: "ASSIGNMENT",
  secretStatusChanged: "SECRET",
  providerStatusChanged: "PROVIDER",
} as const;

/** Each subscriber got exactly what its viewer might see, in order, once. @param pasts the last one is the present */
export function checkSubscriber(world: World, subscriber: Subscriber, pasts: readonly Past[]): string[] {
  const { person, topic } = subscriber.options;
  const findings = subscriber.complaints.map((text) => `SUBSCRIBER ${subscriber.name}: ${text}`);
  const names = projectsOf(world, person);
  if (person.subject === MOE.subject) return [...findings, ...checkMoving(world, subscriber, pasts)];
  const projects = names === null ? null : idsOf(world, names);
  const subject = SUBJECTS[topic.field];
  const about = topic.projectId === undefined ? null : plain(topic.projectId);
  const visible = (row: LogRow): boolean =>
    (projects === null || (row.project_id !== null && projects.has(row.project_id))) &&
    (subject === null || row.subject === subject) &&
    (about === null || row.project_id === about);
  const expected = pasts.map(({ transitions }) => transitions.filter(visible));
  for (const [i, segment] of subscriber.segments.entries()) {
    const problem = judge(segment, expected, i === subscriber.segments.length - 1 && !segment.refused);
    if (problem !== null) findings.push(`SUBSCRIBER ${subscriber.name}, segment ${i}: ${problem}`);
  }
  return findings;
}

function judge(
  { from, past, sinceRestore, received, refused }: Segment,
  expected: readonly LogRow[][],
  isLast: boolean,
): string | null {
  // A replica that ran on finds the other past a moment later, and then ends whatever has begun meanwhile.
  const justRestored = sinceRestore !== null && sinceRestore < NOTICE;
  if (refused && past === expected.length - 1 && !justRestored)
    return "its cursor was refused, and nothing had been restored";
  let best = "";
  // A place that is as old as the backup stands in the present as well.
  const candidates = isLast ? [expected.length - 1] : expected.map((_, i) => i).slice(past);
  for (const index of candidates) {
    const rows = expected[index] ?? [];
    const earliest = rows.findIndex(({ position }) => position > from[0]);
    if (earliest < 0) {
      if (received.length === 0) return null;
      best ||= `it received ${received.length} where there was nothing`;
      continue;
    }
    for (let start = earliest; start <= rows.length; start += 1) {
      const wrong = received.findIndex((id, i) => rows[start + i]?.id !== id);
      const missing = rows.length - start - received.length;
      if (wrong < 0 && (!isLast || missing === 0)) return null;
      const row = rows[start + wrong];
      best =
        wrong < 0
          ? `the last ${missing} of ${rows.length - start} are missing`
          : `the ${wrong + 1}th of ${received.length} is ${describe(expected, received[wrong] ?? "", received, wrong)}, and should be ${row === undefined ? "none" : `${row.position} ${row.subject} ${row.reason}`}`;
      if ((rows[start]?.position ?? from[1] + 1n) > from[1]) break;
    }
  }
  return best === "" ? null : best;
}

function describe(expected: readonly LogRow[][], id: string, received: readonly string[], at: number): string {
  if (received.indexOf(id) < at) return "one that it had before";
  for (const rows of expected) {
    const row = rows.find((each) => each.id === id);
    if (row !== undefined) return `position ${row.position} ${row.subject} ${row.reason}`;
  }
  return "one that it may not see, or that never was";
}

/** Somebody whose memberships come and go: nothing that happened after an end may be delivered before there is a new beginning. */
function checkMoving(world: World, subscriber: Subscriber, pasts: readonly Past[]): string[] {
  const findings: string[] = [];
  const allowed = idsOf(world, MOES);
  for (const segment of subscriber.segments) {
    for (const { transitions } of pasts.slice(segment.past)) {
      const byId = new Map(transitions.map((row) => [row.id, row]));
      const changes = transitions.filter(
        ({ reason, message }) =>
          (reason === "MembersAdded" || reason === "MembersRemoved") &&
          (message ?? "").split(", ").includes(MOE.subject),
      );
      let before = -1n;
      for (const [i, id] of segment.received.entries()) {
        const row = byId.get(id);
        if (row === undefined) continue;
        if (row.position <= before)
          findings.push(`SUBSCRIBER ${subscriber.name}: position ${row.position} after ${before}`);
        before = row.position;
        const when = segment.times[i] ?? 0;
        const here = changes.filter((change) => change.project_id === row.project_id);
        const last = here.findLast(({ position }) => position < row.position);
        const joins = here.find(({ position, reason }) => position > row.position && reason === "MembersAdded");
        const member = last?.reason === "MembersAdded" || (joins !== undefined && joins.at.getTime() <= when + 50);
        const own = row.reason === "MembersAdded" && (row.message ?? "").includes(MOE.subject);
        if (row.project_id === null || !allowed.has(row.project_id) || !(member || own))
          findings.push(`LEAK to ${subscriber.name}: position ${row.position} of a project that it is not a member of`);
      }
    }
  }
  return findings.slice(0, 5);
}

/** Whose each thing is, by its id: a project's, or those projects' that an organization's secret was ever assigned to. */
export function ownersOf(pasts: readonly Past[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  const add = (id: unknown, project: unknown): void => {
    if (typeof id !== "string" || typeof project !== "string") return;
    const known = owners.get(id);
    if (known === undefined) owners.set(id, new Set([project]));
    else known.add(project);
  };
  for (const { transitions, audit } of pasts) {
    for (const { subject, subject_id: id, project_id: project, secret_id: secret } of transitions) {
      if (subject === "PROJECT") add(id, id);
      else add(id, project);
      if (subject === "ASSIGNMENT") add(secret, project);
    }
    for (const { subject, subject_id: id, detail } of audit) if (subject !== "CLUSTER") add(id, detail?.["project_id"]);
    // What was never in any project is for admins alone.
    for (const { subject, subject_id: id } of audit)
      if (subject === "SECRET" && !owners.has(id)) owners.set(id, new Set());
  }
  return owners;
}

/** Nothing was shown of what a viewer may not see. */
export function checkSeen(world: World, who: Reader | Subscriber, owners: ReadonlyMap<string, Set<string>>): string[] {
  const person = "person" in who ? who.person : who.options.person;
  const names = projectsOf(world, person);
  if (names === null) return [];
  const ids = idsOf(world, names);
  const findings: string[] = [];
  for (const name of who.seen.projects)
    if (!names.includes(name) && name !== "prj-nothing") findings.push(`LEAK to ${person.subject}: the name ${name}`);
  for (const id of who.seen.ids) {
    const of = owners.get(plain(id));
    if (of !== undefined && ![...of].some((project) => ids.has(project)))
      findings.push(`LEAK to ${person.subject}: the id ${id}`);
  }
  return findings;
}

interface Counts {
  projects: { totalCount: number };
  secrets: { totalCount: number };
  history: { totalCount: number };
  secretCounts: { status: string; count: number }[];
}

/** Counts and roll-ups as a viewer is told them, beside PostgreSQL's own over what they may see. The system must be quiet. */
export async function checkCounts(world: World, person: Person): Promise<string[]> {
  const told = await patiently(() =>
    world.api.ask<Counts>(
      person,
      "{ projects { totalCount } secrets { totalCount } history { totalCount } secretCounts { status count } }",
    ),
  );
  const names = projectsOf(world, person);
  const client = new Client({ connectionString: world.stage.database.url });
  await client.connect();
  try {
    const ids = names === null ? null : [...idsOf(world, names)];
    const { rows } = await client.query<{ projects: string; secrets: string; history: string }>(
      `SELECT (SELECT count(*) FROM project p WHERE $1::uuid[] IS NULL OR p.id = ANY ($1)) AS projects,
              (SELECT count(*) FROM secret s WHERE $1::uuid[] IS NULL OR s.project_id = ANY ($1)
                 OR EXISTS (SELECT FROM assignment a WHERE a.secret_id = s.id AND a.project_id = ANY ($1))) AS secrets,
              (SELECT count(*) FROM transition t WHERE $1::uuid[] IS NULL OR t.project_id = ANY ($1)) AS history`,
      [ids],
    );
    const should = rows[0];
    const pairs = [
      ["projects", told.projects.totalCount, Number(should?.projects)],
      ["secrets", told.secrets.totalCount, Number(should?.secrets)],
      ["history", told.history.totalCount, Number(should?.history)],
      ["secretCounts", told.secretCounts.reduce((sum, { count }) => sum + count, 0), Number(should?.secrets)],
    ] as const;
    return pairs
      .filter(([, one, other]) => one !== other)
      .map(([what, one, other]) => `COUNT of ${what} for ${person.subject}: ${one} instead of ${other}`);
  } finally {
    await client.end();
  }
}
