/** One page of a keyset-paged list. Cursors are opaque; `after` null starts at the beginning. */
export interface PageArgs {
  /** At least 0; the caller has bounded it already. */
  first: number;
  after: string | null;
  /** Count the whole list too: only when somebody asks, it costs a statement. */
  withTotal: boolean;
}

export interface Page<T> {
  edges: { cursor: string; node: T }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Null unless `withTotal` was set. */
  totalCount: number | null;
}

export type OrderDirection = "ASC" | "DESC";
