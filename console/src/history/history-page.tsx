import { useQuery } from "@apollo/client/react";
import { useSearchParams } from "wouter";
import { graphql } from "../api/graphql.ts";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { Filter } from "../ui/filter.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { Timeline } from "./timeline.tsx";

const HISTORY = graphql(`
  query History($first: Int!, $after: String, $filter: TransitionFilter) {
    history(first: $first, after: $after, filter: $filter) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        at
        subject
        from
        to
        reason
        message
        actor
        project {
          id
          name
        }
        secret {
          id
          name
        }
        provider {
          id
          name
        }
        cluster {
          id
          name
        }
      }
    }
  }
`);

const CHOICES = graphql(`
  query ChoicesOfHistory {
    projects(first: 500) {
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

/** Everything that happened, as far as the viewer may see it; the first page is live. */
export function HistoryPage(): React.JSX.Element {
  const [params, setParams] = useSearchParams();
  const { data: choices } = useQuery(CHOICES);
  const subject = SUBJECTS.map(({ id }) => id).filter((id) => params.getAll("subject").includes(id));
  const project = params.get("project");
  const cluster = params.get("cluster");
  const actor = params.get("actor") ?? "";
  const after = params.get("after");
  const { data, previousData, error } = useQuery(HISTORY, {
    variables: {
      first: SIZE,
      after,
      filter: {
        subject: subject.length === 0 ? null : subject,
        projectId: project,
        clusterId: cluster,
        actor: actor === "" ? null : actor,
      },
    },
  });
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
        <Filter
          label="Project"
          options={asOptions(choices?.projects.nodes)}
          selected={project === null ? [] : [project]}
          onChange={(ids) => change("project", ids)}
        />
        <Filter
          label="Cluster"
          options={asOptions(choices?.clusters)}
          selected={cluster === null ? [] : [cluster]}
          onChange={(ids) => change("cluster", ids)}
        />
        <TextField
          label="By whom"
          hideLabel
          placeholder="By whom, exactly …"
          value={actor}
          onChange={(text) => change("actor", text === "" ? [] : [text], true)}
        />
      </div>
      <ErrorNote error={error} />
      {history === undefined && error === undefined && <Loading />}
      {history !== undefined && (
        <div className="card stack">
          {history.nodes.length === 0 ? (
            <Empty title="Nothing happened that is like that" />
          ) : (
            <Timeline entries={history.nodes} />
          )}
          <div className="row">
            {after !== null && <Button onPress={() => change("after", [])}>Newest</Button>}
            {history.pageInfo.hasNextPage && (
              <Button
                onPress={() => {
                  change("after", [history.pageInfo.endCursor ?? ""]);
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
