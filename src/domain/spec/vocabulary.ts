import type { CreationPolicy, DecodingStrategy, DeletionPolicy, RefreshPolicy } from "../ports/desired-state.js";

/** The API's words for the operator's enumerations, and back. */
export interface Vocabulary<W extends string> {
  toOperator(word: W): string;
  /** The API's word; null where the API has none. */
  fromOperator(value: unknown): W | null;
  /** What the operator takes where nothing is said, in the API's words. */
  readonly fallback: W;
}

function vocabulary<W extends string>(fallback: W, words: Record<W, string>): Vocabulary<W> {
  const back = new Map<unknown, W>();
  for (const word in words) back.set(words[word], word);
  return {
    fallback,
    toOperator: (word) => words[word],
    fromOperator: (value) => back.get(value) ?? null,
  };
}

export const REFRESH_POLICY = vocabulary<RefreshPolicy>("PERIODIC", {
  PERIODIC: "Periodic",
  ON_CHANGE: "OnChange",
  CREATED_ONCE: "CreatedOnce",
});
export const DECODING_STRATEGY = vocabulary<DecodingStrategy>("NONE", {
  NONE: "None",
  AUTO: "Auto",
  BASE64: "Base64",
  BASE64_URL: "Base64URL",
});
export const CREATION_POLICY = vocabulary<CreationPolicy>("OWNER", {
  OWNER: "Owner",
  ORPHAN: "Orphan",
  MERGE: "Merge",
  NONE: "None",
  CREATE_OR_MERGE: "CreateOrMerge",
});
export const DELETION_POLICY = vocabulary<DeletionPolicy>("RETAIN", {
  DELETE: "Delete",
  RETAIN: "Retain",
  MERGE: "Merge",
});
/** The type that Kubernetes gives a Secret where none is said. */
export const DEFAULT_SECRET_TYPE = "Opaque";
export const DEFAULT_REFRESH_INTERVAL = "1h0m0s";
