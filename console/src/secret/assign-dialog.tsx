import { useMutation } from "@apollo/client/react";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { ErrorNote, Loading } from "../ui/note.tsx";
import { Picker, PICKER_SIZE, useFind, type Picked } from "../ui/picker.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.tsx";
import { ASSIGN, UNASSIGN, type SecretDetail } from "./documents.ts";
import { ProjectPicker } from "./project-picker.tsx";
import { useAssigned } from "./use-assigned.ts";

/** Which projects a secret is in: what is ticked stays or comes, what is not goes. */
export function AssignDialog({ secret, onClose }: { secret: SecretDetail; onClose: () => void }): React.JSX.Element {
  const { projects: assigned, error: loadError, reload } = useAssigned(secret.id);
  const [picked, setPicked] = useState<ReadonlyMap<string, Picked> | null>(null);
  const [onlyAssigned, setOnlyAssigned] = useState(false);
  const [assign] = useMutation(ASSIGN);
  const [unassign] = useMutation(UNASSIGN);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [typed, setTyped] = useState("");
  const toasts = useToasts();

  const before = assigned ?? new Map<string, Picked>();
  const selected = picked ?? before;
  const added = [...selected.values()].filter(({ id }) => !before.has(id));
  const removed = [...before.values()].filter(({ id }) => !selected.has(id));

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const idsOf = (projects: readonly Picked[]): string[] => projects.map(({ id }) => id);
    try {
      if (added.length > 0) await assign({ variables: { secretId: secret.id, projectIds: idsOf(added) } });
      if (removed.length > 0)
        await unassign({ variables: { secretId: secret.id, projectIds: idsOf(removed), abandon: false } });
      toasts.done(`${secret.name} is being ${changes(added, removed)}.`);
      onClose();
    } catch (reason) {
      setError(reason);
      setBusy(false);
      // Half of it may be done: what is left to do shows against what there is now.
      setPicked(selected);
      await reload();
    }
  };

  return (
    <Dialog title={`Assignments of ${secret.name}`} onClose={onClose} wide>
      <ErrorNote error={loadError} />
      {assigned === undefined ? (
        loadError === undefined && <Loading />
      ) : (
        <>
          <div className="chips" role="group" aria-label="Which projects to show">
            {[false, true].map((only) => (
              <button
                key={String(only)}
                type="button"
                className="chip"
                aria-pressed={onlyAssigned === only}
                onClick={() => setOnlyAssigned(only)}
              >
                {only ? (
                  <>
                    Have it now <span className="count">{assigned.size.toLocaleString()}</span>
                  </>
                ) : (
                  "All projects"
                )}
              </button>
            ))}
          </div>
          {onlyAssigned ? (
            <AssignedPicker assigned={assigned} selected={selected} onChange={setPicked} />
          ) : (
            <ProjectPicker
              providerId={secret.provider.id}
              assigned={assigned}
              selected={selected}
              onChange={setPicked}
              autoFocus
            />
          )}
        </>
      )}
      {removed.length > 0 && secret.spec.target.creationPolicy === "OWNER" && (
        <p className="small muted">
          Where it is taken away, the Kubernetes Secret {secret.spec.target.name} goes too: what still uses it will
          fail.
        </p>
      )}
      <ErrorNote error={error} />
      <Summary added={added} removed={removed} />
      {removed.length > FEW && <TextField label={`Type ${secret.name} to confirm`} value={typed} onChange={setTyped} />}
      <div className="row-end">
        <Button onPress={onClose}>Cancel</Button>
        <Button
          look={removed.length > 0 ? "danger" : "primary"}
          isPending={busy}
          isDisabled={added.length + removed.length === 0 || (removed.length > FEW && typed !== secret.name)}
          onPress={() => void save()}
        >
          Save assignments
        </Button>
      </div>
    </Dialog>
  );
}

/** Those that have it now, to untick: all of them were read already. */
function AssignedPicker({
  assigned,
  selected,
  onChange,
}: {
  assigned: ReadonlyMap<string, Picked>;
  selected: ReadonlyMap<string, Picked>;
  onChange: (selected: ReadonlyMap<string, Picked>) => void;
}): React.JSX.Element {
  const find = useFind();
  const text = find.search.trim().toLowerCase();
  const found = [...assigned.values()].filter(({ name }) => name.toLowerCase().includes(text));
  const from = Number(find.after ?? 0);
  const to = from + PICKER_SIZE;
  return (
    <Picker
      label="Projects that have it"
      one="project"
      placeholder="Search projects …"
      find={find}
      choices={found.slice(from, to).map(({ id, name }) => ({ id, name, detail: null, refusal: null }))}
      total={found.length}
      next={to < found.length ? String(to) : null}
      selected={selected}
      onChange={onChange}
      error={undefined}
      empty={assigned.size === 0 ? "No project has it yet." : "No project of that name has it."}
      autoFocus
    />
  );
}

/** Names that a sentence can hold; whoever takes a secret from more projects has to type its name. */
const FEW = 5;

const changes = (added: readonly Picked[], removed: readonly Picked[]): string =>
  [
    ...(added.length > 0 ? [`assigned to ${named(added)}`] : []),
    ...(removed.length > 0 ? [`taken from ${named(removed)}`] : []),
  ].join(", ");

const named = (projects: readonly Picked[]): string =>
  `${counted(projects.length, "project")} (${projects
    .slice(0, FEW)
    .map(({ name }) => name)
    .join(", ")}${projects.length > FEW ? ", …" : ""})`;

/** What will come and what will go, before it does. */
function Summary({ added, removed }: { added: readonly Picked[]; removed: readonly Picked[] }): React.JSX.Element {
  const isLong = added.length > FEW || removed.length > FEW;
  const list = (title: string, projects: readonly Picked[]): React.JSX.Element | false =>
    projects.length > 0 && (
      <p className="small break">
        <strong>{title}:</strong> {projects.map(({ name }) => name).join(", ")}
      </p>
    );
  return (
    <div className="stack-small">
      <p role="status" className="small">
        {added.length + removed.length === 0 ? "Nothing changes" : `It will be ${changes(added, removed)}`}
      </p>
      {isLong && (
        <details className="more">
          <summary>All names</summary>
          <div className="stack-small names-list">
            {list("Comes to", added)}
            {list("Is taken from", removed)}
          </div>
        </details>
      )}
    </div>
  );
}
