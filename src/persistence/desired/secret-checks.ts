import type { ProviderRecord } from "../../domain/provider.js";
import { checkMemberSecret } from "../../domain/spec/member-allowlist.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import { isStorable } from "../../domain/spec/syntax.js";
import { columns, PROVIDER_COLUMNS, providerRecord, type ProviderRow } from "../records.js";
import type { Command } from "./command.js";
import type { PlaceOfSecret, SecretDraft } from "./secret-draft.js";
import { counted, listed } from "./words.js";

/**
 * All that is checked of a secret beyond the shape of its spec, the same for commands and previews: its provider, the members' allowlist, and names, quotas and reach in
 * its projects. What is wrong goes to `draft.findings`.
 */
export async function checkSecretDraft(command: Command, draft: SecretDraft): Promise<void> {
  checkProviderFits(draft);
  await checkAllowlist(command, draft);
  await checkReach(command, draft);
  await checkOwnName(command, draft);
  await checkNamesInProjects(command, draft);
  await checkQuota(command, draft);
}

function checkProviderFits({ provider, scope, owner, paths, findings }: SecretDraft): void {
  if (provider === null) return;
  if (scope === "ORGANIZATION" && provider.scope === "PROJECT") {
    findings.bad(
      paths.provider,
      `${provider.name} is a project's own provider; an organization secret needs an organization provider.`,
    );
  }
  if (scope === "PROJECT" && provider.scope === "PROJECT" && owner !== null && provider.projectId !== owner.id) {
    findings.bad(paths.provider, `${provider.name} belongs to another project than the secret.`);
  }
  if (provider.deletionRequestedAt !== null) {
    findings.precondition("BeingDeleted", paths.provider, `The provider ${provider.name} is being deleted.`);
  }
}

/** DESIGN.md, "What a member sends is an allowlist": on the whole result. */
async function checkAllowlist(command: Command, draft: SecretDraft): Promise<void> {
  const { provider, stored, owner, paths, findings } = draft;
  if (command.scope.admin || provider === null || stored === null || owner === null) return;
  const problems = checkMemberSecret({
    name: draft.name,
    stored,
    provider,
    project: owner,
    storeCredentialNames: await credentialNames(command, owner.id),
    effectiveKey: (key) => command.catalog.effectiveKey(provider.kind, provider.config, key),
    settings: command.settings,
    paths: paths.of,
  });
  findings.addProblems(problems, paths.of === "manifest" ? ["manifest"] : []);
}

/** Names of the Secrets that the project's own stores refer to: a secret that wrote one would take the store's credential over. */
export async function credentialNames(command: Command, projectId: string): Promise<string[]> {
  const rows = await command.tx.query<ProviderRow>(
    `SELECT ${columns("v", PROVIDER_COLUMNS)} FROM provider v WHERE v.project_id = $1`,
    [projectId],
  );
  const names = rows
    .map(providerRecord)
    .flatMap(({ kind, config }) => (config === null ? [] : command.catalog.credentialSecretNames(kind, config)));
  return [...new Set(names)].sort();
}

/** The clusters that have (or are getting) the provider's store. */
async function clustersReached(command: Command, provider: ProviderRecord): Promise<Set<string>> {
  const rows = await command.tx.query<{ clusterId: string }>(
    `SELECT cluster_id AS "clusterId" FROM provider_target WHERE provider_id = $1`,
    [provider.id],
  );
  return new Set(rows.map(({ clusterId }) => clusterId));
}

async function checkReach(command: Command, { provider, kept, added, paths, findings }: SecretDraft): Promise<void> {
  if (provider === null || provider.scope === "PROJECT") return;
  const places = [...kept, ...added];
  if (places.length === 0) return;
  const reached = await clustersReached(command, provider);
  const beyond = places.filter(({ clusterId }) => !reached.has(clusterId));
  if (beyond.length === 0) return;
  findings.precondition(
    "ProviderNotReachable",
    paths.provider,
    `The provider ${provider.name} has no store in the cluster of ${counted(beyond.length, "project", "projects")}: ${namesOf(beyond)}.`,
  );
}

