import type { Problem } from "../../errors.js";

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Controls, line and paragraph separators, direction marks and overrides, byte order marks, and halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;

/** A DNS-1123 subdomain as Kubernetes and ESO's CRDs write it; the length is checked apart. */
export const isSubdomain = (text: string): boolean => SUBDOMAIN.test(text);

/** Whether a text could garble a log, a page or a terminal, or cannot be stored. */
export const hasControlCharacters = (text: string): boolean => CONTROL.test(text);

/** PostgreSQL's jsonb holds neither NUL nor halves of surrogate pairs. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && !/\p{Cs}/u.test(text);

/** The syntax of a key of a label or an annotation: an optional DNS prefix with a slash, then a name of at most 63 characters. */
export function isQualifiedName(key: string): boolean {
  const slash = key.indexOf("/");
  if (slash === -1) return QUALIFIED_NAME.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && isSubdomain(prefix) && QUALIFIED_NAME.test(key.slice(slash + 1));
}

const KEY_RULE =
  "A key has at most 63 letters, digits, `-`, `_` and `.`, begins and ends with a letter or digit, and may have a DNS prefix and `/` before it.";
/** Kubernetes' limit on all annotations of an object together. */
const MAX_ANNOTATIONS = 256 * 1024;

/**
 * Labels as Kubernetes accepts them. With `templates` a value that holds `{{` is left to the operator, which fills it in.
 * @param path leads to the map; a problem's path has the key at its end
 */
export function checkLabels(labels: Record<string, unknown>, templates: boolean, path: string[]): Problem[] {
  return checkMap(labels, path, (value) =>
    LABEL_VALUE.test(value) || (templates && value.includes("{{"))
      ? null
      : "A label's value has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit.",
  );
}

/** Annotations as Kubernetes accepts them: any text, 256 KiB in all. */
export function checkAnnotations(annotations: Record<string, unknown>, path: string[]): Problem[] {
  const problems = checkMap(annotations, path, () => null);
  let size = 0;
  for (const [key, value] of Object.entries(annotations))
    size += Buffer.byteLength(key) + (typeof value === "string" ? Buffer.byteLength(value) : 0);
  if (size > MAX_ANNOTATIONS) problems.push({ path, message: "Annotations have at most 256 KiB in all." });
  return problems;
}

function checkMap(map: Record<string, unknown>, path: string[], check: (value: string) => string | null): Problem[] {
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(map)) {
    const at = [...path, key];
    if (!isQualifiedName(key)) problems.push({ path: at, message: KEY_RULE });
    if (typeof value !== "string")
      problems.push({ path: at, message: "The value must be a string; put it in quotes." });
    else {
      const message = check(value);
      if (message !== null) problems.push({ path: at, message });
    }
  }
  return problems;
}
