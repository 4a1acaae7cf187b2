import { useSearchParams } from "wouter";
import { Button } from "./button.tsx";
import { CardTable } from "./card-table.tsx";
import { Empty, ErrorNote, Loading } from "./note.tsx";
import { Search } from "./search.tsx";
import { counted } from "./words.tsx";

/** How many rows a page has. */
const SIZE = 50;

interface Page {
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: readonly unknown[];
}

/** What a list asks for, out of the address. */
export interface ListQuery {
  search: string | null;
  first: number;
  after: string | null;
}

/** The search and the page of a list; both stand in the address. */
export function useListQuery(): ListQuery {
  const [params] = useSearchParams();
  const search = params.get("search") ?? "";
  return { search: search === "" ? null : search, first: SIZE, after: params.get("after") };
}

/** A list of things with a search by name, a table and its pages. */
export function PagedList({
  title,
  one,
  page,
  columns,
  error,
  empty,
  stale,
  children,
}: {
  /** Of the table: "Projects". */
  title: string;
  /** One of them, in words: "project". */
  one: string;
  /** Undefined: not there yet. */
  page: Page | undefined;
  columns: readonly string[];
  error: unknown;
  /** What to do where there is nothing at all. */
  empty: React.ReactNode;
  /** Another page is on its way. */
  stale: boolean;
  /** The table's rows. */
  children: React.ReactNode;
}): React.JSX.Element {
  const [, setParams] = useSearchParams();
  const { search, after } = useListQuery();
  const go = (cursor: string | null): void =>
    setParams({ ...(search !== null && { search }), ...(cursor !== null && { after: cursor }) });
  const some = `${one}s`;
  return (
    <>
      <div className="filters" role="search" aria-label={title}>
        <Search
          label={`Search ${some} by name`}
          value={search ?? ""}
          onChange={(text) => setParams(text === "" ? {} : { search: text }, { replace: true })}
        />
      </div>
      <ErrorNote error={error} />
      {page === undefined && error === undefined && <Loading />}
      {page?.nodes.length === 0 && (
        <div className="card">
          {search === null ? (
            <Empty title={`There are no ${some} here yet`}>{empty}</Empty>
          ) : (
            <Empty title={`No ${one} of that name`}>
              <Button onPress={() => setParams({})}>Show all {some}</Button>
            </Empty>
          )}
        </div>
      )}
      {page !== undefined && page.nodes.length > 0 && (
        <>
          <CardTable label={title} columns={columns} stale={stale}>
            {children}
          </CardTable>
          <nav className="pager" aria-label="Pages">
            <span className="muted small">{counted(page.totalCount, one)}</span>
            <div className="row">
              {after !== null && <Button onPress={() => go(null)}>First page</Button>}
              {page.pageInfo.hasNextPage && (
                <Button
                  onPress={() => {
                    go(page.pageInfo.endCursor);
                    document.querySelector("#main")?.scrollIntoView();
                  }}
                >
                  Next page
                </Button>
              )}
            </div>
          </nav>
        </>
      )}
    </>
  );
}
