import { useQuery } from "@apollo/client/react";
import type { SecretStatus, VariablesOf } from "../api/graphql.ts";
import { StatusBadge } from "../ui/status.tsx";
import { COUNTS } from "./documents.ts";
import { SECRET_STATUSES } from "./list-address.ts";

/** How many secrets have each status, and a way to see just those. */
export function StatusChips({
  filter,
  selected,
  onChange,
}: {
  filter: NonNullable<VariablesOf<typeof COUNTS>["filter"]>;
  selected: readonly SecretStatus[];
  onChange: (selected: SecretStatus[]) => void;
}): React.JSX.Element {
  const { data, previousData } = useQuery(COUNTS, { variables: { filter } });
  const counts = (data ?? previousData)?.secretCounts ?? [];
  return (
    <div className="chips" role="group" aria-label="Secrets by status">
      {SECRET_STATUSES.map((status) => {
        const count = counts.find((one) => one.status === status)?.count ?? 0;
        const isSelected = selected.includes(status);
        if (count === 0 && !isSelected) return null;
        return (
          <button
            type="button"
            key={status}
            className="chip"
            aria-pressed={isSelected}
            onClick={() => onChange(isSelected ? selected.filter((one) => one !== status) : [...selected, status])}
          >
            <StatusBadge status={status} />
            <span className="count">{count.toLocaleString()}</span>
          </button>
        );
      })}
    </div>
  );
}
