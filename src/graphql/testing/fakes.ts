import type { Logger } from "../../domain/ports/logger.js";
import type { Page } from "../../domain/ports/paging.js";
import type { ReadModel } from "../../domain/ports/read-model.js";
import type { LogPlace, TransitionStream } from "../../domain/ports/transition-stream.js";
import type { DesiredState } from "../../domain/ports/desired-state.js";
import type { TransitionRecord } from "../../domain/transition.js";
import type { Viewer, ViewerScope } from "../../domain/viewer.js";
import { preconditionFailed } from "../../errors.js";

/** A UUID that is told apart by a number. */
export const uuid = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

export const ADMIN: Viewer = {
  subject: "ada",
  email: null,
  name: null,
  role: "PLATFORM_ADMIN",
  groups: [],
  expiresAt: null,
};

/** A member of whatever the read model says. */
export const member = (subject: string): Viewer => ({ ...ADMIN, subject, role: "TEAM_MEMBER" });

/** Keeps what was logged. */
export class RecordingLogger implements Logger {
  readonly lines: { level: string; fields: object; message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: "debug", fields, message });
  }
  info(fields: object, message: string): void {
    this.lines.push({ level: "info", fields, message });
  }
  warn(fields: object, message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }
  error(fields: object, message: string): void {
    this.lines.push({ level: "error", fields, message });
  }
  child(): Logger {
    return this;
  }
}

/** The log in memory. Positions have gaps, as a sequence leaves them. */
export class MemoryStream implements TransitionStream {
  readonly log: TransitionRecord[] = [];
  private readonly listeners = new Set<(batch: readonly TransitionRecord[]) => void>();
  private told: LogPlace = { position: 0n, transitionId: null };
  /** Reads so far. */
  reads = 0;

  /** Writes transitions, and tells of them unless told otherwise. */
  append(...transitions: readonly Partial<TransitionRecord>[]): TransitionRecord[] {
    const written = this.write(...transitions);
    this.tell();
    return written;
  }

  write(...transitions: readonly Partial<TransitionRecord>[]): TransitionRecord[] {
    const written = transitions.map((given): TransitionRecord => {
      const position = (this.log.at(-1)?.position ?? 0n) + 3n;
      const row: TransitionRecord = {
        id: uuid(Number(position)),
        position,
        subject: "ASSIGNMENT",
        subjectId: uuid(1),
        from: "PENDING",
        to: "SYNCED",
        reason: null,
        message: null,
        actor: "system",
        at: new Date(0),
        secretId: null,
        assignmentId: null,
        projectId: null,
        providerId: null,
        clusterId: null,
        ...given,
      };
      this.log.push(row);
      return row;
    });
    return written;
  }

  /** Tells the listeners of everything that was written since the last time, as one batch. */
  tell(): void {
    const batch = this.log.filter(({ position }) => position > this.told.position);
    const last = batch.at(-1);
    if (last === undefined) return;
    this.told = { position: last.position, transitionId: last.id };
    for (const listener of this.listeners) listener(batch);
  }

  /** As a stream that began to tell after this transition: what was there before is never told. */
  begin(after: TransitionRecord | undefined): void {
    this.told = { position: after?.position ?? 0n, transitionId: after?.id ?? null };
  }

  head(): LogPlace {
    return this.told;
  }
  currentPlace(): Promise<LogPlace> {
    const last = this.log.at(-1);
    return Promise.resolve({ position: last?.position ?? 0n, transitionId: last?.id ?? null });
  }
  listen(listener: (batch: readonly TransitionRecord[]) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
  onGap(): () => void {
    return () => {};
  }
  read(after: bigint, upTo: bigint, limit: number): Promise<TransitionRecord[]> {
    this.reads += 1;
    return Promise.resolve(this.log.filter(({ position }) => position > after && position <= upTo).slice(0, limit));
  }
  seal({ position, transitionId }: LogPlace): string {
    return `${position}/${transitionId ?? ""}`;
  }
  open(cursor: string): Promise<LogPlace> {
    const [position = "", transitionId = ""] = cursor.split("/");
    const known = position === "0" || this.log.some(({ id }) => id === transitionId);
    if (!known) return Promise.reject(preconditionFailed("CursorExpired", "Read the lists anew."));
    return Promise.resolve({ position: BigInt(position), transitionId: transitionId === "" ? null : transitionId });
  }
}

const page = <T>(): Page<T> => ({ edges: [], hasNextPage: false, hasPreviousPage: false, totalCount: 0 });

/** A read model in which there is nothing; tests override what they need. Counts its calls. */
export class EmptyReadModel implements ReadModel {
  readonly calls: string[] = [];
  readonly projectsOf = new Map<string, readonly string[]>();

