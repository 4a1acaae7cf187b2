import type { KubeObject } from "../kube-object.js";
import { nameOf, namespaceOf } from "../kube-object.js";
import type { Change, ObjectStore } from "../object-store.js";
import { ownerLabel, targetName } from "./native-secret.js";

/** Names by namespace and some key, kept up with the changes of one resource. */
class NameIndex {
  private readonly names = new Map<string, Set<string>>();

  /** @param keyOf - what to look objects up by; "" for not at all */
  constructor(private readonly keyOf: (object: KubeObject) => string) {}

  note({ type, object, previous }: Pick<Change, "type" | "object" | "previous">): void {
    if (previous !== undefined) this.forget(previous);
    const key = this.keyOf(object);
    if (type === "DELETED" || key === "") return;
    const place = `${namespaceOf(object)}/${key}`;
    this.names.set(place, (this.names.get(place) ?? new Set<string>()).add(nameOf(object)));
  }

  private forget(object: KubeObject): void {
    const place = `${namespaceOf(object)}/${this.keyOf(object)}`;
    const names = this.names.get(place);
    names?.delete(nameOf(object));
    if (names?.size === 0) this.names.delete(place);
  }

  get(namespace: string, key: string): string[] {
    return [...(this.names.get(`${namespace}/${key}`) ?? [])];
  }
}

/** Which ExternalSecrets write a native Secret, and which native Secrets an ExternalSecret owns. */
export class TargetIndex {
  private readonly byTarget = new NameIndex(targetName);
  private readonly byOwner = new NameIndex(ownerLabel);
  private readonly ends: (() => void)[];

  constructor(store: ObjectStore) {
    for (const object of store.list("externalsecrets"))
      this.byTarget.note({ type: "ADDED", object, previous: undefined });
    for (const object of store.list("secrets")) this.byOwner.note({ type: "ADDED", object, previous: undefined });
    this.ends = [
      store.onChange((change) => this.byTarget.note(change), "externalsecrets"),
      store.onChange((change) => this.byOwner.note(change), "secrets"),
    ];
  }

  /** Names of the ExternalSecrets whose target a native Secret is. */
  writersOf(namespace: string, secret: string): string[] {
    return this.byTarget.get(namespace, secret);
  }

  /** Names of the native Secrets with an owner's label. */
  ownedBy(namespace: string, label: string): string[] {
    return this.byOwner.get(namespace, label);
  }

  stop(): void {
    for (const end of this.ends) end();
  }
}
