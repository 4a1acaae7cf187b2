import { at, list, text } from "./json.js";
import { type KubeObject, nameOf, namespaceOf, uidOf } from "./kube-object.js";
import type { ApiService } from "./api/api-service.js";
import type { Clock } from "./clock.js";

/** How long after an owner's going its dependents go, milliseconds. */
const REACTION = 5;

/** Deletes native Secrets whose owners are gone, as kube-controller-manager does. Returns what ends it. */
export function collectGarbage(api: ApiService, clock: Clock): () => void {
  const byOwner = new Map<string, Map<string, KubeObject>>();
  const key = (secret: KubeObject): string => `${namespaceOf(secret)}/${nameOf(secret)}`;
  const owners = (secret: KubeObject): string[] =>
    list(secret.metadata, "ownerReferences").map((each) => text(each, "uid"));
  const note = (secret: KubeObject): void => {
    for (const owner of owners(secret))
      byOwner.set(owner, (byOwner.get(owner) ?? new Map<string, KubeObject>()).set(key(secret), secret));
  };
  const forget = (secret: KubeObject): void => {
    for (const owner of owners(secret)) {
      byOwner.get(owner)?.delete(key(secret));
      if (byOwner.get(owner)?.size === 0) byOwner.delete(owner);
    }
  };
  const collect = (owner: string): void => {
    for (const secret of byOwner.get(owner)?.values() ?? []) {
      const now = api.store.get("secrets", namespaceOf(secret), nameOf(secret));
      // One with another owner left stays.
      if (
        now === undefined ||
        uidOf(now) !== uidOf(secret) ||
        owners(now).some((uid) => uid !== owner && exists(api, now, uid))
      )
        continue;
      api.delete("secrets", namespaceOf(now), nameOf(now));
    }
  };
  for (const secret of api.store.list("secrets")) note(secret);
  const ends = [
    api.store.onChange(({ type, object, previous }) => {
      if (previous !== undefined) forget(previous);
      if (type !== "DELETED") note(object);
    }, "secrets"),
    api.store.onChange(({ type, object }) => {
      if (type === "DELETED") clock.after(REACTION, () => collect(uidOf(object)));
    }, "externalsecrets"),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function exists(api: ApiService, secret: KubeObject, uid: string): boolean {
  const reference = list(secret.metadata, "ownerReferences").find((each) => at(each, "uid") === uid);
  const owner = api.store.get("externalsecrets", namespaceOf(secret), text(reference, "name"));
  return owner !== undefined && uidOf(owner) === uid;
}
