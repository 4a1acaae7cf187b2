import { ApiError } from "./api-error.js";
import { at, isObject, list, text } from "./json.js";
import type { KubeObject } from "./kube-object.js";

const SERVICE_ACCOUNT_TOKEN = "kubernetes.io/service-account-token";
const SERVICE_ACCOUNT_NAME = "kubernetes.io/service-account.name";
const BOOTSTRAP_TOKEN = "bootstrap.kubernetes.io/token";
const TEMPLATE_TARGETS = new Set(["", "data", "annotations", "labels"]);

/** What ESO's validating webhook says against an ExternalSecret (rules 1-10 of ESO.md), in its order. */
function webhookProblems(object: KubeObject): string[] {
  const spec = at(object, "spec");
  const target = at(spec, "target");
  const creation = text(target, "creationPolicy");
  const deletion = text(target, "deletionPolicy");
  const data = list(spec, "data");
  const dataFrom = list(spec, "dataFrom");
  const out: string[] = [];
  if (deletion === "Delete" && ["Merge", "None", "CreateOrMerge"].includes(creation)) {
    out.push(
      "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
    );
  }
  if (deletion === "Merge" && creation === "None")
    out.push("deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with");
  if (data.length === 0 && dataFrom.length === 0) out.push("either data or dataFrom should be specified");
  out.push(...templateProblems(object));
  for (const source of dataFrom) {
    const generator = at(source, "sourceRef", "generatorRef") !== undefined;
    const given = [at(source, "extract") !== undefined, at(source, "find") !== undefined, generator].filter(
      Boolean,
    ).length;
    if (given > 1) out.push("extract, find, or generatorRef cannot be set at the same time");
    if (
      at(source, "extract") === undefined &&
      at(source, "find") === undefined &&
      at(source, "sourceRef") === undefined
    ) {
      out.push("either extract, find, or sourceRef must be set to dataFrom");
    }
    if (at(source, "sourceRef") !== undefined && !generator && at(source, "sourceRef", "storeRef") === undefined) {
      out.push("generatorRef or storeRef must be set when using sourceRef in dataFrom");
    }
  }
  if (deletion === "Retain") {
    const seen = new Set<string>();
    for (const item of data) {
      const key = text(item, "secretKey");
      if (seen.has(key)) out.push(`duplicate secretKey found: ${key}`);
      seen.add(key);
    }
  }
  return out;
}

function templateProblems(object: KubeObject): string[] {
  const template = at(object, "spec", "target", "template");
  if (!isObject(template)) return [];
  const out: string[] = [];
  const type = text(template, "type");
  const sources = list(template, "templateFrom");
  if (type === SERVICE_ACCOUNT_TOKEN) {
    if (at(template, "metadata", "annotations", SERVICE_ACCOUNT_NAME) !== undefined) {
      out.push(`template.type="${type}" with annotation "${SERVICE_ACCOUNT_NAME}" is not allowed`);
    } else if (sources.some((source) => text(source, "target").toLowerCase() === "annotations")) {
      out.push(`template.type="${type}" with templateFrom target="Annotations" is not allowed`);
    }
  }
  if (type === BOOTSTRAP_TOKEN) out.push(`template.type="${type}" is not allowed`);
  for (const source of sources) {
    const target = text(source, "target");
    if (!TEMPLATE_TARGETS.has(target.toLowerCase())) {
      out.push(
        `templateFrom target=${JSON.stringify(target)} is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"`,
      );
    }
  }
  return out;
}

/** Refuses an ExternalSecret as the API server does on the webhook's word. @throws ApiError 403 */
export function admitExternalSecret(object: KubeObject): void {
  const problems = webhookProblems(object);
  if (problems.length === 0) return;
  throw new ApiError(
    403,
    "Forbidden",
    `admission webhook "validate.externalsecret.external-secrets.io" denied the request: ${problems.join("\n")}`,
  );
}
