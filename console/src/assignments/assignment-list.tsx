import { useState } from "react";
import type { AssignmentStatus } from "../api/graphql.ts";
import { Button } from "../ui/button.tsx";
import { CardTable } from "../ui/card-table.tsx";
import { Filter } from "../ui/filter.tsx";
import { Empty, ErrorNote, Loading } from "../ui/note.tsx";
import { useFind, type Find } from "../ui/picker.tsx";
import { Search } from "../ui/search.tsx";
import { statusWord } from "../ui/status.tsx";
import { counted } from "../ui/words.tsx";

const STATUSES = ["PENDING", "SYNCED", "SYNCED_ERROR", "FAILED", "DELETING", "DELETE_FAILED"] as const;
const STATUS_OPTIONS = STATUSES.map((id) => ({ id, label: statusWord(id) }));
/** Rows on a page. */
const SIZE = 100;
/** How often a list that is filtered by status is read again, in milliseconds. */
const POLL = 3_000;
/** From so many on, a search is worth its place. */
const MANY = 12;

interface AssignmentFind extends Find {
  status: readonly AssignmentStatus[];
  setStatus: (status: readonly string[]) => void;
}

/** Which assignments are looked for, and what the API is asked for them. */
export function useAssignmentFind() {
  const find = useFind();
  const [status, setStatus] = useState<readonly AssignmentStatus[]>([]);
  const all: AssignmentFind = {
    ...find,
    status,
    setStatus: (ids) => {
      setStatus(STATUSES.filter((one) => ids.includes(one)));
      find.setSearch(find.search);
    },
  };
  return {
    find: all,
    // A status that changes does not say which pages of a filter it comes into or goes out of.
    pollInterval: status.length > 0 ? POLL : 0,
    variables: {
      first: SIZE,
      after: find.after,
      filter: { search: find.search === "" ? null : find.search, status: status.length === 0 ? null : [...status] },
    },
  };
}

interface Page {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: readonly unknown[];
}

/** A table of assignments with search, filter and pages, where there are enough of them to need that. */
export function AssignmentList({
  label,
  one,
  searchLabel,
  total,
  columns,
  find,
  page,
  error,
  stale,
  children,
}: {
  /** Of the table. */
  label: string;
  /** What one row is, in words: "assignment". */
  one: string;
  searchLabel: string;
  /** How many there are without any filter. */
  total: number;
  columns: readonly string[];
  find: AssignmentFind;
  /** Undefined: not there yet. */
  page: Page | undefined;
  error: unknown;
  /** Another page is on its way. */
  stale: boolean;
  /** The table's rows. */
  children: React.ReactNode;
}): React.JSX.Element {
  const isFiltered = find.search !== "" || find.status.length > 0;
  const next = page?.pageInfo.hasNextPage === true ? page.pageInfo.endCursor : null;
  return (
    <>
      {total > MANY && (
        <div className="filters" role="search" aria-label={label}>
          <Search label={searchLabel} value={find.search} onChange={(text) => find.setSearch(text)} />
          <Filter
            label="Status"
            multiple
            options={STATUS_OPTIONS}
            selected={find.status}
            onChange={(ids) => find.setStatus(ids)}
          />
        </div>
      )}
      <ErrorNote error={error} />
      {page === undefined && error === undefined && <Loading />}
      {page?.nodes.length === 0 && (
        <div className="card">
          <Empty title={isFiltered ? `No ${one} is like that` : "They are on their way"} />
        </div>
      )}
      {page !== undefined && page.nodes.length > 0 && (
        <CardTable label={label} columns={columns} hasActions stale={stale}>
          {children}
        </CardTable>
      )}
      {page !== undefined && (isFiltered || page.nodes.length < total) && (
        <nav className="pager" aria-label={`Pages of ${one}s`}>
          <span className="small muted" role="status">
            {page.nodes.length.toLocaleString()} of {counted(page.totalCount, one)} shown
          </span>
          <div className="row">
            {find.back !== undefined && <Button onPress={find.back}>Previous page</Button>}
            {next !== null && <Button onPress={() => find.next(next)}>Next page</Button>}
          </div>
        </nav>
      )}
    </>
  );
}
