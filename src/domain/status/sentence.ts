/** Names that a sentence lists before it says how many more there are. */
const MAX_NAMES = 5;

/** Names in alphabetical order, a few of them: "alpha, beta and 9 more". */
export function listNames(names: readonly string[]): string {
  // Not by locale: every replica must say the same.
  const sorted = [...names].sort();
  const shown = sorted.slice(0, MAX_NAMES).join(", ");
  return sorted.length > MAX_NAMES ? `${shown} and ${sorted.length - MAX_NAMES} more` : shown;
}

/** "1 of 14 projects", "2 of 14 projects", "1 of 1 project". */
export const share = (part: number, whole: number, noun: string): string =>
  `${part} of ${whole} ${whole === 1 ? noun : `${noun}s`}`;
