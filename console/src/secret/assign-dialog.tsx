import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote, Loading } from "../ui/note.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.tsx";
import { ASSIGN, ASSIGNED, UNASSIGN, type SecretDetail } from "./documents.ts";
import { ProjectPicker, type PickedProject } from "./project-picker.tsx";

/** Which projects a secret is in: what is ticked stays or comes, what is not goes. */
export function AssignDialog({ secret, onClose }: { secret: SecretDetail; onClose: () => void }): React.JSX.Element {
  const { data, error: loadError } = useQuery(ASSIGNED, {
    variables: { id: secret.id },
    fetchPolicy: "network-only",
  });
  const [picked, setPicked] = useState<ReadonlyMap<string, PickedProject> | null>(null);
  const [assign] = useMutation(ASSIGN);
  const [unassign] = useMutation(UNASSIGN);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const toasts = useToasts();

  const assigned = new Map(
    data?.secret?.assignments.nodes
      .filter(({ deletionRequestedAt }) => deletionRequestedAt === null)
      .map(({ project }) => [project.id, project]),
  );
  const selected = picked ?? assigned;
  const added = [...selected.values()].filter(({ id }) => !assigned.has(id));
  const removed = [...assigned.values()].filter(({ id }) => !selected.has(id));

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const idsOf = (projects: readonly PickedProject[]): string[] => projects.map(({ id }) => id);
      if (added.length > 0) await assign({ variables: { secretId: secret.id, projectIds: idsOf(added) } });
      if (removed.length > 0)
        await unassign({ variables: { secretId: secret.id, projectIds: idsOf(removed), abandon: false } });
      toasts.done(`${secret.name}: ${describe(added, removed)}.`);
      onClose();
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };

  return (
    <Dialog title={`Assignments of ${secret.name}`} onClose={onClose} wide>
      <ErrorNote error={loadError} />
      {data === undefined ? (
        <Loading />
      ) : (
        <ProjectPicker providerId={secret.provider.id} selected={selected} onChange={setPicked} />
      )}
      {removed.length > 0 && secret.spec.target.creationPolicy === "OWNER" && (
        <p className="small muted">
          Where it is taken away, the Kubernetes Secret {secret.spec.target.name} goes too: what still uses it will
          fail.
        </p>
      )}
      <ErrorNote error={error} />
      <p role="status" className="small">
        {describe(added, removed)}
      </p>
      <div className="row-end">
        <Button onPress={onClose}>Cancel</Button>
        <Button
          look={removed.length > 0 ? "danger" : "primary"}
          isPending={busy}
          isDisabled={added.length + removed.length === 0}
          onPress={() => void save()}
        >
          Save assignments
        </Button>
      </div>
    </Dialog>
  );
}

function describe(added: readonly PickedProject[], removed: readonly PickedProject[]): string {
  const names = (projects: readonly PickedProject[]): string =>
    `${counted(projects.length, "project")} (${projects
      .slice(0, 5)
      .map(({ name }) => name)
      .join(", ")}${projects.length > 5 ? ", …" : ""})`;
  const parts = [
    added.length > 0 ? `assigned to ${names(added)}` : null,
    removed.length > 0 ? `taken from ${names(removed)}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "Nothing changes" : parts.join(", ");
}
