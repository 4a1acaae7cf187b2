import type { SecretScope, SecretUseCase } from "../../domain/kinds.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { StoredSpec } from "../../domain/secret.js";
import { inputPath } from "../../domain/spec/input-path.js";
import type { Findings } from "./findings.js";

/** A project, as much of it as the checks of a secret need. */
export interface PlaceOfSecret {
  id: string;
  name: string;
  clusterId: string;
}

/** Where the parts of a secret stand in what was sent: a manifest's are elsewhere than the typed fields. */
export interface DraftPaths {
  name: string[];
  provider: string[];
  /** Of the projects that it is to be assigned to. */
  projects: string[];
  of: "input" | "manifest";
  /** Where a part of the operator's object stands: `["spec", "target", "name"]`. */
  ofObject(path: readonly string[]): string[];
}
export const TYPED_PATHS: DraftPaths = {
  of: "input",
  name: ["name"],
  provider: ["providerId"],
  projects: ["projectIds"],
  ofObject: (path) => (isOfObject(path) ? inputPath(path) : [...path]),
};
export const MANIFEST_PATHS: DraftPaths = {
  of: "manifest",
  name: ["manifest", "metadata", "name"],
  provider: ["manifest", "spec", "secretStoreRef"],
  projects: ["projectIds"],
  ofObject: (path) => ["manifest", ...path],
};
const isOfObject = ([head]: readonly string[]): boolean => head === "spec" || head === "metadata";

/** A secret as it is to be, new or changed, and what the checks have found so far. */
export interface SecretDraft {
  /** Null: it is new. */
  id: string | null;
  name: string;
  /** Whether the name may be asked about in the database at all. */
  nameIsGood: boolean;
  scope: SecretScope;
  useCase: SecretUseCase;
  /** The project of a project secret. */
  owner: PlaceOfSecret | null;
  /** Null where it could not be made out, which the findings then say. */
  provider: ProviderRecord | null;
  /** Null where problems leave nothing to store. */
  stored: StoredSpec | null;
  /** Projects that it is assigned to already and stays in. */
  kept: readonly PlaceOfSecret[];
  /** Projects that it comes into. */
  added: readonly PlaceOfSecret[];
  paths: DraftPaths;
  findings: Findings;
}
