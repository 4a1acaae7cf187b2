import { Link } from "wouter";
import { SyncButton } from "../assignments/sync-button.tsx";
import { Button, PermittedButton } from "../ui/button.tsx";
import { Cause } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { ProviderLabel, scopeWord, useCaseWord } from "../ui/words.tsx";
import type { ProjectAssignment } from "./documents.ts";

/** One secret of a project: where it stands there, why, and what can be done with it. */
export function ProjectSecretLine({
  assignment,
  onRemove,
  onForget,
}: {
  assignment: ProjectAssignment;
  onRemove: (assignment: ProjectAssignment) => void;
  /** Null: not the viewer's to do. */
  onForget: ((assignment: ProjectAssignment) => void) | null;
}): React.JSX.Element {
  const { id, secret, status, reason, message, lastTransitionAt, permissions } = assignment;
  const isOwn = secret.scope === "PROJECT";
  const isLeaving = (isOwn ? secret : assignment).deletionRequestedAt !== null;
  return (
    <tr>
      <th scope="row" data-label="Name">
        <Link href={`/secrets/${secret.id}`}>{secret.name}</Link>
      </th>
      <td data-label="Provider">
        <ProviderLabel kind={secret.provider.kind} name={secret.provider.name} />
      </td>
      <td data-label="Use case">{useCaseWord(secret.useCase)}</td>
      <td data-label="Scope">{scopeWord(secret.scope)}</td>
      <td data-label="Status">
        <Cause status={status} reason={reason} message={message} />
      </td>
      <td data-label="Since">
        <Time at={lastTransitionAt} />
      </td>
      <td>
        <span className="row">
          <SyncButton
            id={id}
            permissions={permissions}
            label={`Sync ${secret.name} now`}
            notice={`Fetching ${secret.name} anew.`}
          />
          {isLeaving ? (
            onForget !== null && (
              <Button
                small
                look="quiet"
                icon="refuse"
                aria-label={`Forget ${secret.name}`}
                onPress={() => onForget(assignment)}
              >
                Forget
              </Button>
            )
          ) : (
            <PermittedButton
              permissions={isOwn ? secret.permissions : permissions}
              action={isOwn ? "DELETE" : "UNASSIGN"}
              small
              look="quiet"
              aria-label={isOwn ? `Delete ${secret.name}` : `Remove ${secret.name} from the project`}
              onPress={() => onRemove(assignment)}
            >
              {isOwn ? "Delete" : "Remove"}
            </PermittedButton>
          )}
        </span>
      </td>
    </tr>
  );
}
