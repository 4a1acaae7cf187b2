/** Bytes of a message that came from elsewhere, at most. */
const MAX_BYTES = 1024;
/** Longer texts are cut before anything is looked for in them. */
const MAX_LOOKED_AT = 64 * 1024;

/** Breaks between words. */
const SPACES = /[\s\u0085\u2028\u2029]+/g;
/** Controls, direction marks and overrides, zero-width characters, and halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|\p{Cs}/gu;

/**
 * Where the operator, or Go's template engine, begins to speak of a template. From there on the text may quote it, whole even (its "key" is the template's text where
 * keys are templates too), and with it values.
 */
const TEMPLATE =
  /\btemplate at key |(?<!\bapply |\bexecute |\bspec\.target\.)\btemplate: |\bcould not unmarshal template\b|\bexecuting ["\\]/;
const TEMPLATE_KEY = /^template at key ([-._a-zA-Z0-9]{1,253}):/;
const TEMPLATE_LINE = /\btemplate: [-._a-zA-Z0-9]{1,253}:([0-9]{1,6})(?::([0-9]{1,6}))?:/;
/** What Go's template engine and the operator complain of, in words that quote nothing. */
const COMPLAINTS: readonly [RegExp, string][] = [
  [/map has no entry for key/, "map has no entry for a key that it names"],
  [/function \S+ not defined/, "a function is not defined"],
  [/bad character U\+[0-9A-F]{4,6}/, "bad character"],
  [/unclosed action/, "unclosed action"],
  [/unterminated \w+ (?:string|constant)/, "unterminated string"],
  [/unexpected EOF/, "unexpected EOF"],
  [/undefined variable/, "undefined variable"],
  [/wrong number of args/, "wrong number of arguments"],
  [/wrong type for value/, "wrong type of value"],
  [/can't evaluate field/, "a field cannot be evaluated"],
  [/nil pointer evaluating/, "nil pointer"],
  [/range can't iterate over/, "range over something that is no list"],
  [/missing value for/, "missing value"],
  [/error calling [A-Za-z]\w{0,40}/, "error calling a function"],
  [/could not unmarshal template/, "the result is no map of strings"],
  [/\bunexpected\b/, "unexpected token"],
];
/** The API's complaint about a field of a template: what follows its path may quote it, an apply's as `&value.valueUnstructured{Value:…}`. */
const TEMPLATE_FIELD = /\bspec\.target\.template\b/;
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|`[^`]*(?:`|$)|\{[^}]*(?:\}|$)/g;

/**
 * A message of the operator, of a backend or of the API, made safe to keep and to show (DESIGN.md, "What is refused, and how"): on one line, without control
 * characters, without quoted template text, at most 1 KiB of UTF-8.
 */
export function foreignText(text: string): string {
  const line = text.slice(0, MAX_LOOKED_AT).replace(SPACES, " ").replace(CONTROLS, "").trim();
  return cut(withoutTemplate(line));
}

function withoutTemplate(line: string): string {
  const found = TEMPLATE.exec(line);
  if (found !== null) {
    const tail = line.slice(found.index);
    const key = TEMPLATE_KEY.exec(tail)?.[1];
    const [, row, column] = TEMPLATE_LINE.exec(tail) ?? [];
    const complaint = COMPLAINTS.find(([pattern]) => pattern.test(tail))?.[1] ?? "the template failed";
    const place =
      key === undefined || row === undefined ? "" : ` line ${row}${column === undefined ? "" : `, column ${column}`}:`;
    const head = unquoted(line.slice(0, found.index), TEMPLATE_FIELD);
    return `${head}template${key === undefined ? "" : ` at key ${key}`}:${place} ${complaint}`;
  }
  return unquoted(line, TEMPLATE_FIELD);
}

/** Everything in quotes behind the first match of `marker` is left out. */
function unquoted(line: string, marker: RegExp): string {
  const found = marker.exec(line);
  if (found === null) return line;
  return line.slice(0, found.index) + line.slice(found.index).replace(QUOTED, "…");
}

/** Cut between characters, so that with the ellipsis it fits. */
function cut(line: string): string {
  if (Buffer.byteLength(line) <= MAX_BYTES) return line;
  let bytes = Buffer.byteLength("…");
  let end = 0;
  for (const char of line) {
    bytes += Buffer.byteLength(char);
    if (bytes > MAX_BYTES) break;
    end += char.length;
  }
  return `${line.slice(0, end).trimEnd()}…`;
}
