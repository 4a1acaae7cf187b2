import { useQuery } from "@apollo/client/react";
import { useSearchParams } from "wouter";
import { HISTORY_ENTRY } from "../api/fragments.ts";
import { graphql } from "../api/graphql.ts";
import { ProjectFilter } from "../projects/project-filter.tsx";
import { Button, LinkButton } from "../ui/button.tsx";
import { Filter } from "../ui/filter.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { Search } from "../ui/search.tsx";
import { Timeline } from "./timeline.tsx";

const HISTORY = graphql(
  `
    query History($first: Int!, $after: String, $filter: TransitionFilter) {
      history(first: $first, after: $after, filter: $filter) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...HistoryEntryParts
        }
      }
    }
  `,
  [HISTORY_ENTRY],
);

const CHOICES = graphql(`
  query ChoicesOfHistory {
    providers(first: 500) {
      nodes {
        id
        name
      }
    }
    clusters {
      id
      name
    }
  }
`);

const SUBJECTS = [
  { id: "SECRET", label: "Secrets" },
  { id: "ASSIGNMENT", label: "Assignments" },
  { id: "PROJECT", label: "Projects" },
  { id: "PROVIDER", label: "Providers" },
  { id: "CLUSTER", label: "Clusters" },
] as const;
const SIZE = 50;

/** The beginning of a day in the reader's zone, as the API takes it. @param day as a date field has it: "2026-11-24"; null: none @param later so many days after it */
function momentOf(day: string | null, later = 0): string | null {
  const [year, month, date] = (day ?? "").split("-").map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  const moment = new Date(year, month - 1, date + later);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** Everything that happened, as far as the viewer may see it; the first page is live. */
export function HistoryPage(): React.JSX.Element {
  const [params, setParams] = useSearchParams();
  const { data: choices } = useQuery(CHOICES);
  const subject = SUBJECTS.map(({ id }) => id).filter((id) => params.getAll("subject").includes(id));
  const one = (name: string): string | null => params.get(name);
  const after = one("after");
  const filter = {
    subject: subject.length === 0 ? null : subject,
    projectId: one("project"),
    providerId: one("provider"),
    clusterId: one("cluster"),
    actor: one("actor"),
    since: momentOf(one("from")),
    until: momentOf(one("to"), 1),
  };
  const { data, previousData, error } = useQuery(HISTORY, { variables: { first: SIZE, after, filter } });
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const change = (name: string, values: readonly string[], replace = false): void =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete(name);
        if (name !== "after") next.delete("after");
        for (const value of values) next.append(name, value);
        return next;
      },
      { replace },
    );
  const only = (value: string | null): string[] => (value === null || value === "" ? [] : [value]);
  const asOptions = (nodes: readonly { id: string; name: string }[] = []) =>
    nodes.map(({ id, name }) => ({ id, label: name }));
  const history = (data ?? previousData)?.history;
  return (
    <Page title="History">
      <div className="filters" role="search" aria-label="History">
        <Filter
          label="About"
          multiple
          options={SUBJECTS}
          selected={subject}
          onChange={(ids) => change("subject", ids)}
        />
        <ProjectFilter value={one("project")} onChange={(id) => change("project", only(id))} />
        <Filter
          label="Provider"
          options={asOptions(choices?.providers.nodes)}
          selected={only(one("provider"))}
          onChange={(ids) => change("provider", ids)}
        />
        <Filter
          label="Cluster"
          options={asOptions(choices?.clusters)}
          selected={only(one("cluster"))}
          onChange={(ids) => change("cluster", ids)}
        />
        <Search
          label="By whom"
          placeholder="By whom, exactly …"
          value={one("actor") ?? ""}
          onChange={(text) => change("actor", only(text), true)}
        />
        {DAYS.map(({ name, label }) => (
          <label key={name} className="day">
            <span>{label}</span>
            <input
              type="date"
              className="input"
              value={one(name) ?? ""}
              onChange={(event) => change(name, only(event.currentTarget.value), true)}
            />
          </label>
        ))}
        {isFiltered && (
          <LinkButton href="/history" look="quiet">
            Clear all
          </LinkButton>
        )}
      </div>
      <ErrorNote error={error} />
      {history === undefined && error === undefined && <Loading />}
      {history !== undefined && (
        <div className="card stack">
          {history.nodes.length === 0 ? (
            <Empty title={isFiltered ? "Nothing happened that is like that" : "Nothing has happened yet"}>
              {!isFiltered && <p>Whatever is made, changed or removed, and every change of a status, is told here.</p>}
            </Empty>
          ) : (
            <Timeline entries={history.nodes} />
          )}
          <div className="row">
            {after !== null && <Button onPress={() => change("after", [])}>Newest</Button>}
            {history.pageInfo.hasNextPage && (
              <Button
                onPress={() => {
                  change("after", only(history.pageInfo.endCursor));
                  document.querySelector("#main")?.scrollIntoView();
                }}
              >
                Older
              </Button>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

const DAYS = [
  { name: "from", label: "From" },
  { name: "to", label: "To" },
] as const;
