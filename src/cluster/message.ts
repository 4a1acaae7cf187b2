const MAX_BYTES = 1024;
/* oxlint-disable-next-line no-control-regex -- control characters are what is looked for */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const QUOTED = /"(?:[^"\\]|\\.)*"?|`[^`]*`?|<[^>]*>?|\{\{.*?(?:\}\}|$)/gu;

/**
 * Text from elsewhere as it may be stored and shown: one line, at most 1 KiB, without control and direction characters, and, where it
 * speaks of a template, without what it quotes from there on: a template may hold values (DESIGN.md, "What is refused, and how").
 */
export function cleanMessage(text: string): string {
  // Bounded before the expressions run, which are linear but need not see a megabyte.
  let line = text
    .slice(0, 4 * MAX_BYTES)
    .replace(CONTROL, " ")
    .trim();
  const template = line.search(/template/iu);
  if (template >= 0) line = line.slice(0, template) + line.slice(template).replace(QUOTED, "…");
  // Through bytes and back: lone surrogates become U+FFFD, which PostgreSQL takes.
  const bytes = Buffer.from(line);
  if (bytes.length <= MAX_BYTES) return bytes.toString("utf8");
  return `${bytes
    .subarray(0, MAX_BYTES - 3)
    .toString("utf8")
    .replace(/\ufffd+$/u, "")}…`;
}
