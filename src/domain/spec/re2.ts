/** Go's limit on a counted repetition. */
const MAX_REPEAT = 1000;
/** Letters that may follow a backslash outside a class: escapes of characters, classes and positions. */
const ESCAPES = new Set("aftnrvdDsSwWbBAzpPx");
const CLASS_ESCAPES = new Set("aftnrvdDsSwWpPx");
const GROUP = /^\(\?(?:P?<([A-Za-z_][A-Za-z0-9_]*)>|[imsU]*(?:-[imsU]+)?:|(?:[imsU]+(?:-[imsU]+)?|-[imsU]+)\))/;
const COUNT = /^\{([0-9]+)(?:(,)([0-9]*))?\}/;

/**
 * Why Go's RE2 would refuse a regular expression, as nearly as can be told without it: lookaround, back references and the like, unbalanced brackets, repetition of
 * nothing or of a repetition, and too large a count. The operator compiles expressions only when it fetches; a broken one would fail there, again and again.
 * @returns null where nothing speaks against it
 */
export function re2Problem(pattern: string): string | null {
  let at = 0;
  /** Whether something stands before that a repetition can apply to. */
  let atom: "none" | "atom" | "repeated" = "none";
  const open: string[] = [];
  const names = new Set<string>();
  while (at < pattern.length) {
    const rest = pattern.slice(at, at + 128);
    const char = pattern.charAt(at);
    if (char === "\\") {
      if (pattern.startsWith("\\Q", at)) {
        const end = pattern.indexOf("\\E", at + 2);
        at = end === -1 ? pattern.length : end + 2;
        atom = "atom";
        continue;
      }
      const length = escapeLength(pattern, at, ESCAPES);
      if (length === null) return `The expression has an escape that the operator does not know: ${rest.slice(0, 2)}.`;
      at += length;
      atom = "atom";
    } else if (char === "[") {
      const end = classEnd(pattern, at);
      if (typeof end === "string") return end;
      at = end;
      atom = "atom";
    } else if (char === "(") {
      if (rest.startsWith("(?")) {
        const group = GROUP.exec(rest);
        if (group === null)
          return "The expression uses lookaround or another group that the operator's engine (RE2) does not have.";
        const [whole, groupName] = group;
        if (groupName !== undefined && names.has(groupName)) return `The expression has two groups named ${groupName}.`;
        if (groupName !== undefined) names.add(groupName);
        at += whole.length;
        // Flags for what follows stand between nothing: what is before them can still be repeated.
        if (whole.endsWith(")")) continue;
      } else {
        at += 1;
      }
      open.push("(");
      if (open.length > 500) return "The expression is nested too deeply.";
      atom = "none";
    } else if (char === ")") {
      if (open.pop() === undefined) return "The expression has a `)` without its `(`.";
      at += 1;
      atom = "atom";
    } else if (char === "|") {
      at += 1;
      atom = "none";
    } else {
      const count = char === "{" ? COUNT.exec(rest) : null;
      if (char === "*" || char === "+" || char === "?" || count !== null) {
        if (atom === "none") return `The expression has a \`${char}\` with nothing before it to repeat.`;
        if (atom === "repeated") return `The expression repeats a repetition: \`${char}\`.`;
        if (count !== null) {
          const min = Number(count[1]);
          const max = count[2] === undefined ? min : count[3] === "" ? min : Number(count[3]);
          if (min > MAX_REPEAT || max > MAX_REPEAT || max < min)
            return `The expression has a repetition count that is out of order or above ${MAX_REPEAT}.`;
        }
        at += count === null ? 1 : count[0].length;
        // A `?` behind a repetition makes it lazy.
        if (pattern.charAt(at) === "?") at += 1;
        atom = "repeated";
      } else {
        at += 1;
        atom = "atom";
      }
    }
  }
  return open.length > 0 ? "The expression has a `(` without its `)`." : null;
}

/** The length of the escape at `at`, backslash included; null where RE2 has no such escape. */
function escapeLength(pattern: string, at: number, letters: ReadonlySet<string>): number | null {
  const rest = pattern.slice(at + 1, at + 40);
  const next = rest.charAt(0);
  if (next === "") return null;
  if (next === "p" || next === "P") {
    const property = /^[pP](?:[A-Z]|\{\^?[A-Za-z_]+\})/.exec(rest);
    return property === null ? null : 1 + property[0].length;
  }
  if (next === "x") {
    const code = /^x(?:[0-9A-Fa-f]{2}|\{([0-9A-Fa-f]{1,6})\})/.exec(rest);
    return code === null || Number.parseInt(code[1] ?? "0", 16) > 0x10ffff ? null : 1 + code[0].length;
  }
  // An octal code begins with 0 or has at least two digits; a lone digit would be a back reference.
  if (/[0-9]/.test(next)) {
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    return octal === null ? null : 1 + octal[0].length;
  }
  if (/[A-Za-z]/.test(next)) return letters.has(next) ? 2 : null;
  // RE2 escapes ASCII punctuation only.
  return /[!-/:-@[-`{-~]/.test(next) && next !== "_" ? 2 : next === "_" ? 2 : null;
}

/** Where the class that begins at `at` ends; a message where it never does, or holds what RE2 refuses. */
function classEnd(pattern: string, at: number): number | string {
  let index = at + 1;
  if (pattern.charAt(index) === "^") index += 1;
  let first = true;
  while (index < pattern.length) {
    const char = pattern.charAt(index);
    if (char === "]" && !first) return index + 1;
    first = false;
    if (char === "[" && pattern.charAt(index + 1) === ":") {
      const posix = /^\[:\^?([a-z]+):\]/.exec(pattern.slice(index, index + 16));
      if (posix !== null) {
        index += posix[0].length;
        continue;
      }
    }
    if (char === "\\") {
      const length = escapeLength(pattern, index, CLASS_ESCAPES);
      if (length === null) return "The expression has an escape in `[…]` that the operator does not know.";
      index += length;
    } else {
      index += 1;
    }
    if (
      /^-\\[dDsSwWpP]/.test(pattern.slice(index, index + 3)) &&
      !/^\\[dDsSwWpP]/.test(pattern.slice(index - 2, index))
    )
      return "The expression has a range in `[…]` that ends with a class.";
    const range = /^-([^\]\\[])/u.exec(pattern.slice(index, index + 3));
    if (range?.[1] !== undefined && char !== "\\" && (range[1].codePointAt(0) ?? 0) < (char.codePointAt(0) ?? 0))
      return "The expression has a range in `[…]` that runs backwards.";
    if (range !== null) index += range[0].length;
  }
  return "The expression has a `[` without its `]`.";
}
