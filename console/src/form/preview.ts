import type { OperationVariables, TypedDocumentNode } from "@apollo/client";
import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import type { SecretUseCase } from "../api/graphql.ts";
import {
  PREVIEW_CREATE,
  PREVIEW_MANIFEST,
  PREVIEW_MANIFEST_UPDATE,
  PREVIEW_UPDATE,
  type PreviewAnswer,
  type PreviewedSecret,
} from "./documents.ts";
import { createInputOf, updateInputOf, type Draft, type EditedSecret } from "./draft.ts";

/** After the last key, in milliseconds. */
const TYPING_PAUSE = 350;

/** A value that has been the same for a while. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_PAUSE);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

export type PreviewProblem = PreviewAnswer["problems"][number];

export interface Preview {
  manifest: string | null;
  problems: readonly PreviewProblem[];
  /** What it would be; null: not enough is there to say. */
  secret: PreviewedSecret | null;
  /** The answer is not of what is written now. */
  loading: boolean;
  error: unknown;
}

const NO_PROBLEMS: readonly PreviewProblem[] = [];

/** Where a secret is, or is to be. */
export interface Subject {
  /** Null: it is new. */
  secret: EditedSecret | null;
  /** The project whose own it is; null: the organization's. */
  projectId: string | null;
  /** Where a new one is to be assigned. */
  projectIds: readonly string[];
}

/** The project whose cluster is asked for a dry run. */
const placeOf = ({ secret, projectId, projectIds }: Subject): string | null =>
  secret === null ? (projectId ?? projectIds[0] ?? null) : (secret.assignments.nodes[0]?.project.id ?? null);

/** What the server would apply of a form, and everything that it would refuse; asked again as it changes. */
export function useFormPreview(draft: Draft, useCase: SecretUseCase, subject: Subject, skip: boolean): Preview {
  const { secret, projectId, projectIds } = subject;
  const settled = useSettled(draft);
  const input = createInputOf(settled, useCase, projectId, projectIds);
  const create = useAnswer(PREVIEW_CREATE, secret !== null || input === null || skip, {
    input: input ?? NOTHING,
    project: placeOf(subject),
  });
  const update = useAnswer(PREVIEW_UPDATE, secret === null || skip, {
    input: secret === null ? { id: "" } : updateInputOf(settled, useCase, secret),
    project: placeOf(subject),
  });
  return shown(secret === null ? create : update, settled !== draft);
}

/** The same of a manifest. */
export function useYamlPreview(text: string, subject: Subject, skip: boolean): Preview {
  const { secret, projectId } = subject;
  const settled = useSettled(text);
  const isEmpty = settled.trim() === "";
  const create = useAnswer(PREVIEW_MANIFEST, secret !== null || isEmpty || skip, {
    manifest: settled,
    scope: projectId === null ? "ORGANIZATION" : "PROJECT",
    project: placeOf(subject),
  });
  const update = useAnswer(PREVIEW_MANIFEST_UPDATE, secret === null || isEmpty || skip, {
    id: secret?.id ?? "",
    manifest: settled,
    generation: secret?.generation ?? null,
    project: placeOf(subject),
  });
  return shown(secret === null ? create : update, settled !== text);
}

type Answered = Pick<Preview, "loading" | "error"> & { answer: PreviewAnswer | undefined };

function useAnswer<Variables extends OperationVariables>(
  document: TypedDocumentNode<{ preview: PreviewAnswer }, Variables>,
  skip: boolean,
  variables: NoInfer<Variables>,
): Answered {
  const { data, previousData, loading, error } = useQuery<{ preview: PreviewAnswer }>(document, {
    variables,
    skip,
    fetchPolicy: "no-cache",
  });
  return { answer: skip ? undefined : (data ?? previousData)?.preview, loading, error };
}

const shown = ({ answer, loading, error }: Answered, isOld: boolean): Preview => ({
  manifest: answer?.manifest ?? null,
  problems: answer?.problems ?? NO_PROBLEMS,
  secret: answer?.secret ?? null,
  loading: loading || isOld,
  error,
});

/** Never sent: the query that would is skipped. */
const NOTHING = { name: "", scope: "ORGANIZATION", providerId: "" } as const;
