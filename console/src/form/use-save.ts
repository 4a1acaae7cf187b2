import { useMutation } from "@apollo/client/react";
import { useState } from "react";
import { useLocation } from "wouter";
import type { SecretUseCase } from "../api/graphql.ts";
import { useToasts } from "../ui/toast.tsx";
import { CREATE_FROM_MANIFEST, CREATE_SECRET, UPDATE_FROM_MANIFEST, UPDATE_SECRET } from "./documents.ts";
import { createInputOf, updateInputOf, type Draft } from "./draft.ts";
import type { Subject } from "./preview.ts";

export interface Saving {
  /** Saves what is written, and goes to the secret's page. */
  save: (what: { draft: Draft } | { text: string }) => Promise<void>;
  busy: boolean;
  /** Why it could not be saved. */
  error: unknown;
  /** What was written has changed: the error is not of it any more. */
  forget: () => void;
}

/** Creates or changes a secret, from the form or from YAML. */
export function useSave({ secret, projectId, projectIds }: Subject, useCase: SecretUseCase): Saving {
  const [create] = useMutation(CREATE_SECRET);
  const [update] = useMutation(UPDATE_SECRET);
  const [createFromManifest] = useMutation(CREATE_FROM_MANIFEST);
  const [updateFromManifest] = useMutation(UPDATE_FROM_MANIFEST);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const toasts = useToasts();

  const ofForm = async (draft: Draft) => {
    if (secret !== null)
      return (await update({ variables: { input: updateInputOf(draft, useCase, secret) } })).data?.updateSecret;
    const input = createInputOf(draft, useCase, projectId, projectIds);
    return input === null ? undefined : (await create({ variables: { input } })).data?.createSecret;
  };
  const ofYaml = async (manifest: string) =>
    secret === null
      ? (
          await createFromManifest({
            variables: {
              manifest,
              useCase,
              ...(projectId === null
                ? { scope: "ORGANIZATION", projectIds: [...projectIds] }
                : { scope: "PROJECT", projectId }),
            },
          })
        ).data?.createSecretFromManifest
      : (await updateFromManifest({ variables: { id: secret.id, manifest, generation: secret.generation, useCase } }))
          .data?.updateSecret;

  return {
    save: async (what) => {
      setBusy(true);
      try {
        const saved = await ("draft" in what ? ofForm(what.draft) : ofYaml(what.text));
        if (saved === undefined) return;
        toasts.done(`${saved.name} is ${secret === null ? "made" : "changed"}.`);
        navigate(`/secrets/${saved.id}`);
      } catch (reason) {
        setError(reason);
      } finally {
        setBusy(false);
      }
    },
    busy,
    error,
    forget: () => setError(null),
  };
}
