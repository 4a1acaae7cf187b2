import { useQuery } from "@apollo/client/react";
import { Link } from "wouter";
import { graphql } from "../api/graphql.ts";
import { useIsAdmin } from "../shell/viewer.tsx";
import { LinkButton } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { counted } from "../ui/words.tsx";

const CLUSTERS = graphql(`
  query Clusters {
    clusters {
      id
      name
      status
      statusReason
      operatorApiVersion
      lastSeenAt
      projects(first: 20) {
        totalCount
        nodes {
          id
          name
        }
      }
    }
  }
`);

/** How often "last seen" is read again, in milliseconds: it makes no transition. */
const POLL = 15_000;

/** The clusters that secrets go to. */
export function ClustersPage(): React.JSX.Element {
  const { data, error } = useQuery(CLUSTERS, { pollInterval: POLL });
  const isAdmin = useIsAdmin();
  return (
    <Page title="Clusters">
      <ErrorNote error={error} />
      {data === undefined && error === undefined && <Loading />}
      {data?.clusters.length === 0 && (
        <div className="card">
          <Empty title="No cluster to see">
            <p>The clusters of your projects appear here.</p>
          </Empty>
        </div>
      )}
      <div className="columns">
        {data?.clusters.map((cluster) => (
          <section className="card stack" key={cluster.id} aria-labelledby={cluster.id}>
            <div className="row">
              <h2 id={cluster.id}>{cluster.name}</h2>
              <StatusBadge status={cluster.status} />
              <LinkButton href={`/history?cluster=${encodeURIComponent(cluster.id)}`} look="quiet" small icon="history">
                History
              </LinkButton>
            </div>
            {cluster.statusReason !== null && <p className="break">{cluster.statusReason}</p>}
            <dl className="facts">
              {isAdmin && (
                <>
                  <dt>External Secrets Operator</dt>
                  <dd>{cluster.operatorApiVersion ?? "not served"}</dd>
                </>
              )}
              <dt>Last seen</dt>
              <dd>
                <Time at={cluster.lastSeenAt} />
              </dd>
              <dt>{counted(cluster.projects.totalCount, "project")}</dt>
              <dd className="row">
                {cluster.projects.nodes.map(({ id, name }) => (
                  <Link key={id} href={`/projects/${name}`}>
                    {name}
                  </Link>
                ))}
                {cluster.projects.totalCount > cluster.projects.nodes.length && "…"}
              </dd>
            </dl>
          </section>
        ))}
      </div>
    </Page>
  );
}
