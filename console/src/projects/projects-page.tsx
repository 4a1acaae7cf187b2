import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { failureOf } from "../api/errors.ts";
import { useMayDo } from "../shell/viewer.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { ErrorNote } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { PagedList, useListQuery } from "../ui/paged-list.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { useToasts } from "../ui/toast.tsx";
import { CLUSTER_CHOICES, CREATE_PROJECT, PROJECTS } from "./documents.ts";

/** The projects that the viewer may see. */
export function ProjectsPage(): React.JSX.Element {
  const query = useListQuery();
  const mayCreate = useMayDo("CREATE_PROJECT");
  const [creating, setCreating] = useState(false);
  const { data, previousData, error } = useQuery(PROJECTS, { variables: query });
  const page = (data ?? previousData)?.projects;
  const newProject = mayCreate && (
    <Button look="primary" icon="plus" onPress={() => setCreating(true)}>
      New project
    </Button>
  );
  return (
    <Page title="Projects" actions={newProject}>
      <PagedList
        title="Projects"
        one="project"
        page={page}
        columns={["Name", "What for", "Cluster", "Status", "Secrets"]}
        error={error}
        stale={data === undefined}
        empty={
          <p>
            {mayCreate
              ? "A project is a team's namespace in a cluster. Make the first one."
              : "You are a member of no project. A platform admin can add you to one, or your group in the company's directory does."}
          </p>
        }
      >
        {page?.nodes.map(({ id, name, description, cluster, status, statusReason, assignments }) => (
          <tr key={id}>
            <th scope="row" data-label="Name">
              <Link href={`/projects/${name}`}>{name}</Link>
            </th>
            <td data-label="What for">{description}</td>
            <td data-label="Cluster">{cluster.name}</td>
            <td data-label="Status">
              <span>
                <StatusBadge status={status} />
                {statusReason !== null && (
                  <span className="reason" title={statusReason}>
                    {statusReason}
                  </span>
                )}
              </span>
            </td>
            <td data-label="Secrets">{assignments.totalCount.toLocaleString()}</td>
          </tr>
        ))}
      </PagedList>
      {creating && <CreateProjectDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}

function CreateProjectDialog({ onClose }: { onClose: () => void }): React.JSX.Element {
  const { data } = useQuery(CLUSTER_CHOICES);
  const [create, { loading, error }] = useMutation(CREATE_PROJECT);
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [clusterId, setClusterId] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const toasts = useToasts();
  const clusters = data?.clusters ?? [];
  const { problems } = failureOf(error);
  const at = (field: string): string[] =>
    problems.filter(({ path }) => path.join(".") === field).map(({ message }) => message);
  const save = async (): Promise<void> => {
    try {
      await create({
        variables: { input: { name: name.trim(), description, clusterId: clusterId ?? clusters[0]?.id ?? null } },
      });
      toasts.done(`${name} is made.`);
      navigate(`/projects/${name.trim()}`);
    } catch {
      // The mutation's own error is shown.
    }
  };
  return (
    <Dialog title="New project" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          hint="The namespace is called so too. It never changes."
          problems={at("name")}
          isRequired
          autoFocus
        />
        <TextField label="What it is for" value={description} onChange={setDescription} problems={at("description")} />
        {clusters.length > 1 && (
          <SelectField
            label="Cluster"
            value={clusterId ?? clusters[0]?.id ?? null}
            onChange={setClusterId}
            options={clusters.map((cluster) => ({ id: cluster.id, label: cluster.name }))}
            problems={at("clusterId")}
          />
        )}
        <ErrorNote error={error} />
        <div className="row-end">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isPending={loading} isDisabled={name.trim() === ""}>
            Create project
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
