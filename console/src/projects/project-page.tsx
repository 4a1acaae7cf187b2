import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { PermittedButton, permissionFor } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading, Note } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Adoption } from "./adoption.tsx";
import { AssignExistingDialog } from "./assign-existing-dialog.tsx";
import { PROJECT, type ProjectDetail } from "./documents.ts";
import { Members } from "./members.tsx";
import { ProjectSecrets } from "./project-secrets.tsx";
import { ProjectSettings } from "./project-settings.tsx";

const FIRST = 100;
const MORE = 500;

/** A project: its secrets, what could be adopted, its members and settings. */
export function ProjectPage({ name }: { name: string }): React.JSX.Element {
  const [first, setFirst] = useState(FIRST);
  const { data, previousData, error } = useQuery(PROJECT, { variables: { name, first, filter: null } });
  const shown = data ?? previousData;
  if (shown === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  if (shown.project === null)
    return (
      <Empty title="There is no such project">
        <p>It may have been deleted, or you are not a member of it.</p>
        <Link href="/projects">Your projects</Link>
      </Empty>
    );
  return <ProjectView project={shown.project} onMore={first < MORE ? () => setFirst(MORE) : null} />;
}

const isShown = (project: ProjectDetail, action: string): boolean => {
  const permission = permissionFor(project.permissions, action);
  return permission !== null && permission.code !== "FORBIDDEN";
};

function ProjectView({ project, onMore }: { project: ProjectDetail; onMore: (() => void) | null }): React.JSX.Element {
  const [params] = useSearchParams();
  const [assigning, setAssigning] = useState(false);
  const { permissions, name, status, statusReason, description, cluster, namespace } = project;
  const tabs = [
    { id: "secrets", label: "Secrets", shown: true },
    { id: "adopt", label: "Adopt", shown: isShown(project, "ADOPT") },
    { id: "members", label: "Members", shown: true },
    { id: "settings", label: "Settings", shown: isShown(project, "UPDATE") },
  ].filter(({ shown }) => shown);
  const tab = tabs.find(({ id }) => id === params.get("tab"))?.id ?? "secrets";
  return (
    <Page
      title={name}
      crumbs={<Link href="/projects">Projects</Link>}
      actions={
        <>
          <PermittedButton permissions={permissions} action="ASSIGN" icon="plus" onPress={() => setAssigning(true)}>
            Assign existing
          </PermittedButton>
          <PermittedButton
            permissions={permissions}
            action="CREATE_SECRET"
            look="primary"
            icon="plus"
            href={`/secrets/new?project=${encodeURIComponent(project.id)}`}
          >
            New secret
          </PermittedButton>
        </>
      }
    >
      <div className="row">
        <StatusBadge status={status} />
        <span className="muted">
          {description === "" ? "" : `${description}. `}Namespace {namespace} on {cluster.name}.
        </span>
      </div>
      {status !== "READY" && <Note tone="warn">{statusReason ?? "The project is not ready yet."}</Note>}
      <nav className="tabs-list" aria-label="About this project">
        {tabs.map(({ id, label }) => (
          <Link
            key={id}
            href={id === "secrets" ? `/projects/${name}` : `/projects/${name}?tab=${id}`}
            className="tab"
            aria-current={id === tab ? "page" : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      {tab === "secrets" && <ProjectSecrets project={project} onMore={onMore} />}
      {tab === "adopt" && <Adoption project={project} />}
      {tab === "members" && <Members project={project} />}
      {tab === "settings" && <ProjectSettings project={project} />}
      {assigning && <AssignExistingDialog project={project} onClose={() => setAssigning(false)} />}
    </Page>
  );
}
