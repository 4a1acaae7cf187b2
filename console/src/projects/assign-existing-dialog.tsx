import { useMutation, useQuery } from "@apollo/client/react";
import { useDeferredValue, useState } from "react";
import { Checkbox, GridList, GridListItem, Input, Label, SearchField } from "react-aria-components";
import { ASSIGN } from "../secret/documents.ts";
import { Button, permissionFor } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { ErrorNote } from "../ui/note.tsx";
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
  const [search, setSearch] = useState("");
  const deferred = useDeferredValue(search);
  const {
    data,
    previousData,
    error: loadError,
  } = useQuery(ASSIGNABLE_SECRETS, {
    variables: { search: deferred === "" ? null : deferred },
  });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [assign] = useMutation(ASSIGN);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const toasts = useToasts();
  const here = new Set(project.assignments.nodes.map(({ secret }) => secret.id));
  const secrets = (data ?? previousData)?.secrets.nodes ?? [];
  const refusalOf = (secret: (typeof secrets)[number]): string | null => {
    if (here.has(secret.id)) return "It is in this project already.";
    const permission = permissionFor(secret.permissions, "ASSIGN");
    return permission?.allowed === true ? null : (permission?.reason ?? "It cannot be assigned.");
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const left = new Set(chosen);
    try {
      for (const secretId of chosen) {
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
      <SearchField className="field" value={search} onChange={setSearch} autoFocus>
        <Label className="hidden">Search secrets</Label>
        <Input className="input" placeholder="Search secrets of the organization …" />
      </SearchField>
      <ErrorNote error={loadError} />
      <GridList
        className="picker"
        aria-label="Secrets"
        selectionMode="multiple"
        selectedKeys={chosen}
        disabledKeys={secrets.filter((secret) => refusalOf(secret) !== null).map(({ id }) => id)}
        onSelectionChange={(keys) =>
          setChosen(new Set(keys === "all" ? secrets.map(({ id }) => id) : [...keys].map(String)))
        }
        items={secrets}
        dependencies={[here]}
        renderEmptyState={() => <p className="option muted">No secret of that name.</p>}
      >
        {(secret) => (
          <GridListItem className="option" textValue={secret.name}>
            <Checkbox slot="selection" className="checkbox">
              <span className="box" aria-hidden="true">
                <Icon name="check" />
              </span>
            </Checkbox>
            <span>
              <strong>{secret.name}</strong>{" "}
              <span className="muted small">
                <ProviderLabel kind={secret.provider.kind} name={secret.provider.name} />
              </span>
              {refusalOf(secret) !== null && <span className="small"> {refusalOf(secret)}</span>}
            </span>
          </GridListItem>
        )}
      </GridList>
      <ErrorNote error={error} />
      <div className="row-end">
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" isPending={busy} isDisabled={chosen.size === 0} onPress={() => void save()}>
          Assign {chosen.size > 0 ? counted(chosen.size, "secret") : ""}
        </Button>
      </div>
    </Dialog>
  );
}
