import { createHash } from "node:crypto";
import { stringMap } from "../json.js";
import type { KubeObject } from "../kube-object.js";
import { generationOf } from "../kube-object.js";

/** How an operator hashes: sha3-224 since 0.15, md5 before. */
export type HashName = "sha3-224" | "md5";

const hash = (source: string, name: HashName): string => createHash(name).update(source, "utf8").digest("hex");

/** A map as Go's %v prints it: keys in order. */
function goMap(map: Record<string, string>): string {
  const entries = Object.entries(map).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(" ")}]`;
}

/** What stands in status.syncedResourceVersion for an object as it is: `<generation>-<hash of annotations and labels>`. */
export function syncedVersion(object: KubeObject, name: HashName): string {
  const meta = `{annotations:${goMap(stringMap(object.metadata, "annotations"))} labels:${goMap(stringMap(object.metadata, "labels"))}}`;
  return `${generationOf(object)}-${hash(meta, name)}`;
}

/** The annotation `data-hash` of a native Secret's data (base64, as the API has it). */
export function dataHash(data: Record<string, string>, name: HashName): string {
  const bytes = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, `[${[...Buffer.from(value, "base64")].join(" ")}]`]),
  );
  return hash(goMap(bytes), name);
}

/** The label `created-by` of a native Secret that an ExternalSecret owns. */
export const ownerHash = (namespace: string, externalSecret: string, name: HashName): string =>
  hash(`${namespace}/${externalSecret}`, name);
