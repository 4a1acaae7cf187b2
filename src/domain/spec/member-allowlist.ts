import type { Problem } from "../../errors.js";
import { isJsonObject } from "../json.js";
import type { ProviderRecord } from "../provider.js";
import type { StoredSpec } from "../secret.js";
import type { RuleSettings } from "../settings.js";
import { inputPaths } from "./input-path.js";
import { expandKeyPrefix, keyProblem } from "./key-prefix.js";
import { keyPrefix } from "./metadata.js";
import { objectAt, own, stringAt } from "./read.js";
import { targetNameOf, viewSpec } from "./spec-view.js";

export interface MemberSecret {
  name: string;
  /** The whole result: what would be stored. */
  stored: StoredSpec;
  provider: ProviderRecord;
  project: { name: string };
  /** Names of the Secrets that stores of the project's namespace refer to. */
  storeCredentialNames: readonly string[];
  /** ProviderCatalog.effectiveKey of the provider: the key as the backend will see it. */
  effectiveKey: (key: string) => string;
  settings: RuleSettings;
  /** Whether problems' paths lead into typed input (the default) or into a manifest. */
  paths?: "input" | "manifest";
}

const TEMPLATE_PARTS = new Set(["data", "engineVersion", "mergePolicy", "type", "metadata"]);

/**
 * What members may ask of a secret of their project is an allowlist, checked on the whole result, so that they can neither edit nor adopt into being what they could not
 * create (DESIGN.md, "What a member sends is an allowlist").
 */
export function checkMemberSecret(input: MemberSecret): Problem[] {
  const problems = [...checkParts(input), ...checkMetadata(input), ...checkTargetName(input), ...checkKeys(input)];
  return input.paths === "manifest" ? problems : inputPaths(problems);
}

function checkParts({ stored, name }: MemberSecret): Problem[] {
  const problems: Problem[] = [];
  const { other } = viewSpec(stored, name);
  for (const path of other === null ? [] : leaves(other))
    problems.push({
      path: ["spec", ...path],
      message: `Only platform admins may use this part of the operator's spec: ${path.join(".")}.`,
    });
  const target = objectAt(stored.spec, "target");
  if ((own(target, "creationPolicy") ?? "Owner") !== "Owner")
    problems.push({
      path: ["spec", "target", "creationPolicy"],
      message: "Members' secrets own what they write: the creation policy must be OWNER.",
    });
  for (const part of Object.keys(objectAt(target, "template")))
    if (!TEMPLATE_PARTS.has(part))
      problems.push({
        path: ["spec", "target", "template", part],
        message: "Only platform admins may use this part of a template; others: data, engineVersion, mergePolicy.",
      });
  return problems;
}

/** Where the parts stand, down to the first that is no object. At most 50: enough to see what is meant. */
function leaves(value: Readonly<Record<string, unknown>>): string[][] {
  const found: string[][] = [];
  const walk = (part: unknown, path: string[]): void => {
    if (found.length >= 50) return;
    const object = typeof part === "object" && part !== null && !Array.isArray(part) ? Object.entries(part) : [];
    if (object.length === 0) found.push(path);
    for (const [key, inner] of object) walk(inner, [...path, key]);
  };
  for (const [key, inner] of Object.entries(value)) walk(inner, [key]);
  return found;
}

/** Keys with a DNS prefix make other controllers act: they are not a member's to set, neither on the ExternalSecret nor on the native Secret. */
function checkMetadata({ stored }: MemberSecret): Problem[] {
  const metadata = objectAt(objectAt(objectAt(stored.spec, "target"), "template"), "metadata");
  const path = ["spec", "target", "template", "metadata"];
  const maps: [string[], object][] = [
    [["metadata", "labels"], stored.labels],
    [["metadata", "annotations"], stored.annotations],
    [[...path, "labels"], objectAt(metadata, "labels")],
    [[...path, "annotations"], objectAt(metadata, "annotations")],
  ];
  return maps.flatMap(([at, map]) =>
    Object.keys(map)
      .filter((key) => keyPrefix(key) !== null)
      .map((key) => ({ path: [...at, key], message: `Only platform admins may set keys with a DNS prefix: ${key}.` })),
  );
}

function checkTargetName({ stored, name, storeCredentialNames, settings }: MemberSecret): Problem[] {
  const problems: Problem[] = [];
  const target = targetNameOf(stored, name);
  // With creation policy None, which is refused above, nothing is written.
  if (target === null) return problems;
  const path = ["spec", "target", "name"];
  if (storeCredentialNames.includes(target))
    problems.push({
      path,
      message: `A store of this project reads its credential from the Secret ${target}; writing it would take the credential away. Choose another name.`,
    });
  const glob = settings.protectedTargets.find((pattern) => matchesGlob(target, pattern));
  if (glob !== undefined)
    problems.push({ path, message: `Secrets named like ${glob} are protected. Choose another name.` });
  return problems;
}

/** Whether a name matches a pattern in which `*` stands for any run of characters, and nothing else is special. */
export function matchesGlob(name: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function checkKeys(input: MemberSecret): Problem[] {
  const { stored, provider } = input;
  // A provider of their own project, managed or existing, is theirs to read whole.
  if (provider.scope === "PROJECT") return [];
  const problems: Problem[] = [];
  const data = own(stored.spec, "data");
  for (const [index, item] of (Array.isArray(data) ? data : []).entries()) {
    const key = isJsonObject(item) ? stringAt(objectAt(item, "remoteRef"), "key") : null;
    const message = keyRefusal(key ?? "", input);
    if (message !== null) problems.push({ path: ["spec", "data", String(index), "remoteRef", "key"], message });
  }
  const dataFrom = own(stored.spec, "dataFrom");
  for (const [index, item] of (Array.isArray(dataFrom) ? dataFrom : []).entries()) {
    if (!isJsonObject(item)) continue;
    const path = ["spec", "dataFrom", String(index)];
    if (own(item, "find") !== undefined)
      problems.push({
        path: [...path, "find"],
        message: `On the organization's provider ${provider.name} members name each key; \`find\` looks through all of them.`,
      });
    if (own(item, "extract") === undefined) continue;
    const message = keyRefusal(stringAt(objectAt(item, "extract"), "key") ?? "", input);
    if (message !== null) problems.push({ path: [...path, "extract", "key"], message });
  }
  return problems;
}

/** Why a member may not read this key of an organization provider; null where they may. */
function keyRefusal(key: string, { provider, project, effectiveKey }: MemberSecret): string | null {
  if (provider.projectKeyPrefix === null)
    return `The organization's provider ${provider.name} has no keys for project secrets. Ask a platform admin, or use a provider of the project.`;
  const prefix = expandKeyPrefix(provider.projectKeyPrefix, project.name);
  const seen = effectiveKey(key);
  // The backend sees the stripped key, but what is stripped must be as harmless.
  const problem = keyProblem(seen) ?? (key === seen ? null : keyProblem(key));
  if (problem !== null) return problem;
  if (!seen.startsWith(prefix) || seen.length === prefix.length)
    return `On the organization's provider ${provider.name} this project may use keys under ${prefix} only.`;
  return null;
}
