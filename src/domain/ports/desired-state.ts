import type { AssignmentRecord } from "../assignment.js";
import type { JsonObject } from "../json.js";
import type { ProviderKind, SecretScope, SecretUseCase } from "../kinds.js";
import type { ProjectRecord } from "../project.js";
import type { ProviderRecord } from "../provider.js";
import type { SecretRecord, StoredSpec } from "../secret.js";
import type { Viewer } from "../viewer.js";
import type { Problem } from "../../errors.js";
import type { LocatedProblem } from "../spec/manifest-lines.js";

/** The contract's enums of a spec, in the API's words; domain/spec translates them into the operator's. */
export type RefreshPolicy = "PERIODIC" | "ON_CHANGE" | "CREATED_ONCE";
export type DecodingStrategy = "NONE" | "AUTO" | "BASE64" | "BASE64_URL";
export type CreationPolicy = "OWNER" | "ORPHAN" | "MERGE" | "NONE" | "CREATE_OR_MERGE";
export type DeletionPolicy = "DELETE" | "RETAIN" | "MERGE";

export interface RemoteRefInput {
  key: string;
  property?: string | null | undefined;
  version?: string | null | undefined;
  decodingStrategy: DecodingStrategy;
}
export interface SecretDataItemInput {
  secretKey: string;
  remoteKey: string;
  property?: string | null | undefined;
  version?: string | null | undefined;
  decodingStrategy: DecodingStrategy;
}
export interface SecretDataSourceInput {
  extract?: RemoteRefInput | null | undefined;
  find?:
    { path?: string | null | undefined; nameRegExp?: string | null | undefined; tags?: unknown } | null | undefined;
}
/** Undefined: left out (create: the default; update: stays). Null: back to the default, or none. */
export interface SecretTargetInput {
  name?: string | null | undefined;
  type?: string | null | undefined;
  creationPolicy?: CreationPolicy | null | undefined;
  deletionPolicy?: DeletionPolicy | null | undefined;
  immutable?: boolean | null | undefined;
  template?: unknown;
  labels?: unknown;
  annotations?: unknown;
}
/** The typed parts of a secret, the same for creating and updating. */
export interface SecretFieldsInput {
  data?: readonly SecretDataItemInput[] | null | undefined;
  dataFrom?: readonly SecretDataSourceInput[] | null | undefined;
  refreshInterval?: string | null | undefined;
  refreshPolicy?: RefreshPolicy | null | undefined;
  target?: SecretTargetInput | null | undefined;
}
export interface CreateSecretInput extends SecretFieldsInput {
  name: string;
  scope: SecretScope;
  projectId?: string | null | undefined;
  projectIds?: readonly string[] | null | undefined;
  useCase: SecretUseCase;
  providerId: string;
}
export interface UpdateSecretInput extends SecretFieldsInput {
  id: string;
  expectedGeneration?: number | null | undefined;
  useCase?: SecretUseCase | null | undefined;
  providerId?: string | null | undefined;
}
export interface CreateSecretFromManifestInput {
  manifest: string;
  scope: SecretScope;
  projectId?: string | null | undefined;
  projectIds?: readonly string[] | null | undefined;
  useCase: SecretUseCase;
}
/** Exactly one of the four kinds, or `existingStore`; checked by the command, with every other problem at once. */
export interface ProviderConfigInput {
  vault?: JsonObject | null | undefined;
  aws?: JsonObject | null | undefined;
  gcp?: JsonObject | null | undefined;
  azure?: JsonObject | null | undefined;
}
export interface CreateProviderInput extends ProviderConfigInput {
  name: string;
  scope: SecretScope;
  projectId?: string | null | undefined;
  existingStore?: { kind: ProviderKind; storeName: string } | null | undefined;
  projectKeyPrefix?: string | null | undefined;
}
export interface UpdateProviderInput extends ProviderConfigInput {
  id: string;
  /** Undefined: stays. Null: none. */
  projectKeyPrefix?: string | null | undefined;
}

