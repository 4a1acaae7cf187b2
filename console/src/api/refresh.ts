import type { ApolloClient } from "@apollo/client";
import type { LiveTransition } from "./live-documents.ts";

/** At most one reading of the same kind within this time, in milliseconds. */
const PAUSE = 900;

/** How much is read again: totals and history, single things beside them, or lists as well. */
type Reach = 0 | 1 | 2;

/** By the names of queries; lists are whatever is named by neither. */
const TOTALS = /^(?:Count|History)/;
const THINGS = /^(?:Secret|AssignmentsOfSecret|Manifests|Assigned|Project|SecretsOfProject|Members|Provider)$/;

/** What waits to be read again, of each client. */
const waiting = new WeakMap<ApolloClient, { reach: Reach }>();

/** Reads again what transitions change and don't carry: totals and history after every one, single things after an edit and where permissions or a provider's health follow, lists where something came or went. */
export function refreshAfter(client: ApolloClient, batch: readonly LiveTransition[]): void {
  const reach = batch.reduce<Reach>((most, transition) => higher(most, reachOf(transition)), 0);
  const planned = waiting.get(client);
  if (planned !== undefined) {
    planned.reach = higher(planned.reach, reach);
    return;
  }
  const plan = { reach };
  waiting.set(client, plan);
  setTimeout(() => {
    waiting.delete(client);
    void client
      .refetchQueries({
        include: "active",
        onQueryUpdated: ({ queryName = "" }) =>
          plan.reach === 2 || TOTALS.test(queryName) || (plan.reach === 1 && THINGS.test(queryName)),
      })
      // What fails here is asked again by the next change, or shown by the query itself.
      .catch(() => {});
  }, PAUSE);
}

/** What a status of theirs carries with it: what may be done in a project, a provider's health in each cluster. */
const WIDE: ReadonlySet<string> = new Set(["PROJECT", "PROVIDER", "CLUSTER"]);

const reachOf = ({ subject, from, to }: LiveTransition): Reach =>
  from === null || to === null ? 2 : from === to || WIDE.has(subject) ? 1 : 0;
const higher = (one: Reach, other: Reach): Reach => (one > other ? one : other);
