import type { Problem } from "../../errors.js";
import type { ForeignExternalSecret } from "../ports/cluster-gateway.js";
import type { StoredSpec } from "../secret.js";
import type { RuleSettings } from "../settings.js";
import { checkSecretName } from "../names.js";
import { keptMetadata } from "./metadata.js";
import { without } from "./read.js";
import { checkSpec } from "./spec-rules.js";

/**
 * What a foreign ExternalSecret wants, verbatim: it is taken over as it is, and only judged. Its `secretStoreRef` is left out, since the provider gives it; labels and
 * annotations of the operator, of kubectl and ours are left out as well.
 * @returns problems with paths from the object's root: why it cannot be adopted
 */
export function specOfLive(
  object: ForeignExternalSecret,
  settings: RuleSettings,
): { stored: StoredSpec; problems: Problem[] } {
  const stored: StoredSpec = {
    spec: without(object.spec, ["secretStoreRef"]),
    labels: keptMetadata(object.labels),
    annotations: keptMetadata(object.annotations),
  };
  const problems = [...checkSecretName(object.name, ["metadata", "name"]), ...checkSpec(stored, object.name, settings)];
  return { stored, problems };
}
