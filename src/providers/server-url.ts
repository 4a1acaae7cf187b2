import type { ProviderValidation } from "../domain/ports/provider-catalog.js";
import type { TextField } from "./input-schema.js";
import { text } from "./input-schema.js";

/** Only what every parser of URLs reads alike: the operator's is Go's, ours is the WHATWG's. */
const STRICT_URL =
  /^(https?):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?(\/[\w.~/-]*)?$/;

interface UrlRules {
  schemes: readonly ("http" | "https")[];
  /** Whether the backend may live under a path of the host. */
  path: boolean;
  example: string;
}

/** The address of a backend. The text is never quoted in a problem: people paste credentials into addresses. */
export const serverUrl = (rules: UrlRules): TextField =>
  text(`an address such as ${rules.example}`, {
    required: true,
    max: 2048,
    parse: (given, context) => parse(given, rules, context),
  });

function parse(given: string, rules: UrlRules, context: ProviderValidation): { value: string } | { problem: string } {
  const match = STRICT_URL.exec(given);
  const url = match === null ? null : URL.parse(given);
  if (match === null || url === null) return { problem: whatIsWrong(given, rules) };
  const [, scheme = "", host = "", path = ""] = match;
  // A host such as 0x7f.1 means 127.0.0.1 to one parser and a name to another; dot segments likewise.
  if (url.hostname !== host.toLowerCase() || host.includes("..") || url.pathname !== (path || "/")) {
    return { problem: `must be written in full and plainly, such as ${rules.example}.` };
  }
  const schemes = context.byMember ? rules.schemes.filter((allowed) => allowed === "https") : rules.schemes;
  if (!schemes.some((allowed) => allowed === scheme))
    return { problem: `must begin with ${schemes.join(":// or ")}://.` };
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed !== "" && !rules.path) return { problem: `must have no path, such as ${rules.example}.` };
  if (context.byMember && !matchesHost(context.memberProviderHosts, url.hostname, url.port || "443")) {
    const problem =
      context.memberProviderHosts.length === 0
        ? "is for platform admins only: no host is allowed for projects' own providers (setting MEMBER_PROVIDER_HOSTS)."
        : `must be at a host that is allowed for projects' own providers: ${context.memberProviderHosts.join(", ")}.`;
    return { problem };
  }
  return { value: `${url.protocol}//${url.host}${trimmed}` };
}

function whatIsWrong(given: string, rules: UrlRules): string {
  if (given.includes("@")) return "must not have a user name or password in it.";
  if (/[?#]/.test(given)) return "must have neither a query nor a fragment.";
  return `must be an address such as ${rules.example}.`;
}

/**
 * Whether a host is one that members may use. A pattern is a host name, or `*` at its beginning for one run of characters without a dot
 * (`*.vault.azure.net`), and may end in `:port`; without a port every port is meant.
 */
export function matchesHost(patterns: readonly string[], hostname: string, port: string): boolean {
  return patterns.some((pattern) => {
    const parts = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(pattern.trim().toLowerCase());
    if (parts === null) return false;
    const [, host = "", wantedPort] = parts;
    if (host === "" || (wantedPort !== undefined && wantedPort !== port)) return false;
    if (!host.startsWith("*")) return host === hostname;
    const rest = host.slice(1);
    if (rest.includes("*") || !hostname.endsWith(rest)) return false;
    const run = hostname.slice(0, hostname.length - rest.length);
    return run !== "" && !run.includes(".") && !run.includes(":");
  });
}
