import { useMutation } from "@apollo/client/react";
import { useLocation } from "wouter";
import { failureOf } from "../api/errors.ts";
import type { VariablesOf } from "../api/graphql.ts";
import { useToasts } from "../ui/toast.tsx";
import { CREATE_PROVIDER, UPDATE_PROVIDER } from "./documents.ts";

type CreateInput = VariablesOf<typeof CREATE_PROVIDER>["input"];
type UpdateInput = VariablesOf<typeof UPDATE_PROVIDER>["input"];

export interface SavingProvider {
  /** @param what its input; with the id null it is made. The config was built by path from the tables of the forms: the server checks every part of it */
  save: (what: { id: string | null; name: string } & Record<string, unknown>) => Promise<void>;
  busy: boolean;
  error: unknown;
  /** What the server refused at a path of the input. */
  problemsAt: (path: string) => string[];
}

/** Creates or changes a provider, and goes to its page. */
export function useSaveProvider(): SavingProvider {
  const [create, creation] = useMutation(CREATE_PROVIDER);
  const [update, change] = useMutation(UPDATE_PROVIDER);
  const [, navigate] = useLocation();
  const toasts = useToasts();
  const error = creation.error ?? change.error;
  const { problems } = failureOf(error);
  return {
    save: async ({ id, name, ...rest }) => {
      try {
        if (id === null) {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as is said above
          const input = { name, ...rest } as CreateInput;
          const { data } = await create({ variables: { input } });
          toasts.done(`${name} is made.`);
          navigate(`/providers/${data?.createProvider.id ?? ""}`);
        } else {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as is said above
          const input = { id, ...rest } as UpdateInput;
          await update({ variables: { input } });
          toasts.done(`${name} is changed.`);
          navigate(`/providers/${id}`);
        }
      } catch {
        // The mutation's own error is shown.
      }
    },
    busy: creation.loading || change.loading,
    error,
    problemsAt: (path) => problems.filter((problem) => problem.path.join(".") === path).map(({ message }) => message),
  };
}
