import { useCallback, useMemo, useState } from "react";
import type { Problem } from "../api/errors.ts";

export interface FieldProblems {
  /** What is wrong at a field, once somebody has been there or tried to save. */
  at(...path: readonly (string | number)[]): string[];
  touch(...path: readonly (string | number)[]): void;
  showAll(): void;
  /** Problems that no field on the page shows. */
  elsewhere(isField: (path: string) => boolean): readonly Problem[];
}

/** Brings the server's problems to their fields. */
export function useFieldProblems(problems: readonly Problem[]): FieldProblems {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const touch = useCallback((...path: readonly (string | number)[]) => {
    setTouched((old) => (old.has(path.join(".")) ? old : new Set(old).add(path.join("."))));
  }, []);
  return useMemo(
    () => ({
      at: (...path) => {
        const key = path.join(".");
        if (!all && !touched.has(key)) return [];
        return problems.filter((problem) => problem.path.join(".") === key).map(({ message }) => sentence(message));
      },
      touch,
      showAll: () => setAll(true),
      elsewhere: (isField) => problems.filter((problem) => !isField(problem.path.join("."))),
    }),
    [problems, touched, all, touch],
  );
}

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
