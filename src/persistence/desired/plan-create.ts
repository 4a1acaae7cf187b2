import { permissionsOfProject, permissionsOfViewer } from "../../domain/access/permissions.js";
import type { SecretScope, SecretUseCase } from "../../domain/kinds.js";
import { checkSecretName } from "../../domain/names.js";
import type { CreateSecretInput } from "../../domain/ports/desired-state.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { StoredSpec } from "../../domain/secret.js";
import { buildSpec } from "../../domain/spec/build-spec.js";
import type { Problem } from "../../errors.js";
import type { Command } from "./command.js";
import { Findings } from "./findings.js";
import { knownForm } from "./ids.js";
import { loadProjects, loadProvider, type LoadedProject } from "./load.js";
import { checkReady } from "./ready.js";
import { checkSecretDraft } from "./secret-checks.js";
import { type DraftPaths, type SecretDraft, TYPED_PATHS } from "./secret-draft.js";

/** What a new secret is to be, whether it came as typed fields or as a manifest. */
export interface NewSecret {
  scope: SecretScope;
  useCase: SecretUseCase;
  projectId: string | null;
  projectIds: readonly string[];
  /** Where a preview shows it, besides; null: nowhere else. */
  previewIn: string | null;
  paths: DraftPaths;
  /**
   * Finds its provider, and makes its name and spec, once its project is known. A provider that cannot be seen is NOT_FOUND here; everything else goes into `problems`.
   */
  content(command: Command, owner: LoadedProject | null): Promise<NewContent>;
}
export interface NewContent {
  /** Null where not even a name could be read. */
  name: string | null;
  provider: ProviderRecord | null;
  stored: StoredSpec | null;
  problems: readonly Problem[];
}

/**
 * Everything that creating a secret looks at and checks, in the order of the contract: visibility (thrown), then all findings. Holds what it looked at, unless for a preview.
 */
export async function planCreate(command: Command, wish: NewSecret): Promise<SecretDraft> {
  const findings = new Findings();
  const projects = await loadPlaces(command, wish);
  const owner = wish.scope === "PROJECT" ? (projects.get(wish.projectId ?? "") ?? null) : null;
  const content = await wish.content(command, owner);
  if (wish.scope === "ORGANIZATION") findings.permission(permissionsOfViewer(command.viewer), "CREATE_SECRET");
  else if (owner !== null) findings.permission(permissionsOfProject(command.viewer, owner), "CREATE_SECRET");

  const added = wish.scope === "PROJECT" ? (owner === null ? [] : [owner]) : [...projects.values()];
  const draft: SecretDraft = {
    id: null,
    name: content.name ?? "",
    nameIsGood: false,
    scope: wish.scope,
    useCase: wish.useCase,
    owner,
    provider: content.provider,
    stored: content.stored,
    kept: [],
    added,
    paths: wish.scope === "PROJECT" ? { ...wish.paths, projects: ["projectId"] } : wish.paths,
    findings,
  };
  // Whoever may not make it at all is told nothing of what is there.
  if (findings.isForbidden) return draft;
  checkScope(wish, findings);
  const nameProblems = content.name === null ? [] : checkSecretName(content.name, wish.paths.name);
  draft.nameIsGood = content.name !== null && nameProblems.length === 0;
  findings.addProblems(nameProblems);
  findings.addProblems(content.problems);
  await checkSecretDraft(command, draft);
  // The owner's state is the permission's to tell.
  if (wish.scope === "ORGANIZATION") checkReady(findings, command.viewer, added, draft.paths.projects);
  return draft;
}

/** All projects that the wish names, by id, held since their quotas are counted. */
async function loadPlaces(command: Command, wish: NewSecret): Promise<Map<string, LoadedProject>> {
  const ids = [wish.projectId, ...wish.projectIds, wish.previewIn].filter((id) => id !== null);
  const projects = await loadProjects(command, knownForm("project", ids), "update");
  return new Map(projects.map((project) => [project.id, project]));
}

function checkScope(wish: NewSecret, findings: Findings): void {
  if (wish.scope === "PROJECT") {
    if (wish.projectId === null)
      findings.bad(["projectId"], "A secret of scope PROJECT needs the project that it belongs to.");
    if (wish.projectIds.length > 0) {
      findings.bad(
        ["projectIds"],
        "A project secret is in its own project alone; make an organization secret to assign it to several.",
      );
    }
    if (wish.previewIn !== null && wish.projectId !== null && wish.previewIn !== wish.projectId) {
      findings.bad(["projectId"], "A project secret can be shown in its own project alone.");
    }
  } else if (wish.projectId !== null) {
    findings.bad(
      ["projectId"],
      "A secret of scope ORGANIZATION belongs to no project; name the projects to assign it to in projectIds.",
    );
  }
}

/** A new secret out of the typed fields. */
export function wishOfInput(input: CreateSecretInput, previewIn: string | null): NewSecret {
  return {
    scope: input.scope,
    useCase: input.useCase,
    projectId: input.projectId ?? null,
    projectIds: input.projectIds ?? [],
    previewIn,
    paths: TYPED_PATHS,
    async content(command) {
      const provider = await loadProvider(command, input.providerId, "share");
      const { stored, problems } = buildSpec(input.name, input, command.settings);
      return { name: input.name, provider, stored, problems };
    },
  };
}
