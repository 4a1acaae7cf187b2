import type { DesiredState } from "../../domain/ports/desired-state.js";
import { adoptExternalSecrets, unmanagedExternalSecrets } from "./adopt.js";
import { assignSecret, setSecretAssignments, unassignSecret } from "./assign.js";
import type { Parts } from "./command.js";
import { createProject } from "./create-project.js";
import { createProvider } from "./create-provider.js";
import { createSecretFromManifest } from "./create-secret-from-manifest.js";
import { createSecret } from "./create-secret.js";
import { deleteProject } from "./delete-project.js";
import { deleteProvider } from "./delete-provider.js";
import { deleteSecret } from "./delete-secret.js";
import { addProjectMembers, removeProjectMembers } from "./members.js";
import { previewSecret, previewSecretManifest, previewSecretManifestUpdate, previewSecretUpdate } from "./preview.js";
import { syncAssignment, syncSecret } from "./sync.js";
import { updateProject } from "./update-project.js";
import { updateProvider } from "./update-provider.js";
import { updateSecret, updateSecretFromManifest } from "./update-secret.js";

export type { Parts as DesiredStateParts } from "./command.js";

/** The one way to write desired state (DESIGN.md, invariant 7): every command of the contract, on PostgreSQL. */
export function createDesiredState(parts: Parts): DesiredState {
  return {
    createProject: (viewer, input) => createProject(parts, viewer, input),
    updateProject: (viewer, id, description) => updateProject(parts, viewer, id, description),
    deleteProject: (viewer, id, options) => deleteProject(parts, viewer, id, options),
    addProjectMembers: (viewer, projectId, subjects) => addProjectMembers(parts, viewer, projectId, subjects),
    removeProjectMembers: (viewer, projectId, subjects) => removeProjectMembers(parts, viewer, projectId, subjects),

    createProvider: (viewer, input) => createProvider(parts, viewer, input),
    updateProvider: (viewer, input) => updateProvider(parts, viewer, input),
    deleteProvider: (viewer, id, options) => deleteProvider(parts, viewer, id, options),

    createSecret: (viewer, input) => createSecret(parts, viewer, input),
    createSecretFromManifest: (viewer, input) => createSecretFromManifest(parts, viewer, input),
    updateSecret: (viewer, input) => updateSecret(parts, viewer, input),
    updateSecretFromManifest: (viewer, input) => updateSecretFromManifest(parts, viewer, input),
    deleteSecret: (viewer, id, options) => deleteSecret(parts, viewer, id, options),
    assignSecret: (viewer, secretId, projectIds) => assignSecret(parts, viewer, secretId, projectIds),
    unassignSecret: (viewer, secretId, projectIds, options) =>
      unassignSecret(parts, viewer, secretId, projectIds, options),
    setSecretAssignments: (viewer, secretId, projectIds) => setSecretAssignments(parts, viewer, secretId, projectIds),
    syncSecret: (viewer, id) => syncSecret(parts, viewer, id),
    syncAssignment: (viewer, id) => syncAssignment(parts, viewer, id),
    adoptExternalSecrets: (viewer, projectId, names) => adoptExternalSecrets(parts, viewer, projectId, names),

    previewSecret: (viewer, input, projectId) => previewSecret(parts, viewer, input, projectId),
    previewSecretUpdate: (viewer, input, projectId) => previewSecretUpdate(parts, viewer, input, projectId),
    previewSecretManifest: (viewer, manifest, scope, projectId) =>
      previewSecretManifest(parts, viewer, manifest, scope, projectId),
    previewSecretManifestUpdate: (viewer, input, projectId) =>
      previewSecretManifestUpdate(parts, viewer, input, projectId),
    unmanagedExternalSecrets: (viewer, projectId) => unmanagedExternalSecrets(parts, viewer, projectId),
  };
}
