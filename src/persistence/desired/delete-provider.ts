import { permissionsOfProvider, requireAbandon } from "../../domain/access/permissions.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, PROVIDER_COLUMNS, providerRecord, type ProviderRow } from "../records.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { forgetProviders, withdrawProviders } from "./going.js";
import { loadProvider } from "./load.js";
import { REASON } from "./reasons.js";
import { counted, listed } from "./words.js";

/** Deletes a provider that no secret uses; asked again, it answers how far that has come. */
export async function deleteProvider(
  parts: Parts,
  viewer: Viewer,
  id: string,
  options: { abandon: boolean },
): Promise<ProviderRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const provider = await loadProvider(command, id, "update");
    const going = provider.deletionRequestedAt !== null;
    findings.right(permissionsOfProvider(viewer, provider), "DELETE");
    findings.throwIfForbidden();
    if (options.abandon) requireAbandon(viewer, provider, `The provider ${provider.name}`);
    if (!going || options.abandon) await checkUnused(command, provider, findings);
    findings.throwIfAny();
    if (options.abandon) {
      await forgetProviders(command, [provider], REASON.abandoned);
      return provider;
    }
    if (going) return provider;
    await withdrawProviders(command, [provider], { deleting: REASON.deletionRequested, gone: REASON.deleted });
    return afterwards(command, provider);
  });
}

/**
 * Whoever may delete a provider sees every secret of it: admins all, members those of their project. A secret made meanwhile held the provider FOR SHARE, so this
 * statement, later than our lock, sees it.
 */
async function checkUnused(command: Command, provider: ProviderRecord, findings: Findings): Promise<void> {
  const users = await command.tx.query<{ name: string }>(
    "SELECT name FROM secret WHERE provider_id = $1 ORDER BY name",
    [provider.id],
  );
  if (users.length === 0) return;
  const names = listed(users.map(({ name }) => name));
  findings.precondition(
    "ProviderInUse",
    [],
    `${counted(users.length, "secret uses", "secrets use")} the provider ${provider.name}: ${names}. Delete them, or give them another provider, first.`,
  );
}

/** As it is now; as it would be going where it went at once. */
async function afterwards(command: Command, before: ProviderRecord): Promise<ProviderRecord> {
  const [row] = await command.tx.query<ProviderRow>(
    `SELECT ${columns("v", PROVIDER_COLUMNS)} FROM provider v WHERE v.id = $1`,
    [before.id],
  );
  if (row !== undefined) return providerRecord(row);
  return { ...before, status: "DELETING", reason: REASON.deleted, message: null, deletionRequestedAt: new Date() };
}
