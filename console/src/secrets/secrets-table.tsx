import { memo } from "react";
import { Button, Tooltip, TooltipTrigger } from "react-aria-components";
import { Link } from "wouter";
import { Icon } from "../ui/icon.tsx";
import { StatusBadge } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { counted, ProviderLabel, scopeWord, useCaseWord } from "../ui/words.tsx";
import type { SecretRow } from "./documents.ts";
import type { SortField } from "./list-address.ts";

const COLUMNS: readonly { label: string; sort?: SortField }[] = [
  { label: "Name", sort: "NAME" },
  { label: "Provider" },
  { label: "Use case" },
  { label: "Scope", sort: "SCOPE" },
  { label: "Status", sort: "STATUS" },
  { label: "Assigned to" },
  { label: "Updated", sort: "UPDATED_AT" },
];

/** A plain table: rows stay where they are while their statuses change, and only what changed is drawn again. Its roles are written out, because its rows are laid out as grids. */
export function SecretsTable({
  rows,
  sort,
  descending,
  stale,
  onSort,
}: {
  rows: readonly SecretRow[];
  sort: SortField;
  descending: boolean;
  /** Another list is on its way. */
  stale: boolean;
  onSort: (field: SortField) => void;
}): React.JSX.Element {
  return (
    <div className="table-frame" data-stale={stale || undefined}>
      <table role="table" className="cards secrets" aria-label="Secrets" aria-busy={stale}>
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map(({ label, sort: field }) => (
              <th
                key={label}
                role="columnheader"
                scope="col"
                aria-sort={field === undefined || field !== sort ? undefined : descending ? "descending" : "ascending"}
              >
                {field === undefined ? (
                  label
                ) : (
                  <button type="button" className="sort" onClick={() => onSort(field)}>
                    {label}
                    <Icon name="up" />
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({ row }: { row: SecretRow }): React.JSX.Element {
  const { id, name, provider, useCase, scope, project, status, statusReason, updatedAt } = row;
  return (
    <tr role="row">
      <th role="rowheader" scope="row" data-label="Name">
        <Link href={`/secrets/${id}`} className="break">
          {name}
        </Link>
      </th>
      <td role="cell" data-label="Provider">
        <ProviderLabel kind={provider.kind} name={provider.name} />
      </td>
      <td role="cell" data-label="Use case">
        {useCaseWord(useCase)}
      </td>
      <td role="cell" data-label="Scope">
        {project === null ? scopeWord(scope) : `Project ${project.name}`}
      </td>
      <td role="cell" data-label="Status">
        <span>
          <StatusBadge status={status} />
          {statusReason !== null && (
            <span className="reason" title={statusReason}>
              {statusReason}
            </span>
          )}
        </span>
      </td>
      <td role="cell" data-label="Assigned to">
        <AssignedTo assignments={row.assignments} />
      </td>
      <td role="cell" data-label="Updated">
        <Time at={updatedAt} />
      </td>
    </tr>
  );
});

/** "3 projects", and which on hover and focus. */
function AssignedTo({ assignments: { totalCount, nodes } }: Pick<SecretRow, "assignments">): React.JSX.Element {
  if (totalCount === 0)
    return (
      <span className="muted">
        <span aria-hidden="true">---</span>
        <span className="hidden">no project</span>
      </span>
    );
  const names = nodes.map(({ project }) => project.name).join(", ");
  const more = totalCount - nodes.length;
  return (
    <TooltipTrigger delay={150} closeDelay={50}>
      <Button className="names">{counted(totalCount, "project")}</Button>
      <Tooltip className="tooltip" offset={6}>
        {names}
        {more > 0 && ` and ${more.toLocaleString()} more`}
      </Tooltip>
    </TooltipTrigger>
  );
}
