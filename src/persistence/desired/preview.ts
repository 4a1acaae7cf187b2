import type { JsonObject } from "../../domain/json.js";
import type { SecretScope } from "../../domain/kinds.js";
import type {
  CreateSecretInput,
  DesiredState,
  SecretPreview,
  UpdateSecretInput,
} from "../../domain/ports/desired-state.js";
import { locateProblems } from "../../domain/spec/manifest-lines.js";
import { renderExternalSecret } from "../../domain/spec/render.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import { toYaml } from "../../domain/spec/yaml.js";
import type { Viewer } from "../../domain/viewer.js";
import { type Command, type Parts, runPreview } from "./command.js";
import { wishOfManifest } from "./create-secret-from-manifest.js";
import { boundedList } from "./ids.js";
import { loadProject, type LoadedProject } from "./load.js";
import { readManifest } from "./manifests.js";
import { type NewSecret, planCreate, wishOfInput } from "./plan-create.js";
import { planUpdate, type SecretChange } from "./plan-update.js";
import { credentialNames } from "./secret-checks.js";
import type { SecretDraft } from "./secret-draft.js";
import { changeOfInput, changeOfManifest } from "./update-secret.js";

/** What was checked, and where it is shown. */
interface Previewed {
  draft: SecretDraft;
  place: LoadedProject | null;
  /** Of the object that is there already; null: there is none of ours. */
  uid: string | null;
}

/** What createSecret would apply and refuse; with a project, the cluster's own dry run besides. @throws NOT_FOUND, CLUSTER_UNREACHABLE */
export async function previewSecret(
  parts: Parts,
  viewer: Viewer,
  input: CreateSecretInput,
  projectId: string | null,
): Promise<SecretPreview> {
  boundedList(input.projectIds, ["projectIds"], parts.settings);
  return show(parts, await runPreview(parts, viewer, previewNew(wishOfInput(input, projectId), projectId)), projectId);
}

/** What createSecretFromManifest would apply and refuse. @throws NOT_FOUND, CLUSTER_UNREACHABLE */
export async function previewSecretManifest(
  parts: Parts,
  viewer: Viewer,
  manifest: string,
  scope: SecretScope,
  projectId: string | null,
): Promise<SecretPreview> {
  const read = await readManifest(manifest, parts);
  const owner = scope === "PROJECT" ? projectId : null;
  const wish = wishOfManifest(read, { scope, projectId: owner, useCase: "GENERIC" }, projectId);
  return locate(
    parts,
    manifest,
    await show(parts, await runPreview(parts, viewer, previewNew(wish, projectId)), projectId),
  );
}

/** What updateSecretFromManifest would apply and refuse. @throws NOT_FOUND, CLUSTER_UNREACHABLE */
export async function previewSecretManifestUpdate(
  parts: Parts,
  viewer: Viewer,
  { id, manifest, expectedGeneration }: Parameters<DesiredState["previewSecretManifestUpdate"]>[1],
  projectId: string | null,
): Promise<SecretPreview> {
  const change = changeOfManifest(id, await readManifest(manifest, parts), expectedGeneration ?? null);
  return locate(parts, manifest, await previewChange(parts, viewer, change, projectId));
}

/** What updateSecret would apply and refuse. @throws NOT_FOUND, CLUSTER_UNREACHABLE */
export async function previewSecretUpdate(
  parts: Parts,
  viewer: Viewer,
  input: UpdateSecretInput,
  projectId: string | null,
): Promise<SecretPreview> {
  return previewChange(parts, viewer, changeOfInput(input), projectId);
}

async function previewChange(
  parts: Parts,
  viewer: Viewer,
  change: SecretChange,
  projectId: string | null,
): Promise<SecretPreview> {
  const previewed = await runPreview(parts, viewer, async (command) => {
    const place = projectId === null ? null : await loadProject(command, projectId, "none");
    const { draft, live } = await planUpdate(command, change);
    const shown = place ?? (await placeOf(command, draft));
    await warnOfCredential(command, draft, shown);
    return { draft, place: shown, uid: live.find((one) => one.projectId === shown?.id)?.uid ?? null };
  });
  return show(parts, previewed, projectId);
}

const previewNew =
  (wish: NewSecret, projectId: string | null) =>
  async (command: Command): Promise<Previewed> => {
    const draft = await planCreate(command, wish);
    const place = projectId === null ? await placeOf(command, draft) : await loadProject(command, projectId, "none");
    await warnOfCredential(command, draft, place);
    return { draft, place, uid: null };
  };

/** Members are refused this; the others are told: the operator takes an unowned Secret over and deletes its other keys. */
async function warnOfCredential(command: Command, draft: SecretDraft, place: LoadedProject | null): Promise<void> {
  const { stored, name, paths, findings } = draft;
  const target = stored === null ? null : targetNameOf(stored, name);
  if (place === null || target === null || !command.scope.admin) return;
  if (!(await credentialNames(command, place.id)).includes(target)) return;
  findings.warn(
    paths.ofObject(["spec", "target", "name"]),
    `A store of the project ${place.name} reads its credential from the Secret ${target}; writing it takes that credential away.`,
  );
}

/** Where no project was named: the secret's own, or the first that it is, or is to be, assigned to. Whoever may not change it may not even see all of those. */
async function placeOf(command: Command, draft: SecretDraft): Promise<LoadedProject | null> {
  if (draft.findings.isForbidden) return null;
  const id = draft.owner?.id ?? draft.added[0]?.id ?? draft.kept[0]?.id;
  return id === undefined ? null : loadProject(command, id, "none");
}

async function show(parts: Parts, { draft, place, uid }: Previewed, projectId: string | null): Promise<SecretPreview> {
  const problems = draft.findings.toProblems();
  const { name, provider, stored } = draft;
  const manifest = draft.findings.isForbidden ? null : render(parts, draft, place, uid);
  const bare = manifest === null ? null : render(parts, draft, null, null);
  if (manifest === null || bare === null || provider === null || stored === null)
    return { manifest: null, problems, secret: null };
  // What is refused here already need not be put to the cluster, nor what would go into a namespace that isn't there.
  const ask = projectId !== null && place !== null && place.status === "READY" && !draft.findings.hasProblems;
  if (ask) {
    for (const { path, message } of await parts.cluster.dryRun(place.clusterId, manifest)) {
      problems.push({ path: draft.paths.ofObject(path), message });
    }
  }
  return { manifest: toYaml(manifest), problems, secret: { name, provider, stored, manifest: toYaml(bare) } };
}

const locate = (parts: Parts, manifest: string, preview: SecretPreview): SecretPreview => ({
  ...preview,
  problems: locateProblems(manifest, parts.settings, preview.problems),
});

function render(parts: Parts, draft: SecretDraft, place: LoadedProject | null, uid: string | null): JsonObject | null {
  const { provider, stored, name } = draft;
  if (provider === null || stored === null || !draft.nameIsGood) return null;
  const object = renderExternalSecret({
    apiVersion: place === null ? "v1" : parts.cluster.operatorApiVersion(place.clusterId),
    namespace: place?.name ?? "",
    name,
    uid,
    ids: null,
    store: { name: provider.storeName, scope: provider.scope },
    stored,
    forceSyncToken: null,
  });
  return place === null ? withoutNamespace(object) : object;
}

/** A secret that is in no project yet has no namespace to show. */
function withoutNamespace(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return object;
  const { namespace: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}