  protected counted<T>(name: string, answer: T): Promise<T> {
    this.calls.push(name);
    return Promise.resolve(answer);
  }

  scopeOf(viewer: Viewer): Promise<ViewerScope> {
    return this.counted<ViewerScope>(
      "scopeOf",
      viewer.role === "PLATFORM_ADMIN"
        ? { admin: true }
        : { admin: false, projectIds: this.projectsOf.get(viewer.subject) ?? [] },
    );
  }
  requireVisible: ReadModel["requireVisible"] = () => this.counted("requireVisible", undefined);
  clusters: ReadModel["clusters"] = () => this.counted("clusters", []);
  clustersByIds: ReadModel["clustersByIds"] = () => this.counted("clustersByIds", []);
  projects: ReadModel["projects"] = () => this.counted("projects", page());
  projectsByIds: ReadModel["projectsByIds"] = () => this.counted("projectsByIds", []);
  projectByName: ReadModel["projectByName"] = () => this.counted("projectByName", null);
  projectsOfClusters: ReadModel["projectsOfClusters"] = () =>
    this.counted("projectsOfClusters", new Map<string, never>());
  membersOfProjects: ReadModel["membersOfProjects"] = () => this.counted("membersOfProjects", new Map<string, never>());
  providers: ReadModel["providers"] = () => this.counted("providers", page());
  providersByIds: ReadModel["providersByIds"] = () => this.counted("providersByIds", []);
  targetsOfProviders: ReadModel["targetsOfProviders"] = () =>
    this.counted("targetsOfProviders", new Map<string, never>());
  secrets: ReadModel["secrets"] = () => this.counted("secrets", page());
  secretsByIds: ReadModel["secretsByIds"] = () => this.counted("secretsByIds", []);
  secretsOfProviders: ReadModel["secretsOfProviders"] = () =>
    this.counted("secretsOfProviders", new Map<string, never>());
  secretCounts: ReadModel["secretCounts"] = () => this.counted("secretCounts", []);
  assignmentsByIds: ReadModel["assignmentsByIds"] = () => this.counted("assignmentsByIds", []);
  assignmentsOf: ReadModel["assignmentsOf"] = () => this.counted("assignmentsOf", new Map<string, never>());
  assignmentCountsOfSecrets: ReadModel["assignmentCountsOfSecrets"] = () =>
    this.counted("assignmentCountsOfSecrets", new Map<string, never>());
  history: ReadModel["history"] = () => this.counted("history", page());
  historyOf: ReadModel["historyOf"] = () => this.counted("historyOf", new Map<string, never>());
  transitionsByIds: ReadModel["transitionsByIds"] = () => this.counted("transitionsByIds", []);
}

const refuse = (): Promise<never> => Promise.reject(new Error("no desired state here"));

/** Commands that all fail unexpectedly; tests override what they need. */
export class NoDesiredState implements DesiredState {
  createProject: DesiredState["createProject"] = refuse;
  updateProject: DesiredState["updateProject"] = refuse;
  deleteProject: DesiredState["deleteProject"] = refuse;
  addProjectMembers: DesiredState["addProjectMembers"] = refuse;
  removeProjectMembers: DesiredState["removeProjectMembers"] = refuse;
  createProvider: DesiredState["createProvider"] = refuse;
  updateProvider: DesiredState["updateProvider"] = refuse;
  deleteProvider: DesiredState["deleteProvider"] = refuse;
  createSecret: DesiredState["createSecret"] = refuse;
  createSecretFromManifest: DesiredState["createSecretFromManifest"] = refuse;
  updateSecret: DesiredState["updateSecret"] = refuse;
  updateSecretFromManifest: DesiredState["updateSecretFromManifest"] = refuse;
  deleteSecret: DesiredState["deleteSecret"] = refuse;
  assignSecret: DesiredState["assignSecret"] = refuse;
  unassignSecret: DesiredState["unassignSecret"] = refuse;
  setSecretAssignments: DesiredState["setSecretAssignments"] = refuse;
  syncSecret: DesiredState["syncSecret"] = refuse;
  syncAssignment: DesiredState["syncAssignment"] = refuse;
  adoptExternalSecrets: DesiredState["adoptExternalSecrets"] = refuse;
  previewSecret: DesiredState["previewSecret"] = refuse;
  previewSecretUpdate: DesiredState["previewSecretUpdate"] = refuse;
  previewSecretManifest: DesiredState["previewSecretManifest"] = refuse;
  previewSecretManifestUpdate: DesiredState["previewSecretManifestUpdate"] = refuse;
  unmanagedExternalSecrets: DesiredState["unmanagedExternalSecrets"] = refuse;
}
