import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { Link } from "wouter";
import { useIsAdmin } from "../shell/viewer.tsx";
import { LinkButton, PermittedButton } from "../ui/button.tsx";
import { ConfirmDialog, ForgetDialog } from "../ui/dialog.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { Page } from "../ui/page.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted, kindWord, scopeWord } from "../ui/words.tsx";
import { DELETE_PROVIDER, PROVIDER, type ProviderDetail } from "./documents.ts";

/** A provider: its health in every cluster, what uses it, and its config where the viewer may see it. */
export function ProviderPage({ id }: { id: string }): React.JSX.Element {
  const { data, error } = useQuery(PROVIDER, { variables: { id } });
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNote error={error} />;
  if (data.provider === null)
    return (
      <Empty title="There is no such provider">
        <Link href="/providers">All providers</Link>
      </Empty>
    );
  return <ProviderView provider={data.provider} />;
}

function ProviderView({ provider }: { provider: ProviderDetail }): React.JSX.Element {
  const { id, name, permissions, status, statusReason, targets, secrets, config } = provider;
  const [deleting, setDeleting] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  const isAdmin = useIsAdmin();
  const [remove] = useMutation(DELETE_PROVIDER);
  const toasts = useToasts();
  return (
    <Page
      title={name}
      crumbs={<Link href="/providers">Providers</Link>}
      actions={
        <>
          <LinkButton href={`/history?provider=${encodeURIComponent(id)}`} look="quiet" icon="history">
            History
          </LinkButton>
          {(provider.managed || provider.scope === "ORGANIZATION") && (
            <PermittedButton permissions={permissions} action="UPDATE" icon="edit" href={`/providers/${id}/edit`}>
              Edit
            </PermittedButton>
          )}
          {provider.deletionRequestedAt === null ? (
            <PermittedButton permissions={permissions} action="DELETE" icon="bin" onPress={() => setDeleting(true)}>
              Delete
            </PermittedButton>
          ) : (
            isAdmin && (
              <PermittedButton
                permissions={permissions}
                action="DELETE"
                icon="refuse"
                onPress={() => setForgetting(true)}
              >
                Forget
              </PermittedButton>
            )
          )}
        </>
      }
    >
      <div className="row">
        <StatusBadge status={status} />
        {statusReason !== null && <span className="break">{statusReason}</span>}
      </div>
      <section className="stack-small" aria-labelledby="health">
        <h2 id="health">Health</h2>
        <div className="table-frame">
          <table className="cards" aria-labelledby="health">
            <thead>
              <tr>
                <th scope="col">Cluster</th>
                <th scope="col">Status</th>
                <th scope="col">Cause</th>
                <th scope="col">As of</th>
              </tr>
            </thead>
            <tbody>
              {targets.map((target) => (
                <tr key={target.cluster.id}>
                  <th scope="row" data-label="Cluster">
                    {target.cluster.name}
                  </th>
                  <td data-label="Status">
                    <StatusBadge status={target.status} />
                  </td>
                  <td data-label="Cause" className="break">
                    {target.message ?? target.reason ?? ""}
                  </td>
                  <td data-label="As of">
                    <Time at={target.observedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <div className="columns">
        <section className="card stack" aria-labelledby="about">
          <h2 id="about">About</h2>
          <dl className="facts">
            <dt>Kind</dt>
            <dd>{kindWord(provider.kind)}</dd>
            <dt>Belongs to</dt>
            <dd>{provider.project === null ? scopeWord(provider.scope) : `Project ${provider.project.name}`}</dd>
            <dt>Store</dt>
            <dd>
              <code>{provider.storeName}</code>, {provider.managed ? "written by Secretariat" : "made by somebody else"}
            </dd>
            {provider.scope === "ORGANIZATION" && (
              <>
                <dt>Keys for members</dt>
                <dd>{provider.projectKeyPrefix === null ? "none" : <code>{provider.projectKeyPrefix}</code>}</dd>
              </>
            )}
            <dt>Changed</dt>
            <dd>
              <Time at={provider.updatedAt} />
            </dd>
          </dl>
          {config !== null && (
            <pre className="manifest" tabIndex={0} aria-label="Config">
              {JSON.stringify(config, null, 2)}
            </pre>
          )}
        </section>
        <section className="card stack" aria-labelledby="uses">
          <h2 id="uses">Used by {counted(secrets.totalCount, "secret")}</h2>
          {secrets.totalCount === 0 && <p className="muted">No secret reads from it yet.</p>}
          <ul className="plain">
            {secrets.nodes.map((secret) => (
              <li key={secret.id} className="row">
                <Link href={`/secrets/${secret.id}`}>{secret.name}</Link>
                <StatusBadge status={secret.status} />
              </li>
            ))}
          </ul>
          {secrets.totalCount > secrets.nodes.length && (
            <Link href={`/secrets?provider=${encodeURIComponent(id)}`}>All of them</Link>
          )}
        </section>
      </div>
      {forgetting && (
        <ForgetDialog
          what={name}
          typed={name}
          onClose={() => setForgetting(false)}
          onConfirm={() => remove({ variables: { id, abandon: true } })}
        >
          <p>
            {provider.managed
              ? `Its store ${provider.storeName} stays behind in ${targets.map(({ cluster }) => cluster.name).join(", ")}.`
              : "The store itself stays: somebody else made it."}
          </p>
        </ForgetDialog>
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete ${name}?`}
          typed={name}
          confirm="Delete provider"
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await remove({ variables: { id, abandon: false } });
            toasts.done(`${name} is being deleted.`);
          }}
        >
          <p>
            {provider.managed
              ? `Its store goes away in ${targets.map(({ cluster }) => cluster.name).join(", ")}.`
              : "The store itself stays: somebody else made it."}{" "}
            {secrets.totalCount > 0 && `${counted(secrets.totalCount, "secret")} still use it: they come first.`}
          </p>
        </ConfirmDialog>
      )}
    </Page>
  );
}
