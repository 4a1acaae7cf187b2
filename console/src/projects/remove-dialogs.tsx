import { useMutation } from "@apollo/client/react";
import { DELETE_SECRET, UNASSIGN } from "../secret/documents.ts";
import { ConfirmDialog, ForgetDialog } from "../ui/dialog.tsx";
import { useToasts } from "../ui/toast.tsx";
import type { ProjectAssignment, ProjectDetail } from "./documents.ts";

/** Takes a secret out of a project; the project's own is deleted with that. */
export function RemoveDialog({
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

/** For what does not go away: an organization's secret is forgotten here alone, the project's own altogether. */
export function ForgetHereDialog({
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
  const isOwn = secret.scope === "PROJECT";
  return (
    <ForgetDialog
      what={isOwn ? secret.name : `${secret.name} in ${project.name}`}
      typed={secret.name}
      onClose={onClose}
      onConfirm={() =>
        isOwn
          ? remove({ variables: { id: secret.id, abandon: true } })
          : unassign({ variables: { secretId: secret.id, projectIds: [project.id], abandon: true } })
      }
    >
      <p>
        Its ExternalSecret stays behind in namespace {project.namespace} on {project.cluster.name}, with its Kubernetes
        Secret.
      </p>
    </ForgetDialog>
  );
}
