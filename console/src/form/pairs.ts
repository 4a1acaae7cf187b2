/** A map of texts as it is being written: a line for each, `name=value`. */
export interface Pairs {
  text: string;
  /** What no lines can say, kept as it is; null: the text says it. */
  kept: unknown;
}

export const NO_PAIRS: Pairs = { text: "", kept: null };

/** @param map labels, annotations or tags as the API tells them; null: none */
export function pairsOf(map: unknown): Pairs {
  if (map === null || map === undefined) return NO_PAIRS;
  const entries = typeof map === "object" && !Array.isArray(map) ? Object.entries(map) : null;
  const lines = entries?.map(([name, value]) =>
    typeof value === "string" && isLine(name) && isLine(value) && !name.includes("=") ? `${name}=${value}` : null,
  );
  if (lines === undefined || lines.includes(null)) return { text: "", kept: map };
  return { text: lines.join("\n"), kept: null };
}

const isLine = (text: string): boolean => text.trim() === text && !text.includes("\n");

/** The map as the API takes it; null: none. A line without `=` is a name without a value. */
export function mapOf({ text, kept }: Pairs): unknown {
  if (kept !== null) return kept;
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return null;
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
