import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { ASSIGN } from "../secret/documents.ts";
import { Button, permissionFor, type Permission } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { Picker, PICKER_SIZE, useFind, type Picked } from "../ui/picker.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted, ProviderLabel } from "../ui/words.tsx";
import { ASSIGNABLE_SECRETS, type ProjectDetail } from "./documents.ts";

/** Brings organization secrets into a project. */
export function AssignExistingDialog({
  project,
  onClose,
}: {
  project: ProjectDetail;
  onClose: () => void;
}): React.JSX.Element {
  const find = useFind();
  const {
    data,
    previousData,
    error: loadError,
  } = useQuery(ASSIGNABLE_SECRETS, {
    variables: {
      search: find.search === "" ? null : find.search,
      first: PICKER_SIZE,
      after: find.after,
      project: project.id,
    },
    fetchPolicy: "network-only",
  });
  const [chosen, setChosen] = useState<ReadonlyMap<string, Picked>>(new Map());
  const [assign] = useMutation(ASSIGN);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const toasts = useToasts();
  const secrets = (data ?? previousData)?.secrets;
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const left = new Map(chosen);
    try {
      for (const secretId of chosen.keys()) {
        await assign({ variables: { secretId, projectIds: [project.id] } });
        left.delete(secretId);
      }
      toasts.done(`${counted(chosen.size, "secret")} assigned to ${project.name}.`);
      onClose();
    } catch (reason) {
      setChosen(left);
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Assign secrets to ${project.name}`} onClose={onClose} wide>
      <Picker
        label="Secrets"
        one="secret"
        placeholder="Search secrets of the organization …"
        find={find}
        choices={secrets?.nodes.map((secret) => ({
          id: secret.id,
          name: secret.name,
          detail: <ProviderLabel kind={secret.provider.kind} name={secret.provider.name} />,
          refusal: refusalOf(secret),
        }))}
        total={secrets?.totalCount ?? 0}
        next={secrets?.pageInfo.hasNextPage === true ? secrets.pageInfo.endCursor : null}
        selected={chosen}
        onChange={setChosen}
        error={loadError}
        empty={find.search === "" ? "The organization has no secret yet." : "No secret of that name."}
        autoFocus
      />
      <ErrorNote error={error} />
      <p role="status" className="small">
        {chosen.size === 0
          ? "Nothing changes"
          : `Comes to ${project.name}: ${[...chosen.values()].map(({ name }) => name).join(", ")}`}
      </p>
      <div className="row-end">
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" isPending={busy} isDisabled={chosen.size === 0} onPress={() => void save()}>
          Assign {chosen.size > 0 ? counted(chosen.size, "secret") : ""}
        </Button>
      </div>
    </Dialog>
  );
}

/** Why a secret cannot be brought in; null: it can. */
function refusalOf({
  assignments,
  permissions,
}: {
  assignments: { totalCount: number };
  permissions: readonly Permission[];
}): string | null {
  if (assignments.totalCount > 0) return "It is in this project already.";
  const permission = permissionFor(permissions, "ASSIGN");
  return permission?.allowed === true ? null : (permission?.reason ?? "It cannot be assigned.");
}
