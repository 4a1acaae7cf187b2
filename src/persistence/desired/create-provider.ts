import { randomUUID } from "node:crypto";
import { permissionsOfProject, permissionsOfViewer } from "../../domain/access/permissions.js";
import type { JsonObject } from "../../domain/json.js";
import type { ProviderKind } from "../../domain/kinds.js";
import { checkProviderName } from "../../domain/names.js";
import type { CreateProviderInput } from "../../domain/ports/desired-state.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, PROVIDER_COLUMNS, providerRecord, type ProviderRow } from "../records.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { loadProject, type LoadedProject, only } from "./load.js";
import { noteProvider } from "./notes.js";
import { checkConfig, checkPrefix, givenConfigs } from "./provider-input.js";
import { REASON } from "./reasons.js";

/** What a provider's row is made of, once everything was checked. */
interface Draft {
  kind: ProviderKind;
  managed: boolean;
  storeName: string;
  config: JsonObject | null;
}

/** A provider, PENDING until its stores are there: an organization's in every configured cluster, a project's in its namespace. */
export async function createProvider(
  parts: Parts,
  viewer: Viewer,
  input: CreateProviderInput,
): Promise<ProviderRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const projectId = input.projectId ?? null;
    const project = projectId === null ? null : await loadProject(command, projectId, "update");
    const owner = input.scope === "PROJECT" ? project : null;
    if (input.scope === "ORGANIZATION") findings.permission(permissionsOfViewer(viewer), "CREATE_PROVIDER");
    else if (owner !== null) findings.permission(permissionsOfProject(viewer, owner), "CREATE_PROVIDER");
    findings.throwIfForbidden();

    const draft = checkInput(command, input, findings);
    if (!findings.hasProblems && draft !== null) await checkTaken(command, input.name, draft, owner, findings);
    if (owner !== null) await checkQuota(command, owner, findings);
    findings.throwIfAny();
    if (draft === null) throw new Error("a provider without a kind passed the checks");
    return insertProvider(command, input, draft, owner);
  });
}

function checkInput(command: Command, input: CreateProviderInput, findings: Findings): Draft | null {
  findings.addProblems(checkProviderName(input.name, ["name"]));
  if (input.scope === "PROJECT" && (input.projectId ?? null) === null) {
    findings.bad(["projectId"], "A provider of scope PROJECT needs the project that it belongs to.");
  }
  if (input.scope === "ORGANIZATION" && (input.projectId ?? null) !== null) {
    findings.bad(["projectId"], "A provider of scope ORGANIZATION belongs to no project.");
  }
  const given = givenConfigs(input);
  const existing = input.existingStore ?? null;
  if (given.length + (existing === null ? 0 : 1) !== 1) {
    findings.bad([], "Give exactly one of vault, aws, gcp, azure and existingStore.");
  }
  const kind = given[0]?.kind ?? existing?.kind ?? null;
  checkPrefix(input.projectKeyPrefix ?? null, { kind, scope: input.scope }, findings);
  const configs = given.map((one) => checkConfig(command, one, input.scope, findings));
  if (existing !== null) findings.addProblems(checkProviderName(existing.storeName, ["existingStore", "storeName"]));
  if (kind === null) return null;
  return existing === null
    ? { kind, managed: true, storeName: input.name, config: configs[0] ?? null }
    : { kind, managed: false, storeName: existing.storeName, config: null };
}

async function checkTaken(
  command: Command,
  name: string,
  draft: Draft,
  owner: LoadedProject | null,
  findings: Findings,
): Promise<void> {
  const taken = await command.tx.query<{ name: string; storeName: string }>(
    `SELECT name, store_name AS "storeName" FROM provider
      WHERE project_id IS NOT DISTINCT FROM $1 AND (name = $2 OR store_name = $3)`,
    [owner?.id ?? null, name, draft.storeName],
  );
  const where = owner === null ? "of the organization" : `of the project ${owner.name}`;
  if (taken.some((other) => other.name === name)) {
    findings.conflict(["name"], `A provider ${where} is named ${name} already.`);
  }
  const holder = taken.find((other) => other.storeName === draft.storeName && other.name !== name);
  if (holder !== undefined) {
    const path = draft.managed ? ["name"] : ["existingStore", "storeName"];
    findings.conflict(path, `The provider ${holder.name} ${where} stands for the store ${draft.storeName} already.`);
  }
}

async function checkQuota(command: Command, owner: LoadedProject, findings: Findings): Promise<void> {
  const most = command.settings.maxProvidersPerProject;
  const [row] = await command.tx.query<{ count: number }>(
    "SELECT count(*)::integer AS count FROM provider WHERE project_id = $1",
    [owner.id],
  );
  if ((row?.count ?? 0) < most) return;
  findings.precondition(
    "QuotaExceeded",
    ["projectId"],
    `The project ${owner.name} has ${most} providers, which is the most that a project may have.`,
  );
}

async function insertProvider(
  command: Command,
  input: CreateProviderInput,
  draft: Draft,
  owner: LoadedProject | null,
): Promise<ProviderRecord> {
  const rows = await command.tx.query<ProviderRow>(
    `INSERT INTO provider AS v (id, name, kind, scope, project_id, managed, store_name, config, project_key_prefix, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, 'PENDING') RETURNING ${columns("v", PROVIDER_COLUMNS)}`,
    [
      randomUUID(),
      input.name,
      draft.kind,
      input.scope,
      owner?.id ?? null,
      draft.managed,
      draft.storeName,
      draft.config === null ? null : JSON.stringify(draft.config),
      input.projectKeyPrefix ?? null,
    ],
  );
  const provider = providerRecord(only("provider", rows));
  await command.tx.query(
    `INSERT INTO provider_target (id, provider_id, cluster_id, namespace, status)
     SELECT gen_random_uuid(), $1, c.id, $2, 'PENDING'
       FROM (SELECT id FROM cluster WHERE CASE WHEN $3::uuid IS NULL THEN configured ELSE id = $3 END ORDER BY id FOR KEY SHARE) AS c`,
    [provider.id, owner?.name ?? null, owner?.clusterId ?? null],
  );
  noteProvider(command, provider, { from: null, to: "PENDING", reason: REASON.created });
  return provider;
}
