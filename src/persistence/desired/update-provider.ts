import { permissionsOfProvider } from "../../domain/access/permissions.js";
import type { JsonObject } from "../../domain/json.js";
import type { UpdateProviderInput } from "../../domain/ports/desired-state.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, PROVIDER_COLUMNS, providerRecord, type ProviderRow } from "../records.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { loadProvider, only } from "./load.js";
import { noteProvider } from "./notes.js";
import { checkConfig, checkPrefix, fieldOf, givenConfigs } from "./provider-input.js";
import { REASON } from "./reasons.js";
import { sameJson } from "./same-json.js";
import { checkStillThere } from "./still-there.js";

/** Replaces the config, the key prefix, or both. A changed config makes every store of it PENDING; a changed prefix touches no store. */
export async function updateProvider(
  parts: Parts,
  viewer: Viewer,
  input: UpdateProviderInput,
): Promise<ProviderRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const provider = await loadProvider(command, input.id, "update");
    findings.permission(permissionsOfProvider(viewer, provider), "UPDATE");
    findings.throwIfForbidden();
    const config = checkInput(command, provider, input, findings);
    checkStillThere(findings, "provider", provider);
    findings.throwIfAny();

    const newConfig = config !== null && !sameJson(config, provider.config) ? config : null;
    const prefix = input.projectKeyPrefix === undefined ? provider.projectKeyPrefix : input.projectKeyPrefix;
    const newPrefix = prefix !== provider.projectKeyPrefix;
    if (newConfig === null && !newPrefix) return provider;
    return write(command, provider, newConfig, { prefix, changed: newPrefix });
  });
}

function checkInput(
  command: Command,
  provider: ProviderRecord,
  input: UpdateProviderInput,
  findings: Findings,
): JsonObject | null {
  checkPrefix(input.projectKeyPrefix ?? null, provider, findings);
  const given = givenConfigs(input);
  const [one] = given;
  if (one === undefined) return null;
  if (!provider.managed) {
    for (const { field } of given) {
      findings.bad(
        [field],
        `${provider.name} stands for an existing store, which Secretariat never writes; only projectKeyPrefix can change.`,
      );
    }
    return null;
  }
  const others = given.filter(({ kind }) => kind !== provider.kind);
  for (const { field } of others) {
    findings.bad(
      [field],
      `The kind of a provider cannot change: ${provider.name} takes ${fieldOf(provider.kind)}. Create another provider.`,
    );
  }
  const own = given.find(({ kind }) => kind === provider.kind);
  return own === undefined ? null : checkConfig(command, own, provider.scope, findings);
}

async function write(
  command: Command,
  provider: ProviderRecord,
  newConfig: JsonObject | null,
  prefix: { prefix: string | null; changed: boolean },
): Promise<ProviderRecord> {
  const changed = [...(newConfig === null ? [] : ["config"]), ...(prefix.changed ? ["projectKeyPrefix"] : [])];
  const status = newConfig === null ? provider.status : "PENDING";
  const rows = await command.tx.query<ProviderRow>(
    newConfig === null
      ? `UPDATE provider v SET project_key_prefix = $2, updated_at = now() WHERE v.id = $1 RETURNING ${columns("v", PROVIDER_COLUMNS)}`
      : `UPDATE provider v SET project_key_prefix = $2, config = $3::jsonb, generation = generation + 1, status = 'PENDING', reason = $4, message = NULL, updated_at = now()
          WHERE v.id = $1 RETURNING ${columns("v", PROVIDER_COLUMNS)}`,
    newConfig === null
      ? [provider.id, prefix.prefix]
      : [provider.id, prefix.prefix, JSON.stringify(newConfig), REASON.updated],
  );
  if (newConfig !== null) {
    await command.tx.query(
      `UPDATE provider_target SET status = 'PENDING', reason = $2, message = NULL, revision = revision + 1 WHERE provider_id = $1`,
      [provider.id, REASON.updated],
    );
  }
  noteProvider(command, provider, {
    from: provider.status,
    to: status,
    reason: REASON.updated,
    message: `Changed: ${changed.join(", ")}.`,
  });
  return providerRecord(only("provider", rows));
}