export interface SecretPreview {
  /** YAML; null where the problems leave nothing to show. */
  manifest: string | null;
  /** Those of a manifest have the line that they are on. */
  problems: (Problem | LocatedProblem)[];
  /** What the manifest says, and the manifest without what its place in a cluster adds; null where it is. */
  secret: { name: string; provider: ProviderRecord; stored: StoredSpec; manifest: string } | null;
}

/**
 * Every write of desired state, and the only way to make one (DESIGN.md, invariant 7). Each command is one transaction: rows, then transitions, then NOTIFY.
 * Order of checks, in every command: ids that the viewer cannot see (NOT_FOUND), what the viewer may not do (FORBIDDEN), every bad field at once (BAD_USER_INPUT), then CONFLICT and
 * PRECONDITION_FAILED. Nothing is written unless all pass. Ids that are no UUID are NOT_FOUND like any unknown id.
 */
export interface DesiredState {
  createProject(
    viewer: Viewer,
    input: { name: string; description: string; clusterId?: string | null | undefined },
  ): Promise<ProjectRecord>;
  updateProject(viewer: Viewer, id: string, description: string): Promise<ProjectRecord>;
  deleteProject(
    viewer: Viewer,
    id: string,
    options: { deleteNamespace: boolean; abandon: boolean },
  ): Promise<ProjectRecord>;
  addProjectMembers(viewer: Viewer, projectId: string, subjects: readonly string[]): Promise<ProjectRecord>;
  removeProjectMembers(viewer: Viewer, projectId: string, subjects: readonly string[]): Promise<ProjectRecord>;

  createProvider(viewer: Viewer, input: CreateProviderInput): Promise<ProviderRecord>;
  updateProvider(viewer: Viewer, input: UpdateProviderInput): Promise<ProviderRecord>;
  deleteProvider(viewer: Viewer, id: string, options: { abandon: boolean }): Promise<ProviderRecord>;

  createSecret(viewer: Viewer, input: CreateSecretInput): Promise<SecretRecord>;
  createSecretFromManifest(viewer: Viewer, input: CreateSecretFromManifestInput): Promise<SecretRecord>;
  updateSecret(viewer: Viewer, input: UpdateSecretInput): Promise<SecretRecord>;
  updateSecretFromManifest(
    viewer: Viewer,
    input: { id: string; manifest: string; expectedGeneration?: number | null | undefined },
  ): Promise<SecretRecord>;
  deleteSecret(viewer: Viewer, id: string, options: { abandon: boolean }): Promise<SecretRecord>;
  assignSecret(viewer: Viewer, secretId: string, projectIds: readonly string[]): Promise<SecretRecord>;
  unassignSecret(
    viewer: Viewer,
    secretId: string,
    projectIds: readonly string[],
    options: { abandon: boolean },
  ): Promise<SecretRecord>;
  setSecretAssignments(viewer: Viewer, secretId: string, projectIds: readonly string[]): Promise<SecretRecord>;
  syncSecret(viewer: Viewer, id: string): Promise<SecretRecord>;
  syncAssignment(viewer: Viewer, id: string): Promise<AssignmentRecord>;
  adoptExternalSecrets(viewer: Viewer, projectId: string, names: readonly string[] | null): Promise<SecretRecord[]>;

  previewSecret(viewer: Viewer, input: CreateSecretInput, projectId: string | null): Promise<SecretPreview>;
  previewSecretUpdate(viewer: Viewer, input: UpdateSecretInput, projectId: string | null): Promise<SecretPreview>;
  previewSecretManifest(
    viewer: Viewer,
    manifest: string,
    scope: SecretScope,
    projectId: string | null,
  ): Promise<SecretPreview>;
  previewSecretManifestUpdate(
    viewer: Viewer,
    input: { id: string; manifest: string; expectedGeneration?: number | null | undefined },
    projectId: string | null,
  ): Promise<SecretPreview>;
  /** Why each foreign ExternalSecret of the project's namespace cannot be adopted; what is ours is left out. */
  unmanagedExternalSecrets(viewer: Viewer, projectId: string): Promise<UnmanagedExternalSecret[]>;
}

export interface UnmanagedExternalSecret {
  name: string;
  storeName: string | null;
  ready: boolean | null;
  reason: string | null;
  message: string | null;
  managers: string[];
  problems: string[];
}
