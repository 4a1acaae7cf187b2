import type { CreateSecretInput, UpdateSecretInput } from "../domain/ports/desired-state.js";
import type { VisibleKind } from "../domain/ports/read-model.js";
import { uuidOf } from "./ids.js";
import type { CreateSecretInputType, UpdateSecretInputType } from "./types/inputs/secret-inputs.js";

/**
 * The UUIDs of a list of global ids.
 * @throws NOT_FOUND where one is malformed or of another kind
 */
export const uuidsOf = (kind: VisibleKind, ids: readonly string[]): string[] => ids.map((id) => uuidOf(kind, id));

/** The UUID of an id that may be left out or null. */
export function optionalId(kind: VisibleKind, id: string | null | undefined): string | null | undefined {
  return id === null || id === undefined ? id : uuidOf(kind, id);
}

/** The UUIDs of a list that may be left out or null. */
export function optionalIds(kind: VisibleKind, ids: readonly string[] | null | undefined): string[] | null | undefined {
  return ids === null || ids === undefined ? ids : uuidsOf(kind, ids);
}

/** The command's input: the same, with UUIDs in place of global ids. */
export function createSecretInput(input: CreateSecretInputType): CreateSecretInput {
  const { name, scope, useCase, data, dataFrom, refreshInterval, refreshPolicy, target } = input;
  return {
    name,
    scope,
    useCase,
    data,
    dataFrom,
    refreshInterval,
    refreshPolicy,
    target,
    projectId: optionalId("project", input.projectId),
    projectIds: optionalIds("project", input.projectIds),
    providerId: uuidOf("provider", input.providerId),
  };
}

/** The command's input: the same, with UUIDs in place of global ids. What was left out stays left out. */
export function updateSecretInput(input: UpdateSecretInputType): UpdateSecretInput {
  const { expectedGeneration, useCase, data, dataFrom, refreshInterval, refreshPolicy, target } = input;
  return {
    id: uuidOf("secret", input.id),
    providerId: optionalId("provider", input.providerId),
    expectedGeneration,
    useCase,
    data,
    dataFrom,
    refreshInterval,
    refreshPolicy,
    target,
  };
}
