import { useMutation } from "@apollo/client/react";
import { useState } from "react";
import { Link } from "wouter";
import { SYNC_ASSIGNMENT, UNASSIGN, DELETE_SECRET } from "../secret/documents.ts";
import { Button, PermittedButton } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Empty } from "../ui/note.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted, ProviderLabel, scopeWord, useCaseWord } from "../ui/words.tsx";
import type { ProjectAssignment, ProjectDetail } from "./documents.ts";

/** The project's own secrets, and the organization's that are assigned to it. */
export function ProjectSecrets({
  project,
  onMore,
}: {
  project: ProjectDetail;
  onMore: (() => void) | null;
}): React.JSX.Element {
  const { nodes, totalCount } = project.assignments;
  const [leaving, setLeaving] = useState<ProjectAssignment | null>(null);
  if (totalCount === 0)
    return (
      <div className="card">
        <Empty title="No secrets in this project yet">
          <p>
            Make a secret of the project’s own, have a platform admin assign one of the organization’s, or adopt
            ExternalSecrets that are in its namespace already.
          </p>
        </Empty>
      </div>
    );
  return (
    <div className="stack-small">
      <p className="muted small">{counted(totalCount, "secret")}</p>
      <div className="table-frame">
        <table className="cards" aria-label={`Secrets of ${project.name}`}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Provider</th>
              <th scope="col">Use case</th>
              <th scope="col">Scope</th>
              <th scope="col">Status</th>
              <th scope="col">Since</th>
              <th scope="col">
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((assignment) => (
              <Line key={assignment.id} assignment={assignment} onRemove={setLeaving} />
            ))}
          </tbody>
        </table>
      </div>
      {nodes.length < totalCount && onMore !== null && <Button onPress={onMore}>Show more</Button>}
      {leaving !== null && <RemoveDialog project={project} assignment={leaving} onClose={() => setLeaving(null)} />}
    </div>
  );
}

function Line({
  assignment,
  onRemove,
}: {
  assignment: ProjectAssignment;
  onRemove: (assignment: ProjectAssignment) => void;
}): React.JSX.Element {
  const { id, secret, status, reason, message, lastTransitionAt, permissions } = assignment;
  const [sync, { loading }] = useMutation(SYNC_ASSIGNMENT, { variables: { id } });
  const toasts = useToasts();
  const isOwn = secret.scope === "PROJECT";
  return (
    <tr>
      <th scope="row" data-label="Name">
        <Link href={`/secrets/${secret.id}`}>{secret.name}</Link>
      </th>
      <td data-label="Provider">
        <ProviderLabel kind={secret.provider.kind} name={secret.provider.name} />
      </td>
      <td data-label="Use case">{useCaseWord(secret.useCase)}</td>
      <td data-label="Scope">{scopeWord(secret.scope)}</td>
      <td data-label="Status">
        <span className="stack-small">
          <span className="row">
            <StatusBadge status={status} />
            {reason !== null && status !== "SYNCED" && <span className="tag">{reason}</span>}
          </span>
          {message !== null && status !== "SYNCED" && <span className="small break">{message}</span>}
        </span>
      </td>
      <td data-label="Since">
        <Time at={lastTransitionAt} />
      </td>
      <td>
        <span className="row">
          <PermittedButton
            permissions={permissions}
            action="SYNC"
            small
            icon="sync"
            isPending={loading}
            aria-label={`Sync ${secret.name} now`}
            onPress={() => {
              sync().then(() => toasts.done(`Fetching ${secret.name} anew.`), toasts.failed);
            }}
          >
            Sync
          </PermittedButton>
          <PermittedButton
            permissions={isOwn ? secret.permissions : permissions}
            action={isOwn ? "DELETE" : "UNASSIGN"}
            small
            look="quiet"
            aria-label={isOwn ? `Delete ${secret.name}` : `Remove ${secret.name} from the project`}
            onPress={() => onRemove(assignment)}
          >
            {isOwn ? "Delete" : "Remove"}
          </PermittedButton>
        </span>
      </td>
    </tr>
  );
}

function RemoveDialog({
  project,
  assignment: { secret },
  onClose,
}: {
  project: ProjectDetail;
  assignment: ProjectAssignment;
  onClose: () => void;
}): React.JSX.Element {
  const [unassign] = useMutation(UNASSIGN);
  const [remove] = useMutation(DELETE_SECRET);
  const toasts = useToasts();
  const isOwn = secret.scope === "PROJECT";
  return (
    <ConfirmDialog
      title={isOwn ? `Delete ${secret.name}?` : `Remove ${secret.name} from ${project.name}?`}
      {...(isOwn && { typed: secret.name })}
      confirm={isOwn ? "Delete secret" : "Remove"}
      onClose={onClose}
      onConfirm={async () => {
        if (isOwn) await remove({ variables: { id: secret.id, abandon: false } });
        else await unassign({ variables: { secretId: secret.id, projectIds: [project.id], abandon: false } });
        toasts.done(`${secret.name} is being removed from ${project.name}.`);
      }}
    >
      <p>
        Its ExternalSecret goes away in namespace {project.namespace} on {project.cluster.name}, and with it the
        Kubernetes Secret that the operator owns: what still uses it will fail.
      </p>
      <p className="muted">The values in {secret.provider.name} are not touched.</p>
    </ConfirmDialog>
  );
}
