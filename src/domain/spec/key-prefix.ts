import type { Problem } from "../../errors.js";
import type { ProviderKind } from "../kinds.js";

const PLACEHOLDER = "{project}";
const MAX_LENGTH = 512;
/** Characters of keys that members may use on an organization provider (DESIGN.md, "Who may do what", Keys). */
const KEY_CHARACTERS = /^[A-Za-z0-9/_.+=@-]*$/;

/** What is wrong with a key that a member wrote, or with the part of a prefix before its last segment; null: nothing. */
export function keyProblem(key: string): string | null {
  if (!KEY_CHARACTERS.test(key)) return "Only letters, digits and `/ _ . + = @ -` may be used in this key.";
  const segments = key.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === ".."))
    return "This key has an empty part, `.` or `..` between its slashes.";
  return null;
}

/**
 * The keys of an organization provider that members' project secrets may use: text with `{project}` exactly once. Without it every project would read every other's
 * keys. What follows it must be what no project name contains, so that `alpha` does not reach the keys of `alpha-2`: `/`, `_` or `.`; on Azure, whose names have none of them,
 * `--`.
 */
export function checkKeyPrefix(prefix: string, kind: ProviderKind, path: string[]): Problem[] {
  const problems: Problem[] = [];
  const add = (message: string): void => void problems.push({ path, message });
  if (prefix.length > MAX_LENGTH) add(`A key prefix has at most ${MAX_LENGTH} characters.`);
  const parts = prefix.split(PLACEHOLDER);
  if (parts.length !== 2) {
    add(
      "A key prefix holds `{project}` exactly once, in place of the project's name: else a project would read its neighbours' keys.",
    );
    return problems;
  }
  const [before = "", after = ""] = parts;
  if (!KEY_CHARACTERS.test(before + after))
    add("A key prefix consists of letters, digits and `/ _ . + = @ -`, and `{project}`.");
  const separators = kind === "AZURE_KEY_VAULT" ? ["--"] : ["/", "_", "."];
  if (!separators.some((separator) => after.startsWith(separator)))
    add(
      kind === "AZURE_KEY_VAULT"
        ? "On Azure `{project}` must be followed by `--`, which no project's name contains."
        : "`{project}` must be followed by `/`, `_` or `.`, which no project's name contains.",
    );
  // The last part may be unfinished: the key goes on from there.
  const finished = prefix.replace(PLACEHOLDER, "p").split("/").slice(0, -1);
  if (finished.some((segment) => segment === "" || segment === "." || segment === ".."))
    add(
      "A key prefix must not begin with `/`, nor have empty parts, `.` or `..` between its slashes: no key could match it.",
    );
  return problems;
}

/** The prefix of one project's keys. */
export function expandKeyPrefix(prefix: string, projectName: string): string {
  return prefix.split(PLACEHOLDER).join(projectName);
}
