import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link, useSearchParams } from "wouter";
import { failureOf } from "../api/errors.ts";
import { useMayDo } from "../shell/viewer.tsx";
import { permissionFor } from "../ui/button.tsx";
import { Empty, ErrorNote, Loading, Note } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { useFirst } from "../ui/use-first.ts";
import { EDITED_SECRET, FORM_PROJECT, FORM_PROJECTS } from "./documents.ts";
import { SecretEditor } from "./secret-editor.tsx";

/** The page of a new secret: step by step, or from YAML. `?project=` makes it that project's own. */
export function NewSecretPage(): React.JSX.Element {
  const [params] = useSearchParams();
  const projectId = params.get("project");
  const mayForOrganization = useMayDo("CREATE_SECRET");
  if (projectId !== null) return <NewInProject id={projectId} />;
  return (
    <Page title="New secret" crumbs={<Link href="/secrets">Secrets</Link>}>
      {mayForOrganization ? <SecretEditor secret={null} asItIs={null} project={null} /> : <ChooseProject />}
    </Page>
  );
}

function NewInProject({ id }: { id: string }): React.JSX.Element {
  const { data: read, error } = useQuery(FORM_PROJECT, { variables: { id } });
  const [data] = useFirst(read);
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const { project } = data;
  if (project === null)
    return (
      <Empty title="There is no such project">
        <p>It may have been deleted, or you are not a member of it.</p>
        <Link href="/projects">Your projects</Link>
      </Empty>
    );
  const permission = permissionFor(project.permissions, "CREATE_SECRET");
  return (
    <Page
      title="New secret"
      crumbs={
        <>
          <Link href="/projects">Projects</Link> / <Link href={`/projects/${project.name}`}>{project.name}</Link>
        </>
      }
    >
      {permission?.allowed === true ? (
        <SecretEditor key={id} secret={null} asItIs={null} project={project} />
      ) : (
        <Note tone="warn">{permission?.reason ?? "No secret can be made here."}</Note>
      )}
    </Page>
  );
}

/** Members make secrets of their projects' own: which project is it to be? */
function ChooseProject(): React.JSX.Element {
  const { data, error } = useQuery(FORM_PROJECTS);
  const projects = data?.projects.nodes.filter(
    ({ permissions }) => permissionFor(permissions, "CREATE_SECRET")?.allowed === true,
  );
  if (projects === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  return (
    <div className="card">
      <Empty title={projects.length === 0 ? "There is no project to make one in" : "In which project?"}>
        <p>
          {projects.length === 0
            ? "You make secrets in projects that you are a member of, once they are ready."
            : "A secret that you make is your project's own."}
        </p>
        <div className="row">
          {projects.map(({ id, name }) => (
            <Link key={id} href={`/secrets/new?project=${encodeURIComponent(id)}`}>
              {name}
            </Link>
          ))}
        </div>
      </Empty>
    </div>
  );
}

/** The same for a secret that is there. */
export function EditSecretPage({ id }: { id: string }): React.JSX.Element {
  const { data: read, error, refetch } = useQuery(EDITED_SECRET, { variables: { id }, fetchPolicy: "no-cache" });
  // Saving names the generation that was read at first.
  const [data, begin] = useFirst(read);
  const [turn, setTurn] = useState(0);
  const beginAgain = async (): Promise<void> => {
    const answer = await refetch();
    begin(answer.data);
    setTurn(turn + 1);
  };
  const isMissing = data?.secret === null || failureOf(error).code === "NOT_FOUND";
  if (data === undefined && !isMissing) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  const { secret = null, asItIs } = data ?? {};
  if (secret === null || asItIs === undefined)
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
        <SecretEditor
          key={turn}
          secret={secret}
          asItIs={asItIs.secret}
          project={secret.project}
          onStale={() => void beginAgain()}
        />
      ) : (
        <Note tone="warn">{permission?.reason ?? "It cannot be changed."}</Note>
      )}
    </Page>
  );
}
