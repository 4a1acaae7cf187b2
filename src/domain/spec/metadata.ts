/** DNS prefixes of keys that belong to Secretariat, to the operator or to kubectl: they are never taken over from a manifest or a live object. */
const OTHERS_PREFIXES = new Set(["secretariat.io", "external-secrets.io", "kubectl.kubernetes.io"]);

/** The DNS prefix of a label's or annotation's key; null where it has none. */
export function keyPrefix(key: string): string | null {
  const slash = key.indexOf("/");
  return slash === -1 ? null : key.slice(0, slash);
}

/** Whether a key is ours, the operator's (subdomains included) or kubectl's. */
function isOthers(key: string): boolean {
  const prefix = keyPrefix(key);
  return prefix !== null && (OTHERS_PREFIXES.has(prefix) || prefix.endsWith(".external-secrets.io"));
}

/** Labels or annotations of an ExternalSecret without those that are not their author's to say (DESIGN.md, "Manifests"). */
export function keptMetadata(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !isOthers(key)));
}
