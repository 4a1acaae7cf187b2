import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { permissionFor } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Search } from "../ui/search.tsx";
import { MANIFEST_OF_NONE, MANIFESTS, type SecretDetail } from "./documents.ts";

/** The ExternalSecret as it was applied, or will be. */
export function Manifests({ secret }: { secret: SecretDetail }): React.JSX.Element {
  const [search, setSearch] = useState("");
  const { data, previousData, error } = useQuery(MANIFESTS, {
    variables: { id: secret.id, search: search === "" ? null : search },
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = data ?? previousData;
  if (shown === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const nodes = shown.secret?.assignments.nodes ?? [];
  const one = nodes.find(({ id }) => id === chosen) ?? nodes[0];
  const searchField = secret.assignments.totalCount > nodes.length && (
    <Search
      label="Search projects"
      placeholder="Search by project …"
      value={search}
      onChange={(text) => {
        setSearch(text);
        setChosen(null);
      }}
    />
  );
  if (one === undefined && search !== "")
    return (
      <div className="stack">
        <div className="filters">{searchField}</div>
        <Empty title="No project of that name has it" />
      </div>
    );
  if (one?.externalSecret === undefined || one.externalSecret === null) return <ManifestOfNone secret={secret} />;
  const { cluster, namespace, uid, manifest } = one.externalSecret;
  return (
    <div className="stack">
      <div className="filters">
        {searchField}
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

/** Of a secret that is in no project: what would be written, for whoever may change it. */
function ManifestOfNone({ secret }: { secret: SecretDetail }): React.JSX.Element {
  const mayChange = permissionFor(secret.permissions, "UPDATE")?.allowed === true;
  const { data, error } = useQuery(MANIFEST_OF_NONE, { variables: { id: secret.id }, skip: !mayChange });
  const manifest = data?.previewSecretUpdate.manifest ?? null;
  if (manifest === null)
    return (
      <div className="card">
        <ErrorNote error={error} />
        <Empty title="There is no manifest yet">
          <p>An ExternalSecret is written for each project that the secret is assigned to.</p>
        </Empty>
      </div>
    );
  return (
    <div className="stack">
      <p className="muted">It is assigned to no project. This is what would be written into each that it comes to.</p>
      <pre className="manifest" tabIndex={0} aria-label="Manifest">
        {manifest}
      </pre>
    </div>
  );
}
