import { Link } from "wouter";
import { SyncButton } from "../assignments/sync-button.tsx";
import { Button, PermittedButton } from "../ui/button.tsx";
import { Cause } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import type { AssignmentRow } from "./documents.ts";

/** One assignment: where it stands, why, and what can be done with it. */
export function AssignmentLine({
  assignment,
  onUnassign,
  onForget,
}: {
  assignment: AssignmentRow;
  onUnassign: (assignment: AssignmentRow) => void;
  /** Null: not the viewer's to do. */
  onForget: ((assignment: AssignmentRow) => void) | null;
}): React.JSX.Element {
  const { id, project, status, reason, message, lastTransitionAt, refreshedAt, permissions } = assignment;
  const isLeaving = assignment.deletionRequestedAt !== null;
  return (
    <tr>
      <th scope="row" data-label="Project">
        <Link href={`/projects/${project.name}`}>{project.name}</Link>
      </th>
      <td data-label="Cluster">{project.cluster.name}</td>
      <td data-label="Status">
        <Cause status={status} reason={reason} message={message} />
      </td>
      <td data-label="Since">
        <Time at={lastTransitionAt} />
      </td>
      <td data-label="Last fetched">
        <Time at={refreshedAt} />
      </td>
      <td>
        <span className="row">
          <SyncButton
            id={id}
            permissions={permissions}
            label={`Sync now in ${project.name}`}
            notice={`Fetching anew in ${project.name}.`}
          />
          {isLeaving ? (
            onForget !== null && (
              <Button
                small
                look="quiet"
                icon="refuse"
                aria-label={`Forget the assignment to ${project.name}`}
                onPress={() => onForget(assignment)}
              >
                Forget
              </Button>
            )
          ) : (
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
          )}
        </span>
      </td>
    </tr>
  );
}
