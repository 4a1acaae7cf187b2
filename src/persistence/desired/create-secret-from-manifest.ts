import type { CreateSecretFromManifestInput } from "../../domain/ports/desired-state.js";
import type { SecretRecord } from "../../domain/secret.js";
import type { Viewer } from "../../domain/viewer.js";
import type { Parts } from "./command.js";
import { create } from "./create-secret.js";
import { boundedList } from "./ids.js";
import { contentOfManifest, type ReadManifest, readManifest } from "./manifests.js";
import type { NewSecret } from "./plan-create.js";
import { MANIFEST_PATHS } from "./secret-draft.js";

/** Makes a secret out of an ExternalSecret's manifest, all of whose spec is kept. */
export async function createSecretFromManifest(
  parts: Parts,
  viewer: Viewer,
  input: CreateSecretFromManifestInput,
): Promise<SecretRecord> {
  boundedList(input.projectIds, ["projectIds"], parts.settings);
  return create(parts, viewer, wishOfManifest(await readManifest(input.manifest, parts), input, null));
}

export function wishOfManifest(
  read: ReadManifest,
  input: Omit<CreateSecretFromManifestInput, "manifest">,
  previewIn: string | null,
): NewSecret {
  return {
    scope: input.scope,
    useCase: input.useCase,
    projectId: input.projectId ?? null,
    projectIds: input.projectIds ?? [],
    previewIn,
    paths: MANIFEST_PATHS,
    content: async (command, owner) => ({
      name: read.parsed?.name ?? null,
      ...(await contentOfManifest(command, read, owner)),
    }),
  };
}
