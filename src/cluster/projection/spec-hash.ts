import type { Json } from "../../domain/json.js";
import { hashJson } from "../canonical-json.js";
import { isRecord } from "../object-guards.js";

/**
 * What tells one spec from another, wanted and live alike. A store reference without a kind means a SecretStore, which the operator's CRD says in words and not as a
 * default: both ways of writing it are one.
 */
export function hashSpec(spec: Json | undefined): string {
  const ref = isRecord(spec) ? spec["secretStoreRef"] : undefined;
  if (!isRecord(spec) || !isRecord(ref) || ref["kind"] !== undefined) return hashJson(spec);
  return hashJson({ ...spec, secretStoreRef: { ...ref, kind: "SecretStore" } });
}
