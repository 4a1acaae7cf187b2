import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { AssignmentList, useAssignmentFind } from "../assignments/assignment-list.tsx";
import { useIsAdmin } from "../shell/viewer.tsx";
import { PermittedButton } from "../ui/button.tsx";
import { Empty } from "../ui/note.tsx";
import { counted } from "../ui/words.tsx";
import { PROJECT_SECRETS, type ProjectAssignment, type ProjectDetail } from "./documents.ts";
import { ProjectSecretLine } from "./project-secret-line.tsx";
import { ForgetHereDialog, RemoveDialog } from "./remove-dialogs.tsx";

/** The project's own secrets, and the organization's that are assigned to it. */
export function ProjectSecrets({ project }: { project: ProjectDetail }): React.JSX.Element {
  const { totalCount } = project.assignments;
  const isAdmin = useIsAdmin();
  const { find, variables, pollInterval } = useAssignmentFind();
  const [leaving, setLeaving] = useState<ProjectAssignment | null>(null);
  const [forgotten, setForgotten] = useState<ProjectAssignment | null>(null);
  const { data, previousData, error } = useQuery(PROJECT_SECRETS, {
    variables: { id: project.id, ...variables },
    skip: totalCount === 0,
    pollInterval,
  });
  if (totalCount === 0) return <NoSecrets project={project} />;
  const page = (data ?? previousData)?.project?.assignments;
  return (
    <div className="stack-small">
      <p className="muted small">{counted(totalCount, "secret")}</p>
      <AssignmentList
        label={`Secrets of ${project.name}`}
        one="secret"
        searchLabel="Search secrets by name"
        total={totalCount}
        columns={["Name", "Provider", "Use case", "Scope", "Status", "Since"]}
        find={find}
        page={page}
        error={error}
        stale={data === undefined}
      >
        {page?.nodes.map((assignment) => (
          <ProjectSecretLine
            key={assignment.id}
            assignment={assignment}
            onRemove={setLeaving}
            onForget={isAdmin ? setForgotten : null}
          />
        ))}
      </AssignmentList>
      {leaving !== null && <RemoveDialog project={project} assignment={leaving} onClose={() => setLeaving(null)} />}
      {forgotten !== null && (
        <ForgetHereDialog project={project} assignment={forgotten} onClose={() => setForgotten(null)} />
      )}
    </div>
  );
}

function NoSecrets({ project }: { project: ProjectDetail }): React.JSX.Element {
  const isAdmin = useIsAdmin();
  return (
    <div className="card">
      <Empty title="No secrets in this project yet">
        <p>
          Make a secret of the project’s own, {isAdmin ? "assign" : "have a platform admin assign"} one of the
          organization’s, or adopt ExternalSecrets that are in its namespace already.
        </p>
        <div className="row">
          <PermittedButton
            permissions={project.permissions}
            action="CREATE_SECRET"
            look="primary"
            icon="plus"
            href={`/secrets/new?project=${encodeURIComponent(project.id)}`}
          >
            Make the first one
          </PermittedButton>
          <PermittedButton
            permissions={project.permissions}
            action="ADOPT"
            href={`/projects/${project.name}?tab=adopt`}
          >
            See what can be adopted
          </PermittedButton>
        </div>
      </Empty>
    </div>
  );
}
