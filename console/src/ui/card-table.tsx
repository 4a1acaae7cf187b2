/** A table in its frame; on a small screen each row is a card. */
export function CardTable({
  label,
  columns,
  hasActions = false,
  stale,
  children,
}: {
  /** Of the table: "Projects". */
  label: string;
  columns: readonly string[];
  /** A last column with controls, whose head is for those who hear it. */
  hasActions?: boolean;
  /** Other rows are on their way. */
  stale: boolean;
  /** Its rows. */
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <div className="table-frame" data-stale={stale || undefined}>
      <table className="cards" aria-label={label} aria-busy={stale}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
            {hasActions && (
              <th scope="col">
                <span className="hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
