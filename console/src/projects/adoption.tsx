import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Button, PermittedButton } from "../ui/button.tsx";
import { Checkbox } from "../ui/fields.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted } from "../ui/words.tsx";
import { ADOPT, UNMANAGED, type ProjectDetail } from "./documents.ts";

/** ExternalSecrets that somebody made by hand: each can become a secret of the project, exactly as it is. */
export function Adoption({ project }: { project: ProjectDetail }): React.JSX.Element {
  const { data, error, loading, refetch } = useQuery(UNMANAGED, {
    variables: { id: project.id },
    fetchPolicy: "network-only",
  });
  const [adopt, { loading: adopting, error: refusal }] = useMutation(ADOPT);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toasts = useToasts();
  const found = data?.project?.unmanagedExternalSecrets ?? [];
  const take = async (): Promise<void> => {
    try {
      const { data: adopted } = await adopt({ variables: { projectId: project.id, names: [...chosen] } });
      toasts.done(`${counted(adopted?.adoptExternalSecrets.length ?? 0, "ExternalSecret")} adopted.`);
      setChosen([]);
      await refetch();
    } catch {
      // The mutation's own error is shown.
    }
  };
  if (data === undefined && loading) return <Loading />;
  if (error !== undefined)
    return (
      <div className="stack">
        <ErrorNote error={error} />
        <div>
          <Button onPress={() => void refetch()}>Ask the cluster again</Button>
        </div>
      </div>
    );
  if (found.length === 0)
    return (
      <div className="card">
        <Empty title="Nothing to adopt">
          <p>Every ExternalSecret in namespace {project.namespace} is managed here already.</p>
        </Empty>
      </div>
    );
  return (
    <div className="stack">
      <p className="muted">
        These ExternalSecrets are in the namespace already and were made by somebody else. Adopting takes them over as
        they are; nothing in the cluster is rewritten.
      </p>
      <div className="table-frame">
        <table className="cards" aria-label="ExternalSecrets that are not managed here">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Store</th>
              <th scope="col">Made by</th>
              <th scope="col">Operator says</th>
              <th scope="col">Can be adopted</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ name, storeName, managers, ready, reason, message, problems }) => (
              <tr key={name}>
                <th scope="row" data-label="Name">
                  {problems.length > 0 ? (
                    name
                  ) : (
                    <Checkbox
                      isSelected={chosen.includes(name)}
                      onChange={(selected) =>
                        setChosen(selected ? [...chosen, name] : chosen.filter((one) => one !== name))
                      }
                    >
                      {name}
                    </Checkbox>
                  )}
                </th>
                <td data-label="Store">{storeName ?? "none"}</td>
                <td data-label="Made by">{managers.join(", ")}</td>
                <td data-label="Operator says">
                  {ready === null ? "nothing yet" : ready ? "Ready" : `${reason ?? "not ready"}: ${message ?? ""}`}
                </td>
                <td data-label="Can be adopted">{problems.length === 0 ? "Yes" : problems.join(" ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ErrorNote error={refusal} />
      <div className="row">
        <PermittedButton
          permissions={project.permissions}
          action="ADOPT"
          look="primary"
          isPending={adopting}
          isDisabled={chosen.length === 0}
          onPress={() => {
            void take();
          }}
        >
          Adopt {chosen.length > 0 ? counted(chosen.length, "ExternalSecret") : ""}
        </PermittedButton>
      </div>
    </div>
  );
}
