import { useMutation } from "@apollo/client/react";
import { ConfirmDialog, ForgetDialog } from "../ui/dialog.tsx";
import { useToasts } from "../ui/toast.tsx";
import { UNASSIGN, type AssignmentRow, type SecretDetail } from "./documents.ts";

interface AssignmentDialogProps {
  secret: SecretDetail;
  assignment: AssignmentRow;
  onClose: () => void;
}

/** Says what goes where a secret is taken away. */
export function UnassignDialog({ secret, assignment, onClose }: AssignmentDialogProps): React.JSX.Element {
  const [unassign] = useMutation(UNASSIGN);
  const toasts = useToasts();
  const { project } = assignment;
  return (
    <ConfirmDialog
      title={`Take ${secret.name} from ${project.name}?`}
      confirm="Unassign"
      onClose={onClose}
      onConfirm={async () => {
        await unassign({ variables: { secretId: secret.id, projectIds: [project.id], abandon: false } });
        toasts.done(`${secret.name} is being taken from ${project.name}.`);
      }}
    >
      <p>
        Its ExternalSecret goes away in {project.name} on {project.cluster.name}.{" "}
        {secret.spec.target.creationPolicy === "OWNER" &&
          `The Kubernetes Secret ${secret.spec.target.name} goes with it: what still uses it will fail.`}
      </p>
    </ConfirmDialog>
  );
}

/** For an assignment that does not go away, for example because its cluster is gone. */
export function ForgetAssignmentDialog({ secret, assignment, onClose }: AssignmentDialogProps): React.JSX.Element {
  const [unassign] = useMutation(UNASSIGN);
  const { project } = assignment;
  return (
    <ForgetDialog
      what={`${secret.name} in ${project.name}`}
      typed={project.name}
      onClose={onClose}
      onConfirm={() => unassign({ variables: { secretId: secret.id, projectIds: [project.id], abandon: true } })}
    >
      <p>
        Its ExternalSecret stays behind in {project.name} on {project.cluster.name}, and so does the Kubernetes Secret{" "}
        {secret.spec.target.name}.
      </p>
    </ForgetDialog>
  );
}
