import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Button, PermittedButton, permissionFor } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Time } from "../ui/time.tsx";
import { useToasts } from "../ui/toast.tsx";
import { ADD_MEMBERS, MEMBERS, REMOVE_MEMBERS, type ProjectDetail } from "./documents.ts";

/** Who was added by hand. Members by a group of their token are known only when they come. */
export function Members({ project }: { project: ProjectDetail }): React.JSX.Element {
  const { data, error, refetch } = useQuery(MEMBERS, { variables: { id: project.id } });
  const [add, { loading: adding, error: refusal }] = useMutation(ADD_MEMBERS);
  const [remove] = useMutation(REMOVE_MEMBERS);
  const [subject, setSubject] = useState("");
  const [leaving, setLeaving] = useState<string | null>(null);
  const toasts = useToasts();
  const mayManage = permissionFor(project.permissions, "MANAGE_MEMBERS")?.allowed === true;
  const members = data?.project?.members.nodes;
  const save = async (): Promise<void> => {
    try {
      await add({ variables: { projectId: project.id, subjects: [subject.trim()] } });
      toasts.done(`${subject.trim()} is a member of ${project.name}.`);
      setSubject("");
      await refetch();
    } catch {
      // The mutation's own error is shown.
    }
  };
  return (
    <div className="stack">
      <p className="muted">
        Members of the group <strong>{project.name}</strong> in the company’s directory belong to the project by their
        token. These were added by hand:
      </p>
      <ErrorNote error={error} />
      {members === undefined && error === undefined && <Loading />}
      {members?.length === 0 && (
        <div className="card">
          <Empty title="Nobody was added by hand" />
        </div>
      )}
      {members !== undefined && members.length > 0 && (
        <div className="table-frame">
          <table className="cards" aria-label="Members">
            <thead>
              <tr>
                <th scope="col">Subject</th>
                <th scope="col">Added</th>
                <th scope="col">By</th>
                <th scope="col">
                  <span className="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {members.map((member) => (
                <tr key={member.subject}>
                  <th scope="row" data-label="Subject">
                    {member.subject}
                  </th>
                  <td data-label="Added">
                    <Time at={member.addedAt} />
                  </td>
                  <td data-label="By">{member.addedBy}</td>
                  <td>
                    <PermittedButton
                      permissions={project.permissions}
                      action="MANAGE_MEMBERS"
                      small
                      look="quiet"
                      aria-label={`Remove ${member.subject}`}
                      onPress={() => setLeaving(member.subject)}
                    >
                      Remove
                    </PermittedButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {mayManage && (
        <form
          className="card stack"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <h2>Add a member</h2>
          <TextField
            label="Subject"
            value={subject}
            onChange={setSubject}
            hint="The sub of their token, as your issuer writes it."
          />
          <ErrorNote error={refusal} />
          <div>
            <Button type="submit" look="primary" isPending={adding} isDisabled={subject.trim() === ""}>
              Add member
            </Button>
          </div>
        </form>
      )}
      {leaving !== null && (
        <ConfirmDialog
          title={`Remove ${leaving} from ${project.name}?`}
          confirm="Remove member"
          onClose={() => setLeaving(null)}
          onConfirm={async () => {
            await remove({ variables: { projectId: project.id, subjects: [leaving] } });
            toasts.done(`${leaving} is no member of ${project.name} by hand any more.`);
            await refetch();
          }}
        >
          <p>They no longer see the project, unless a group of their token makes them a member.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
