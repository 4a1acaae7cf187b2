import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { LinkButton, PermittedButton, permissionFor } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading, Note } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { Adoption } from "./adoption.tsx";
import { AssignExistingDialog } from "./assign-existing-dialog.tsx";
import { PROJECT, type ProjectDetail } from "./documents.ts";
import { Members } from "./members.tsx";
import { ProjectSecrets } from "./project-secrets.tsx";
import { ProjectSettings } from "./project-settings.tsx";

/** A project: its secrets, what could be adopted, its members and settings. */
export function ProjectPage({ name }: { name: string }): React.JSX.Element {
  const { data, previousData, error } = useQuery(PROJECT, { variables: { name } });
  const shown = data ?? previousData;
  if (shown === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  if (shown.project === null)
    return (
      <Empty title="There is no such project">
        <p>It may have been deleted, or you are not a member of it.</p>
        <Link href="/projects">Your projects</Link>
      </Empty>
    );
  return <ProjectView project={shown.project} />;
}

const isShown = (project: ProjectDetail, action: string): boolean => {
  const permission = permissionFor(project.permissions, action);
  return permission !== null && permission.code !== "FORBIDDEN";
};

function ProjectView({ project }: { project: ProjectDetail }): React.JSX.Element {
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
          <LinkButton href={`/history?project=${encodeURIComponent(project.id)}`} look="quiet" icon="history">
            History
          </LinkButton>
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
      <Tabs
        label="About this project"
        tabs={tabs.map(({ id, label }) => ({
          label,
          href: id === "secrets" ? `/projects/${name}` : `/projects/${name}?tab=${id}`,
          isCurrent: id === tab,
        }))}
      />
      {tab === "secrets" && <ProjectSecrets project={project} />}
      {tab === "adopt" && <Adoption project={project} />}
      {tab === "members" && <Members project={project} />}
      {tab === "settings" && <ProjectSettings project={project} />}
      {assigning && <AssignExistingDialog project={project} onClose={() => setAssigning(false)} />}
    </Page>
  );
}
