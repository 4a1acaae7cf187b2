import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import type { Problem } from "../api/errors.ts";
import { PREVIEW_CREATE, PREVIEW_UPDATE } from "./documents.ts";
import { createInputOf, updateInputOf, type Draft, type EditedSecret } from "./draft.ts";

/** After the last key, in milliseconds. */
const TYPING_PAUSE = 350;

/** A value that has been the same for a while. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export interface Preview {
  manifest: string | null;
  problems: readonly Problem[];
  loading: boolean;
  error: unknown;
}

export const NO_PROBLEMS: readonly Problem[] = [];

/** What the server would apply, and everything that it would refuse; asked again as the draft changes. */
export function usePreview(
  draft: Draft,
  secret: EditedSecret | null,
  projectId: string | null,
  projectIds: readonly string[],
): Preview {
  const settled = useSettled(draft);
  const input = createInputOf(settled, projectId, projectIds);
  const create = useQuery(PREVIEW_CREATE, {
    variables: { input: input ?? emptyInput, project: projectId ?? projectIds[0] ?? null },
    skip: secret !== null || input === null,
    fetchPolicy: "no-cache",
  });
  const update = useQuery(PREVIEW_UPDATE, {
    variables: {
      input: secret === null ? { id: "" } : updateInputOf(settled, secret),
      project: secret?.assignments.nodes[0]?.project.id ?? null,
    },
    skip: secret === null,
    fetchPolicy: "no-cache",
  });
  const asked = secret === null ? create : update;
  const found =
    secret === null
      ? (create.data ?? create.previousData)?.previewSecret
      : (update.data ?? update.previousData)?.previewSecretUpdate;
  return {
    manifest: found?.manifest ?? null,
    problems: found?.problems ?? NO_PROBLEMS,
    loading: asked.loading || settled !== draft,
    error: asked.error,
  };
}

/** Never sent: the query that would is skipped. */
const emptyInput = { name: "", scope: "ORGANIZATION", providerId: "" } as const;
