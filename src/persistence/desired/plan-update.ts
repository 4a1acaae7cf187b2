import { permissionsOfSecret } from "../../domain/access/permissions.js";
import type { SecretUseCase } from "../../domain/kinds.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { SecretRecord, StoredSpec } from "../../domain/secret.js";
import type { Problem } from "../../errors.js";
import { type Command, Stale } from "./command.js";
import { Findings } from "./findings.js";
import { type HeldAssignment, loadAssignments, type LoadedProject, loadSecret, projectOf } from "./load.js";
import { checkSecretDraft } from "./secret-checks.js";
import type { DraftPaths, SecretDraft } from "./secret-draft.js";
import { checkStillThere } from "./still-there.js";

/** A change to a secret, whether it came as typed fields or as a manifest. */
export interface SecretChange {
  id: string;
  expectedGeneration: number | null;
  /** Undefined: stays. */
  useCase: SecretUseCase | undefined;
  paths: DraftPaths;
  /** The provider that it is to have, held FOR SHARE. A provider that cannot be seen is NOT_FOUND here; null goes with a problem. */
  provider(
    command: Command,
    current: SecretRecord,
    owner: LoadedProject | null,
  ): Promise<{ provider: ProviderRecord | null; problems: readonly Problem[] }>;
  spec(command: Command, current: SecretRecord): { stored: StoredSpec | null; problems: readonly Problem[] };
}

export interface UpdatePlan {
  /** As it is before the change. */
  current: SecretRecord;
  draft: SecretDraft;
  /** Those that are wanted: what is going away stays as it is. */
  live: HeldAssignment[];
}

/** Everything that changing a secret looks at and checks. Holds what it looked at, unless for a preview. */
export async function planUpdate(command: Command, change: SecretChange): Promise<UpdatePlan> {
  const findings = new Findings();
  const before = await loadSecret(command, change.id, "none");
  const owner = await projectOf(command, before, "share");
  const found = await change.provider(command, before, owner);
  const current = await loadSecret(command, change.id, "update");
  if (current.providerId !== before.providerId) throw new Stale();
  const live = (await loadAssignments(command, { secretId: current.id }, "update")).filter(({ going }) => !going);

  findings.permission(permissionsOfSecret(command.viewer, current, owner), "UPDATE");
  const draft: SecretDraft = {
    id: current.id,
    name: current.name,
    nameIsGood: true,
    scope: current.scope,
    useCase: change.useCase ?? current.useCase,
    owner,
    provider: found.provider,
    stored: null,
    kept: live.map(({ projectId, projectName, clusterId }) => ({ id: projectId, name: projectName, clusterId })),
    added: [],
    paths: change.paths,
    findings,
  };
  if (findings.isForbidden) return { current, draft, live };
  const { stored, problems } = change.spec(command, current);
  draft.stored = stored;
  findings.addProblems(found.problems);
  findings.addProblems(problems);
  await checkSecretDraft(command, draft);
  checkGeneration(findings, current, change.expectedGeneration);
  checkStillThere(findings, "secret", current);
  return { current, draft, live };
}

function checkGeneration(findings: Findings, current: SecretRecord, expected: number | null): void {
  if (expected === null || expected === current.generation) return;
  findings.conflict(
    ["expectedGeneration"],
    `The secret ${current.name} has generation ${current.generation}, not ${expected}: somebody changed it. Look at it as it is now, and change that.`,
  );
}
