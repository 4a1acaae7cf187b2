/** The enumerations of the API, as DESIGN.md and contract.graphql name them; the database stores these words. */

export const ROLES = ["PLATFORM_ADMIN", "TEAM_MEMBER"] as const;
export type Role = (typeof ROLES)[number];

const ACTIONS = [
  "CREATE_PROJECT",
  "CREATE_PROVIDER",
  "CREATE_SECRET",
  "UPDATE",
  "DELETE",
  "ASSIGN",
  "UNASSIGN",
  "SYNC",
  "ADOPT",
  "MANAGE_MEMBERS",
] as const;
export type Action = (typeof ACTIONS)[number];

export const CLUSTER_STATUSES = ["CONNECTED", "UNREACHABLE", "NO_OPERATOR"] as const;
export type ClusterStatus = (typeof CLUSTER_STATUSES)[number];

export const PROJECT_STATUSES = ["PENDING", "READY", "FAILED", "DELETING", "DELETE_FAILED"] as const;
export type ProjectStatus = (typeof PROJECT_STATUSES)[number];

export const PROVIDER_KINDS = ["VAULT", "AWS_SECRETS_MANAGER", "GCP_SECRET_MANAGER", "AZURE_KEY_VAULT"] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

export const PROVIDER_STATUSES = ["PENDING", "READY", "ERROR", "DELETING", "DELETE_FAILED"] as const;
export type ProviderStatus = (typeof PROVIDER_STATUSES)[number];

export const SECRET_SCOPES = ["ORGANIZATION", "PROJECT"] as const;
export type SecretScope = (typeof SECRET_SCOPES)[number];

export const SECRET_USE_CASES = ["GENERIC", "HUGGING_FACE", "S3", "DATABASE", "IMAGE_PULL_SECRET"] as const;
export type SecretUseCase = (typeof SECRET_USE_CASES)[number];

export const SECRET_STATUSES = [
  "UNASSIGNED",
  "PENDING",
  "SYNCED",
  "PARTIALLY_SYNCED",
  "SYNCED_ERROR",
  "FAILED",
  "DELETING",
  "DELETE_FAILED",
] as const;
export type SecretStatus = (typeof SECRET_STATUSES)[number];

export const ASSIGNMENT_STATUSES = [
  "PENDING",
  "SYNCED",
  "SYNCED_ERROR",
  "FAILED",
  "DELETING",
  "DELETE_FAILED",
] as const;
export type AssignmentStatus = (typeof ASSIGNMENT_STATUSES)[number];

export const TRANSITION_SUBJECTS = ["SECRET", "ASSIGNMENT", "PROVIDER", "PROJECT", "CLUSTER"] as const;
export type TransitionSubject = (typeof TRANSITION_SUBJECTS)[number];
