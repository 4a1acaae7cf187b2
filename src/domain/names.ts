import type { Problem } from "../errors.js";
import { hasControlCharacters, isSubdomain } from "./spec/syntax.js";
import type { RuleSettings } from "./settings.js";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * The name of a project, which is also its namespace: a DNS-1123 label of 2 to 41 characters without `--` (Azure keys are told apart by it), and not
 * one that belongs to the cluster itself (DESIGN.md, "What is refused, and how").
 * @param settings `reservedNamespaces` holds the namespace that Secretariat runs in, and RESERVED_NAMESPACES
 */
export function checkProjectName(name: string, settings: RuleSettings, path: string[]): Problem[] {
  const problems: Problem[] = [];
  if (name.length < 2 || name.length > 41) problems.push({ path, message: "A project's name has 2 to 41 characters." });
  if (!LABEL.test(name))
    problems.push({
      path,
      message:
        "A project's name consists of lower case letters, digits and `-`, and begins and ends with a letter or digit (a DNS-1123 label).",
    });
  if (name.includes("--")) problems.push({ path, message: "A project's name must not contain `--`." });
  if (name === "default" || name.startsWith("kube-") || settings.reservedNamespaces.includes(name))
    problems.push({
      path,
      message: "This name is reserved: it is the name of a namespace of the cluster itself. Choose another.",
    });
  return problems;
}

/** The name of a secret, which is that of its ExternalSecret and of the native Secret where no other is given: a DNS-1123 subdomain of 2 to 253 characters. */
export function checkSecretName(name: string, path: string[]): Problem[] {
  return checkSubdomain(name, 2, "A secret's name", path);
}

/** The name of a provider, and of the store that it becomes: a DNS-1123 subdomain of at most 253 characters, as Kubernetes asks of a store. */
export function checkProviderName(name: string, path: string[]): Problem[] {
  return checkSubdomain(name, 1, "A provider's name", path);
}

function checkSubdomain(name: string, min: number, subject: string, path: string[]): Problem[] {
  const problems: Problem[] = [];
  if (name.length < min || name.length > 253)
    problems.push({ path, message: `${subject} has ${min} to 253 characters.` });
  if (name !== "" && !isSubdomain(name))
    problems.push({
      path,
      message: `${subject} consists of lower case letters, digits, \`-\` and \`.\`, and each part between dots begins and ends with a letter or digit (a DNS-1123 subdomain).`,
    });
  return problems;
}

/**
 * Free text on one line: no control characters, no direction overrides, at most `limits.max` characters (code points).
 */
export function checkText(text: string, limits: { max: number }, path: string[]): Problem[] {
  const problems: Problem[] = [];
  // A text has at most two UTF-16 units for each character: what is longer need not be counted.
  if (text.length > 2 * limits.max || Array.from(text).length > limits.max)
    problems.push({ path, message: `This text has more than ${limits.max} characters.` });
  if (hasControlCharacters(text))
    problems.push({
      path,
      message: "This text contains control characters; leave out line breaks, tabs and the like.",
    });
  return problems;
}
