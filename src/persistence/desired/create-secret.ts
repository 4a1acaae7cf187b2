import { randomUUID } from "node:crypto";
import type { CreateSecretInput } from "../../domain/ports/desired-state.js";
import type { SecretRecord, StoredSpec } from "../../domain/secret.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import { secretStatus } from "../../domain/status/secret-status.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, SECRET_COLUMNS, secretRecord, type SecretRow } from "../records.js";
import { insertAssignments } from "./assignments.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { boundedList } from "./ids.js";
import { only } from "./load.js";
import { noteSecret } from "./notes.js";
import { type NewSecret, planCreate, wishOfInput } from "./plan-create.js";
import { REASON } from "./reasons.js";
import type { SecretDraft } from "./secret-draft.js";

/** Makes a secret, and its assignments at once. */
export async function createSecret(parts: Parts, viewer: Viewer, input: CreateSecretInput): Promise<SecretRecord> {
  boundedList(input.projectIds, ["projectIds"], parts.settings);
  return create(parts, viewer, wishOfInput(input, null));
}

export function create(parts: Parts, viewer: Viewer, wish: NewSecret): Promise<SecretRecord> {
  return runCommand(parts, viewer, async (command) => {
    const draft = await planCreate(command, wish);
    draft.findings.throwIfAny();
    return insertSecret(command, draft);
  });
}

async function insertSecret(command: Command, draft: SecretDraft): Promise<SecretRecord> {
  const { provider, stored, owner, added } = draft;
  if (provider === null || stored === null) throw new Error("a secret without a provider or a spec passed the checks");
  const places = [...added].sort((a, b) => (a.name < b.name ? -1 : 1));
  const { status, statusReason } = secretStatus({
    deleting: false,
    assignments: places.map(({ name }) => ({
      status: "PENDING",
      unassigning: false,
      projectName: name,
      message: null,
    })),
  });
  const id = randomUUID();
  const rows = await command.tx.query<SecretRow>(
    `INSERT INTO secret AS s (id, name, scope, project_id, use_case, provider_id, spec, labels, annotations, status, status_reason, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb, $10, $11, $12) RETURNING ${columns("s", SECRET_COLUMNS)}`,
    [
      id,
      draft.name,
      draft.scope,
      owner?.id ?? null,
      draft.useCase,
      provider.id,
      ...storedColumns(stored),
      status,
      statusReason,
      command.viewer.subject,
    ],
  );
  const secret = secretRecord(only("secret", rows));
  noteSecret(command, secret, { from: null, to: status, reason: REASON.created, message: statusReason });
  const assigned = { id, name: draft.name, generation: 1, targetName: targetNameOf(stored, draft.name) };
  await insertAssignments(command, assigned, places);
  return secret;
}

/** A stored spec as its three columns take it. */
export const storedColumns = (stored: StoredSpec): [string, string, string] => [
  JSON.stringify(stored.spec),
  JSON.stringify(stored.labels),
  JSON.stringify(stored.annotations),
];
