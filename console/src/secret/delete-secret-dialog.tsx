import { useMutation } from "@apollo/client/react";
import { ConfirmDialog, ForgetDialog } from "../ui/dialog.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.tsx";
import { DELETE_SECRET, type SecretDetail } from "./documents.ts";

/** Says what goes with the secret, and wants its name typed. */
export function DeleteSecretDialog({
  secret,
  onClose,
}: {
  secret: SecretDetail;
  onClose: () => void;
}): React.JSX.Element {
  const [remove] = useMutation(DELETE_SECRET);
  const toasts = useToasts();
  const { nodes, totalCount } = secret.assignments;
  const names = nodes.map(({ project }) => project.name);
  return (
    <ConfirmDialog
      title={`Delete ${secret.name}?`}
      typed={secret.name}
      confirm="Delete secret"
      onClose={onClose}
      onConfirm={async () => {
        await remove({ variables: { id: secret.id, abandon: false } });
        toasts.done(`${secret.name} is being deleted.`);
      }}
    >
      {totalCount === 0 ? (
        <p>It is assigned to no project: nothing in a cluster changes.</p>
      ) : (
        <p>
          Its ExternalSecret goes away in {counted(totalCount, "project")}: {names.join(", ")}
          {totalCount > names.length && " and more"}.{" "}
          {secret.spec.target.creationPolicy === "OWNER"
            ? `The Kubernetes Secret ${secret.spec.target.name} goes with it: what still uses it will fail.`
            : "The Kubernetes Secret stays as it is."}
        </p>
      )}
      <p className="muted">The values in {secret.provider.name} are not touched. The history keeps what happened.</p>
    </ConfirmDialog>
  );
}

/** For what cannot be deleted: what is left in the clusters is forgotten, not removed. */
export function ForgetSecretDialog({
  secret,
  onClose,
}: {
  secret: SecretDetail;
  onClose: () => void;
}): React.JSX.Element {
  const [remove] = useMutation(DELETE_SECRET);
  const { nodes, totalCount } = secret.assignments;
  return (
    <ForgetDialog
      what={secret.name}
      typed={secret.name}
      onClose={onClose}
      onConfirm={() => remove({ variables: { id: secret.id, abandon: true } })}
    >
      <p>
        Its ExternalSecret stays behind in {counted(totalCount, "project")} (
        {nodes.map(({ project }) => project.name).join(", ")}
        {totalCount > nodes.length && ", …"}), with its Kubernetes Secret.
      </p>
    </ForgetDialog>
  );
}
