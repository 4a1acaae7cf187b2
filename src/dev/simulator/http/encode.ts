import type { KubeObject } from "../kube-object.js";
import type { ResourceType } from "../resources.js";
import { without } from "../json.js";

const whole = new WeakMap<KubeObject, string>();
const bare = new WeakMap<KubeObject, string>();

/** An object's JSON, made once: objects in the store never change. */
export function encode(object: KubeObject): string {
  let found = whole.get(object);
  if (found === undefined) {
    found = JSON.stringify(object);
    whole.set(object, found);
  }
  return found;
}

/** An object's JSON as a list shows it: items of built-in resources have no apiVersion and kind, custom ones do. */
export function encodeItem(type: ResourceType, object: KubeObject): string {
  if (type.custom) return encode(object);
  let found = bare.get(object);
  if (found === undefined) {
    found = JSON.stringify(without(object, "apiVersion", "kind"));
    bare.set(object, found);
  }
  return found;
}
