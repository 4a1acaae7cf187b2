import { useMutation, useQuery } from "@apollo/client/react";
import { useState } from "react";
import { useIsAdmin } from "../shell/viewer.tsx";
import { Button, PermittedButton } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { Empty, Note } from "../ui/note.tsx";
import { StatusBadge, statusWord } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { useToasts } from "../ui/toast.tsx";
import { counted, ProviderLabel, scopeWord, useCaseWord } from "../ui/words.tsx";
import { PROGRESS, SYNC_ASSIGNMENT, UNASSIGN, type AssignmentRow, type SecretDetail } from "./documents.ts";
import { Keys } from "./keys.tsx";

/** What the secret is, and where each assignment stands. */
export function Overview({ secret, onMore }: { secret: SecretDetail; onMore: (() => void) | null }): React.JSX.Element {
  const { provider, spec, project } = secret;
  const isRefreshed = spec.refreshPolicy === "PERIODIC";
  return (
    <div className="stack">
      {provider.status === "ERROR" && (
        <Note tone="warn">
          Its provider {provider.name} has an error{provider.statusReason === null ? "." : `: ${provider.statusReason}`}
        </Note>
      )}
      <Assignments secret={secret} onMore={onMore} />
      <div className="columns">
        <section className="card stack" aria-labelledby="about">
          <h2 id="about">About</h2>
          <dl className="facts">
            <dt>Provider</dt>
            <dd>
              <ProviderLabel kind={provider.kind} name={provider.name} />
            </dd>
            <dt>Scope</dt>
            <dd>{project === null ? scopeWord(secret.scope) : `Project ${project.name}`}</dd>
            <dt>Use case</dt>
            <dd>{useCaseWord(secret.useCase)}</dd>
            <dt>Fetched</dt>
            <dd>
              {isRefreshed
                ? `every ${spec.refreshInterval}`
                : spec.refreshPolicy === "CREATED_ONCE"
                  ? "once"
                  : "when it changes"}
            </dd>
            <dt>Kubernetes Secret</dt>
            <dd>
              {spec.target.creationPolicy === "NONE" ? (
                "none is written"
              ) : (
                <>
                  <code>{spec.target.name}</code> ({spec.target.type})
                </>
              )}
            </dd>
            <dt>Generation</dt>
            <dd>{secret.generation}</dd>
            <dt>Made</dt>
            <dd>
              <Time at={secret.createdAt} /> by {secret.createdBy}
            </dd>
            <dt>Changed</dt>
            <dd>
              <Time at={secret.updatedAt} />
            </dd>
          </dl>
        </section>
        <section className="card stack" aria-labelledby="keys">
          <h2 id="keys">Keys</h2>
          <Keys spec={spec} />
        </section>
      </div>
    </div>
  );
}

function Assignments({ secret, onMore }: { secret: SecretDetail; onMore: (() => void) | null }): React.JSX.Element {
  const { nodes, totalCount } = secret.assignments;
  const [leaving, setLeaving] = useState<AssignmentRow | null>(null);
  const [unassign] = useMutation(UNASSIGN);
  const toasts = useToasts();
  const isAdmin = useIsAdmin();
  if (totalCount === 0)
    return (
      <section className="card">
        <Empty title="Assigned to no project">
          <p>
            Nothing is written into a cluster yet.{" "}
            {isAdmin && "Choose Assignments to say which projects get this secret."}
          </p>
        </Empty>
      </section>
    );
  return (
    <section className="stack-small" aria-labelledby="assignments">
      <h2 id="assignments">{counted(totalCount, "assignment")}</h2>
      {totalCount > 1 && <Progress id={secret.id} />}
      <div className="table-frame">
        <table className="cards" aria-labelledby="assignments">
          <thead>
            <tr>
              <th scope="col">Project</th>
              <th scope="col">Cluster</th>
              <th scope="col">Status</th>
              <th scope="col">Since</th>
              <th scope="col">Last fetched</th>
              <th scope="col">
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((assignment) => (
              <AssignmentLine key={assignment.id} assignment={assignment} onUnassign={setLeaving} />
            ))}
          </tbody>
        </table>
      </div>
      {nodes.length < totalCount && onMore !== null && <Button onPress={onMore}>Show more</Button>}
      {leaving !== null && (
        <ConfirmDialog
          title={`Take ${secret.name} from ${leaving.project.name}?`}
          confirm="Unassign"
          onClose={() => setLeaving(null)}
          onConfirm={async () => {
            await unassign({
              variables: { secretId: secret.id, projectIds: [leaving.project.id], abandon: false },
            });
            toasts.done(`${secret.name} is being taken from ${leaving.project.name}.`);
          }}
        >
          <p>
            Its ExternalSecret goes away in {leaving.project.name} on {leaving.project.cluster.name}.{" "}
            {secret.spec.target.creationPolicy === "OWNER" &&
              `The Kubernetes Secret ${secret.spec.target.name} goes with it: what still uses it will fail.`}
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function AssignmentLine({
  assignment,
  onUnassign,
}: {
  assignment: AssignmentRow;
  onUnassign: (assignment: AssignmentRow) => void;
}): React.JSX.Element {
  const { id, project, status, reason, message, lastTransitionAt, refreshedAt, permissions } = assignment;
  const [sync, { loading }] = useMutation(SYNC_ASSIGNMENT, { variables: { id } });
  const toasts = useToasts();
  return (
    <tr>
      <th scope="row" data-label="Project">
        {project.name}
      </th>
      <td data-label="Cluster">{project.cluster.name}</td>
      <td data-label="Status">
        <span className="stack-small">
          <span className="row">
            <StatusBadge status={status} />
            {reason !== null && status !== "SYNCED" && <span className="tag">{reason}</span>}
          </span>
          {message !== null && status !== "SYNCED" && <span className="small break">{message}</span>}
        </span>
      </td>
      <td data-label="Since">
        <Time at={lastTransitionAt} />
      </td>
      <td data-label="Last fetched">
        <Time at={refreshedAt} />
      </td>
      <td>
        <span className="row">
          <PermittedButton
            permissions={permissions}
            action="SYNC"
            small
            icon="sync"
            isPending={loading}
            aria-label={`Sync now in ${project.name}`}
            onPress={() => {
              sync().then(() => toasts.done(`Fetching anew in ${project.name}.`), toasts.failed);
            }}
          >
            Sync
          </PermittedButton>
          <PermittedButton
            permissions={permissions}
            action="UNASSIGN"
            small
            look="quiet"
            aria-label={`Unassign from ${project.name}`}
            onPress={() => onUnassign(assignment)}
          >
            Unassign
          </PermittedButton>
        </span>
      </td>
    </tr>
  );
}

/** How many are done and how many failed, live. */
function Progress({ id }: { id: string }): React.JSX.Element | null {
  const { data } = useQuery(PROGRESS, { variables: { id } });
  const counts = data?.secret?.assignmentCounts.filter(({ count }) => count > 0) ?? [];
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const synced = counts.find(({ status }) => status === "SYNCED")?.count ?? 0;
  const rest = counts.filter(({ status }) => status !== "SYNCED");
  return (
    <div className="stack-small">
      <progress max={total} value={synced} aria-label="Synced assignments" />
      <p className="small muted" role="status">
        {synced.toLocaleString()} of {total.toLocaleString()} synced
        {rest.map(({ status, count }) => `, ${count.toLocaleString()} ${statusWord(status).toLowerCase()}`).join("")}
      </p>
    </div>
  );
}
