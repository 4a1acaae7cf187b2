/** Nanoseconds of Go's units; both spellings of the micro sign are accepted, as by Go. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const SECOND = 1_000_000_000n;
/** Go keeps a duration in an int64; the magnitude of the smallest one is 2^63. */
const LIMIT = 1n << 63n;
/** One number with its unit: digits, a fraction, then everything up to the next digit or point. */
const TERM = /^([0-9]*)(?:(\.)([0-9]*))?([^0-9.]+)/;

/**
 * Nanoseconds of a duration as Go's `time.ParseDuration` reads it: `[-+]?(\d*(\.\d*)?unit)+`, or a bare `0`.
 * Null where Go refuses, overflow included.
 */
function parseNanoseconds(text: string): bigint | null {
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") return null;
  let sum = 0n;
  while (rest !== "") {
    const term = TERM.exec(rest);
    if (term === null) return null;
    const [whole, digits = "", , fraction = "", unitName = ""] = term;
    if (digits === "" && fraction === "") return null;
    const unit = UNITS.get(unitName);
    // Twenty digits are more than any int64 has: without this bound a long number would cost quadratic time.
    if (unit === undefined || digits.replace(/^0+/, "").length > 20) return null;
    sum += BigInt(digits === "" ? 0 : digits) * unit + fractionOf(fraction, unit);
    if (sum > LIMIT) return null;
    rest = rest.slice(whole.length);
  }
  if (negative) return -sum;
  return sum === LIMIT ? null : sum;
}

/** Go's arithmetic of fractions: digits beyond what an int64 holds are dropped, the rest goes through a float64 and is truncated. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > (LIMIT - 1n) / 10n || next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/**
 * Go's `time.ParseDuration`, which the operator reads every duration of a spec with: one that it refuses stops it for the whole cluster (ESO.md).
 * @returns milliseconds, fractional where the text is finer; null where Go refuses
 */
export function parseDuration(text: string): number | null {
  const nanoseconds = parseNanoseconds(text);
  return nanoseconds === null ? null : Number(nanoseconds) / 1_000_000;
}

/**
 * A duration as Go's `Duration.String()` prints it, which is how the operator writes it back: `1h` becomes `1h0m0s`, `90s` becomes `1m30s`, `0` becomes `0s`.
 * @returns null where Go refuses to parse it
 */
export function canonicalDuration(text: string): string | null {
  const nanoseconds = parseNanoseconds(text);
  if (nanoseconds === null) return null;
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`;
  if (size < SECOND) return `${sign}${decimal(size, 1_000_000n)}ms`;
  const minutes = size / (60n * SECOND);
  const seconds = `${decimal(size % (60n * SECOND), SECOND)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** `value / unit` with as many decimals as it needs; `unit` is a power of ten. */
function decimal(value: bigint, unit: bigint): string {
  const digits = unit.toString().length - 1;
  const fraction = (value % unit).toString().padStart(digits, "0").replace(/0+$/, "");
  return fraction === "" ? `${value / unit}` : `${value / unit}.${fraction}`;
}