async function checkOwnName(command: Command, draft: SecretDraft): Promise<void> {
  const { id, name, scope, owner, paths, findings } = draft;
  if (id !== null || !draft.nameIsGood || (scope === "PROJECT" && owner === null)) return;
  const taken = await command.tx.query(
    "SELECT FROM secret WHERE scope = $1 AND name = $2 AND project_id IS NOT DISTINCT FROM $3",
    [scope, name, owner?.id ?? null],
  );
  if (taken.length === 0) return;
  const where = owner === null ? "An organization secret" : `A secret of the project ${owner.name}`;
  findings.conflict(paths.name, `${where} is named ${name} already.`);
}

/** In one namespace no two secrets may have one ExternalSecret's name, nor write one native Secret. */
async function checkNamesInProjects(command: Command, draft: SecretDraft): Promise<void> {
  const { kept, added, paths, findings } = draft;
  if (!draft.nameIsGood) return;
  const target = draft.stored === null ? null : targetNameOf(draft.stored, draft.name);
  const usable = target !== null && isStorable(target) ? target : null;
  const taken = await command.tx.query<{ project: string; secret: string; sharesName: boolean }>(
    `SELECT p.name AS project, s.name AS secret, t.shares_name AS "sharesName"
       FROM (SELECT project_id, secret_id, true AS shares_name FROM assignment WHERE project_id = ANY($1::uuid[]) AND object_name = $3
             UNION ALL
             SELECT project_id, secret_id, false FROM assignment WHERE project_id = ANY($2::uuid[]) AND target_name = $4 AND object_name <> $3) AS t
       JOIN project p ON p.id = t.project_id JOIN secret s ON s.id = t.secret_id
      WHERE t.secret_id IS DISTINCT FROM $5 ORDER BY p.name`,
    [idsOf(added), idsOf([...kept, ...added]), draft.name, usable, draft.id],
  );
  const byName = taken.filter(({ sharesName }) => sharesName);
  if (byName.length > 0 && !(draft.scope === "PROJECT" && draft.id === null && (await isOwnName(command, draft)))) {
    findings.conflict(
      paths.name,
      `Another secret named ${draft.name} is (or is still going away) in ${counted(byName.length, "project", "projects")}: ${listed(byName.map(({ project }) => project))}.`,
    );
  }
  const byTarget = taken.filter(({ sharesName }) => !sharesName);
  if (byTarget.length > 0) {
    const who = listed(byTarget.map(({ project, secret }) => `${secret} in ${project}`));
    findings.conflict(
      paths.ofObject(["spec", "target", "name"]),
      `Another secret writes the native Secret ${usable ?? ""} already: ${who}.`,
    );
  }
}

/** A project secret's own name was found taken already; its assignment need not be told of as well. */
async function isOwnName(command: Command, { name, owner }: SecretDraft): Promise<boolean> {
  const rows = await command.tx.query("SELECT FROM secret WHERE project_id = $1 AND name = $2", [
    owner?.id ?? null,
    name,
  ]);
  return rows.length > 0;
}

async function checkQuota(command: Command, { added, paths, findings }: SecretDraft): Promise<void> {
  const most = command.settings.maxSecretsPerProject;
  const full = await projectsWith(command, added, most);
  if (full.length === 0) return;
  findings.precondition(
    "QuotaExceeded",
    paths.projects,
    `${counted(full.length, "project has", "projects have")} ${most} secrets, which is the most that a project may have: ${listed(full)}.`,
  );
}

/** Names of those of the projects that have at least so many secrets, those still going away included: they are objects in the namespace. */
async function projectsWith(command: Command, places: readonly PlaceOfSecret[], atLeast: number): Promise<string[]> {
  if (places.length === 0) return [];
  const rows = await command.tx.query<{ id: string }>(
    `SELECT project_id AS id FROM assignment WHERE project_id = ANY($1::uuid[]) GROUP BY project_id HAVING count(*) >= $2`,
    [idsOf(places), atLeast],
  );
  const full = new Set(rows.map(({ id }) => id));
  return places
    .filter(({ id }) => full.has(id))
    .map(({ name }) => name)
    .sort();
}

const idsOf = (places: readonly PlaceOfSecret[]): string[] => places.map(({ id }) => id);
const namesOf = (places: readonly PlaceOfSecret[]): string => listed(places.map(({ name }) => name).sort());
