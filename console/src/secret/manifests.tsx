import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { SelectField } from "../ui/fields.tsx";
import { MANIFESTS, type SecretDetail } from "./documents.ts";

/** The ExternalSecret as it was applied, or will be. */
export function Manifests({ secret }: { secret: SecretDetail }): React.JSX.Element {
  const { data, error } = useQuery(MANIFESTS, { variables: { id: secret.id } });
  const [chosen, setChosen] = useState<string | null>(null);
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const nodes = data.secret?.assignments.nodes ?? [];
  const one = nodes.find(({ id }) => id === chosen) ?? nodes[0];
  if (one?.externalSecret === undefined || one.externalSecret === null)
    return (
      <Empty title="There is no manifest yet">
        <p>An ExternalSecret is written for each project that the secret is assigned to.</p>
      </Empty>
    );
  const { cluster, namespace, uid, manifest } = one.externalSecret;
  return (
    <div className="stack">
      <div className="filters">
        <SelectField
          label="Project"
          value={one.id}
          onChange={setChosen}
          options={nodes.map(({ id, project }) => ({ id, label: project.name }))}
        />
        <p className="muted">
          Namespace {namespace} on {cluster}. {uid === null ? "Not applied yet." : "As it was last applied."}
        </p>
      </div>
      <pre className="manifest" tabIndex={0} aria-label="Manifest">
        {manifest}
      </pre>
    </div>
  );
}
