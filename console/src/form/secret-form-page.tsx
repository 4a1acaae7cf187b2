import { useQuery } from "@apollo/client/react";
import { Link, useSearchParams } from "wouter";
import { permissionFor } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading, Note } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { EDITED_SECRET, FORM_PROJECT } from "./documents.ts";
import { SecretForm } from "./secret-form.tsx";
import { YamlForm } from "./yaml-form.tsx";

/** The page of a new secret: by form, or from YAML. `?project=` makes it that project's own. */
export function NewSecretPage(): React.JSX.Element {
  const [params] = useSearchParams();
  const projectId = params.get("project");
  const isYaml = params.get("as") === "yaml";
  const { data } = useQuery(FORM_PROJECT, { variables: { id: projectId ?? "" }, skip: projectId === null });
  const query = projectId === null ? "" : `project=${encodeURIComponent(projectId)}`;
  const project = data?.project;
  return (
    <Page
      title="New secret"
      crumbs={
        project === undefined || project === null ? (
          <Link href="/secrets">Secrets</Link>
        ) : (
          <>
            Project <strong>{project.name}</strong>
          </>
        )
      }
    >
      <nav className="tabs-list" aria-label="How to make it">
        <Link
          href={`/secrets/new${query === "" ? "" : `?${query}`}`}
          className="tab"
          aria-current={isYaml ? undefined : "page"}
        >
          Step by step
        </Link>
        <Link
          href={`/secrets/new?as=yaml${query === "" ? "" : `&${query}`}`}
          className="tab"
          aria-current={isYaml ? "page" : undefined}
        >
          From YAML
        </Link>
      </nav>
      {isYaml ? <YamlForm projectId={projectId} /> : <SecretForm secret={null} projectId={projectId} />}
    </Page>
  );
}

/** The same form for a secret that is there. */
export function EditSecretPage({ id }: { id: string }): React.JSX.Element {
  // Read once: a form must not change under the hands of whoever fills it in. Saving names the generation that was read.
  const { data, error } = useQuery(EDITED_SECRET, { variables: { id }, fetchPolicy: "no-cache" });
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const { secret } = data;
  if (secret === null)
    return (
      <Empty title="There is no such secret">
        <Link href="/secrets">All secrets</Link>
      </Empty>
    );
  const permission = permissionFor(secret.permissions, "UPDATE");
  return (
    <Page
      title={`Edit ${secret.name}`}
      crumbs={
        <>
          <Link href="/secrets">Secrets</Link> / <Link href={`/secrets/${id}`}>{secret.name}</Link>
        </>
      }
    >
      {permission?.allowed === true ? (
        <SecretForm secret={secret} projectId={secret.project?.id ?? null} />
      ) : (
        <Note tone="warn">{permission?.reason ?? "It cannot be changed."}</Note>
      )}
    </Page>
  );
}
