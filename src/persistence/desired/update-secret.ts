import type { UpdateSecretInput } from "../../domain/ports/desired-state.js";
import type { SecretRecord, StoredSpec } from "../../domain/secret.js";
import { changeSpec } from "../../domain/spec/build-spec.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, SECRET_COLUMNS, secretRecord, type SecretRow } from "../records.js";
import { renewAssignments } from "./assignments.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { storedColumns } from "./create-secret.js";
import { loadProvider, loadProviders, only } from "./load.js";
import { contentOfManifest, type ReadManifest, readManifest } from "./manifests.js";
import { planUpdate, type SecretChange, type UpdatePlan } from "./plan-update.js";
import { REASON } from "./reasons.js";
import { rollUp } from "./roll-up.js";
import { sameJson } from "./same-json.js";
import { MANIFEST_PATHS, TYPED_PATHS } from "./secret-draft.js";

/** Changes what is given; a change that changes nothing is accepted, and leaves no transition. */
export async function updateSecret(parts: Parts, viewer: Viewer, input: UpdateSecretInput): Promise<SecretRecord> {
  return update(parts, viewer, changeOfInput(input));
}

/** Replaces the whole spec, and the provider with it, by what a manifest says. */
export async function updateSecretFromManifest(
  parts: Parts,
  viewer: Viewer,
  input: { id: string; manifest: string; expectedGeneration?: number | null | undefined },
): Promise<SecretRecord> {
  const read = await readManifest(input.manifest, parts);
  return update(parts, viewer, changeOfManifest(input.id, read, input.expectedGeneration ?? null));
}

function update(parts: Parts, viewer: Viewer, change: SecretChange): Promise<SecretRecord> {
  return runCommand(parts, viewer, async (command) => {
    const plan = await planUpdate(command, change);
    plan.draft.findings.throwIfAny();
    return write(command, plan);
  });
}

/** The change that the typed fields say. */
export function changeOfInput(input: UpdateSecretInput): SecretChange {
  return {
    id: input.id,
    expectedGeneration: input.expectedGeneration ?? null,
    useCase: input.useCase === null ? "GENERIC" : input.useCase,
    paths: TYPED_PATHS,
    async provider(command, current) {
      const wanted = input.providerId ?? current.providerId;
      // The old one is held as well: it must not go, or change its prefix, while its secret is changed.
      const held = await loadProviders(command, [wanted, current.providerId], "share");
      const problems =
        input.providerId === null
          ? [{ path: ["providerId"], message: "A secret needs a provider; there is no default." }]
          : [];
      return { provider: held.find(({ id }) => id === wanted) ?? null, problems };
    },
    spec: (command, current) => changeSpec(current.name, current.spec, input, command.settings),
  };
}

/** The change that a manifest says. */
export function changeOfManifest(id: string, read: ReadManifest, expectedGeneration: number | null): SecretChange {
  return {
    id,
    expectedGeneration,
    useCase: undefined,
    paths: MANIFEST_PATHS,
    async provider(command, current, owner) {
      await loadProvider(command, current.providerId, "share");
      const { provider, problems } = await contentOfManifest(command, read, owner);
      const name = read.parsed?.name ?? current.name;
      const renamed =
        name === current.name
          ? []
          : [
              {
                path: MANIFEST_PATHS.name,
                message: `A secret's name cannot change: this one is ${current.name}, the manifest's is ${name}.`,
              },
            ];
      return { provider, problems: [...renamed, ...problems] };
    },
    spec: () => ({ stored: read.parsed?.stored ?? null, problems: [] }),
  };
}

async function write(command: Command, { current, draft, live }: UpdatePlan): Promise<SecretRecord> {
  const { provider, stored, useCase } = draft;
  if (provider === null || stored === null) throw new Error("a secret without a provider or a spec passed the checks");
  const changed = [
    ...(provider.id === current.providerId ? [] : ["provider"]),
    ...(sameJson(stored, current.spec) ? [] : ["spec"]),
  ];
  const rendered = changed.length > 0;
  if (useCase !== current.useCase) changed.push("useCase");
  if (changed.length === 0) return current;

  const generation = rendered ? current.generation + 1 : current.generation;
  await command.tx.query(
    `UPDATE secret SET use_case = $2, provider_id = $3, spec = $4::jsonb, labels = $5::jsonb, annotations = $6::jsonb, generation = $7, updated_at = now() WHERE id = $1`,
    [current.id, useCase, provider.id, ...storedColumns(stored satisfies StoredSpec), generation],
  );
  if (rendered) {
    const targetName = targetNameOf(stored, current.name);
    await renewAssignments(command, { id: current.id, name: current.name, generation, targetName }, live);
  }
  await rollUp(command, [current.id], {
    reason: REASON.updated,
    message: `Changed: ${changed.join(", ")}.`,
    always: true,
  });
  return reload(command, current.id);
}

/** The secret as the transaction leaves it. */
async function reload(command: Command, id: string): Promise<SecretRecord> {
  const rows = await command.tx.query<SecretRow>(
    `SELECT ${columns("s", SECRET_COLUMNS)} FROM secret s WHERE s.id = $1`,
    [id],
  );
  return secretRecord(only("secret", rows));
}
