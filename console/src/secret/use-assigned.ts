import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";
import type { Picked } from "../ui/picker.tsx";
import { ASSIGNED, type AssignedPage } from "./documents.ts";

export interface Assigned {
  /** By id; undefined: not read yet. */
  projects: ReadonlyMap<string, Picked> | undefined;
  error: unknown;
  /** Reads them again. */
  reload: () => Promise<void>;
}

/** All projects that a secret is in, however many: read page by page, once. What is going away is not among them. */
export function useAssigned(secretId: string): Assigned {
  const client = useApolloClient();
  const [projects, setProjects] = useState<ReadonlyMap<string, Picked>>();
  const [error, setError] = useState<unknown>();
  const reload = useCallback(async () => {
    const found = new Map<string, Picked>();
    let after: string | null = null;
    try {
      do {
        const page: AssignedPage | undefined = (
          await client.query({ query: ASSIGNED, variables: { id: secretId, after }, fetchPolicy: "network-only" })
        ).data?.secret?.assignments;
        for (const { deletionRequestedAt, project } of page?.nodes ?? [])
          if (deletionRequestedAt === null) found.set(project.id, { id: project.id, name: project.name });
        after = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
      } while (after !== null);
      setProjects(found);
      setError(undefined);
    } catch (reason) {
      setError(reason);
    }
  }, [client, secretId]);
  useEffect(() => void reload(), [reload]);
  return { projects, error, reload };
}
