import { useMutation } from "@apollo/client/react";
import { useState } from "react";
import { PermittedButton } from "../ui/button.tsx";
import { ConfirmDialog, ForgetDialog } from "../ui/dialog.tsx";
import { Checkbox, TextField } from "../ui/fields.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.tsx";
import { DELETE_PROJECT, UPDATE_PROJECT, type ProjectDetail } from "./documents.ts";

/** What platform admins may change about a project, and its end. */
export function ProjectSettings({ project }: { project: ProjectDetail }): React.JSX.Element {
  const [description, setDescription] = useState(project.description);
  const [deleteNamespace, setDeleteNamespace] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  const isLeaving = project.deletionRequestedAt !== null;
  const [update, { loading, error }] = useMutation(UPDATE_PROJECT);
  const [remove] = useMutation(DELETE_PROJECT);
  const toasts = useToasts();
  const save = (): void => {
    update({ variables: { id: project.id, description } }).then(
      () => toasts.done("Saved."),
      () => {
        // The mutation's own error is shown.
      },
    );
  };
  return (
    <div className="columns">
      <form
        className="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h2>Description</h2>
        <TextField label="What it is for" value={description} onChange={setDescription} rows={3} />
        <ErrorNote error={error} />
        <div>
          <PermittedButton
            permissions={project.permissions}
            action="UPDATE"
            look="primary"
            type="submit"
            isPending={loading}
          >
            Save
          </PermittedButton>
        </div>
      </form>
      <section className="card stack" aria-labelledby="end">
        {isLeaving ? (
          <>
            <h2 id="end">It is being deleted</h2>
            <p className="muted">
              {project.statusReason ?? "Its ExternalSecrets go away, then its stores."} What cannot go away, for example
              because the cluster is gone, can be forgotten.
            </p>
            <div>
              <PermittedButton
                permissions={project.permissions}
                action="DELETE"
                icon="refuse"
                onPress={() => setForgetting(true)}
              >
                Forget project
              </PermittedButton>
            </div>
          </>
        ) : (
          <>
            <h2 id="end">Delete the project</h2>
            <p className="muted">
              Its {counted(project.assignments.totalCount, "secret")} and their ExternalSecrets go away, then its
              stores.
            </p>
            <div>
              <PermittedButton
                permissions={project.permissions}
                action="DELETE"
                icon="bin"
                onPress={() => setDeleting(true)}
              >
                Delete project
              </PermittedButton>
            </div>
          </>
        )}
      </section>
      {forgetting && (
        <ForgetDialog
          what={project.name}
          typed={project.name}
          onClose={() => setForgetting(false)}
          onConfirm={() => remove({ variables: { id: project.id, deleteNamespace: false, abandon: true } })}
        >
          <p>
            {counted(project.assignments.totalCount, "ExternalSecret")}, the stores of its own providers and the
            namespace {project.namespace} stay behind on {project.cluster.name}. Its own secrets and providers are
            forgotten with it.
          </p>
        </ForgetDialog>
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete ${project.name}?`}
          typed={project.name}
          confirm="Delete project"
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await remove({ variables: { id: project.id, deleteNamespace, abandon: false } });
            toasts.done(`${project.name} is being deleted.`);
          }}
        >
          <p>
            {counted(project.assignments.totalCount, "ExternalSecret")} in namespace {project.namespace} on{" "}
            {project.cluster.name} go away, with the Kubernetes Secrets that the operator owns.
          </p>
          <Checkbox isSelected={deleteNamespace} onChange={setDeleteNamespace}>
            Delete the namespace as well, with everything in it
          </Checkbox>
        </ConfirmDialog>
      )}
    </div>
  );
}
