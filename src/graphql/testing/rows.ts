import type { AssignmentRecord } from "../../domain/assignment.js";
import type { ClusterRecord } from "../../domain/cluster.js";
import type { Page } from "../../domain/ports/paging.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { SecretRecord } from "../../domain/secret.js";
import { uuid } from "./fakes.js";

const AT = new Date(Date.UTC(2026, 10, 24, 13, 0, 0, 5));
const row = (number: number) => ({
  id: uuid(number),
  reason: null,
  message: null,
  deletionRequestedAt: null,
  createdAt: AT,
  updatedAt: AT,
});

export const project = (number: number, given: Partial<ProjectRecord> = {}): ProjectRecord => ({
  ...row(number),
  name: `project-${number}`,
  description: "",
  clusterId: uuid(1),
  status: "READY",
  namespaceOurs: true,
  ...given,
});

export const cluster = (number: number, given: Partial<ClusterRecord> = {}): ClusterRecord => ({
  id: uuid(number),
  name: `cluster-${number}`,
  status: "CONNECTED",
  reason: null,
  message: null,
  operatorApiVersion: "v1",
  kubeSystemUid: null,
  lastSeenAt: AT,
  createdAt: AT,
  ...given,
});

export const provider = (number: number, given: Partial<ProviderRecord> = {}): ProviderRecord => ({
  ...row(number),
  name: `provider-${number}`,
  kind: "VAULT",
  scope: "ORGANIZATION",
  projectId: null,
  managed: true,
  storeName: `provider-${number}`,
  config: { server: "https://vault.example.com" },
  projectKeyPrefix: null,
  status: "READY",
  generation: 1,
  ...given,
});

export const secret = (number: number, given: Partial<SecretRecord> = {}): SecretRecord => ({
  ...row(number),
  name: `secret-${number}`,
  scope: "ORGANIZATION",
  projectId: null,
  useCase: "GENERIC",
  providerId: uuid(2),
  spec: { spec: {}, labels: {}, annotations: {} },
  generation: 1,
  status: "SYNCED",
  statusReason: null,
  createdBy: "ada",
  ...given,
});

export const assignment = (number: number, given: Partial<AssignmentRecord> = {}): AssignmentRecord => ({
  ...row(number),
  secretId: uuid(1_000),
  projectId: uuid(100),
  status: "SYNCED",
  desiredGeneration: 1,
  syncedGeneration: 1,
  refreshedAt: AT,
  observedAt: AT,
  lastTransitionAt: AT,
  externalSecretUid: null,
  appliedManifest: null,
  ...given,
});

export const pageOf = <T>(nodes: readonly T[], totalCount: number | null = null): Page<T> => ({
  edges: nodes.map((node, index) => ({ cursor: `c${index}`, node })),
  hasNextPage: false,
  hasPreviousPage: false,
  totalCount,
});
