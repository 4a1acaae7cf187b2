/** What a request turned out to be, for whoever counts. */
export interface Facts {
  /** Null: it was refused before anybody knew. */
  operation: "query" | "mutation" | "subscription" | null;
  /** Of the errors in the answer. */
  codes: string[];
}
