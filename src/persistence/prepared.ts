/** Statements that each connection keeps prepared at most. */
const MOST = 300;

const names = new Map<string, string>();

/**
 * The name under which each connection keeps a statement prepared: planning costs as much as running for the short ones.
 * @returns undefined: it is not prepared. Texts vary with what is written, so there could be more of them than a connection should keep
 */
export function preparedName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST) return known;
  const name = `write_${names.size}`;
  names.set(text, name);
  return name;
}
