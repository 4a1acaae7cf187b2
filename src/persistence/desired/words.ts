/** Messages stay readable: more names than these are counted, not listed. */
const MOST_NAMES = 100;

/** "alpha, beta" or "alpha, beta and 4900 more". */
export function listed(names: readonly string[], most = MOST_NAMES): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** "1 secret uses", "2 secrets use": picks the form of a word by number. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Cuts a message to at most 1 KiB of UTF-16 units (DESIGN.md, "What is refused, and how": messages are bounded). */
export function bounded(message: string): string {
  return message.length <= 1024 ? message : `${message.slice(0, 1023).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
