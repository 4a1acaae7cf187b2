import type { ApolloClient } from "@apollo/client";
import type { LiveTransition } from "./live-documents.ts";

/** At most one reading of the same kind within this time, in milliseconds. */
const PAUSE = 900;

type Reach = "counts" | "lists";

/** What waits to be read again, of each client. */
const waiting = new WeakMap<ApolloClient, { reach: Reach }>();

/**
 * Reads again what transitions change and don't carry: totals and history after every one, lists where something came, went or was edited.
 * Queries whose names begin with "Count" or "History" are the former.
 */
export function refreshAfter(client: ApolloClient, batch: readonly LiveTransition[]): void {
  const reach: Reach = batch.some(({ from, to }) => from === null || to === null || from === to) ? "lists" : "counts";
  const planned = waiting.get(client);
  if (planned !== undefined) {
    if (reach === "lists") planned.reach = "lists";
    return;
  }
  const plan = { reach };
  waiting.set(client, plan);
  setTimeout(() => {
    waiting.delete(client);
    void client
      .refetchQueries({
        include: "active",
        onQueryUpdated: ({ queryName }) => plan.reach === "lists" || /^(?:Count|History)/.test(queryName ?? ""),
      })
      // What fails here is asked again by the next change, or shown by the query itself.
      .catch(() => {});
  }, PAUSE);
}
