import { type Json, type JsonObject, isObject } from "../json.js";

/**
 * A set of field paths, as FieldsV1 of managedFields holds it. Keys are path elements in FieldsV1's own writing:
 * `f:name`, `k:{"uid":"1"}`, `v:"item"`. A node may be a member itself and have members below it.
 */
export class FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();

  static fromFieldsV1(fields: Json | undefined): FieldSet {
    const set = new FieldSet();
    if (!isObject(fields)) return set;
    for (const [key, below] of Object.entries(fields)) {
      if (key === ".") continue;
      if (!isObject(below) || Object.keys(below).length === 0) {
        set.members.add(key);
        continue;
      }
      if (Object.hasOwn(below, ".")) set.members.add(key);
      const child = FieldSet.fromFieldsV1(below);
      if (!child.isEmpty()) set.children.set(key, child);
    }
    return set;
  }

  toFieldsV1(): JsonObject {
    const out: JsonObject = {};
    for (const key of [...new Set([...this.members, ...this.children.keys()])].toSorted()) {
      const child = this.children.get(key);
      if (child === undefined) out[key] = {};
      else out[key] = { ...(this.members.has(key) ? { ".": {} } : {}), ...child.toFieldsV1() };
    }
    return out;
  }

  isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
  }

  insert(path: readonly string[]): void {
    const [head, ...rest] = path;
    if (head === undefined) return;
    if (rest.length === 0) {
      this.members.add(head);
      return;
    }
    let child = this.children.get(head);
    if (child === undefined) {
      child = new FieldSet();
      this.children.set(head, child);
    }
    child.insert(rest);
  }

  /** Whether the path, or anything below it, is in the set. */
  touches(key: string): boolean {
    return this.members.has(key) || this.children.has(key);
  }

  union(other: FieldSet): FieldSet {
    const out = new FieldSet();
    for (const key of this.members) out.members.add(key);
    for (const key of other.members) out.members.add(key);
    for (const [key, child] of this.children) out.children.set(key, child);
    for (const [key, child] of other.children) {
      const own = out.children.get(key);
      out.children.set(key, own === undefined ? child : own.union(child));
    }
    return out;
  }

  difference(other: FieldSet): FieldSet {
    const out = new FieldSet();
    for (const key of this.members) if (!other.members.has(key)) out.members.add(key);
    for (const [key, child] of this.children) {
      const theirs = other.children.get(key);
      const left = theirs === undefined ? child : child.difference(theirs);
      if (!left.isEmpty()) out.children.set(key, left);
    }
    return out;
  }

  intersection(other: FieldSet): FieldSet {
    const out = new FieldSet();
    for (const key of this.members) if (other.members.has(key)) out.members.add(key);
    for (const [key, child] of this.children) {
      const theirs = other.children.get(key);
      const both = theirs === undefined ? undefined : child.intersection(theirs);
      if (both !== undefined && !both.isEmpty()) out.children.set(key, both);
    }
    return out;
  }

  /** The set without these paths and everything below them. */
  withoutTrees(paths: readonly (readonly string[])[]): FieldSet {
    let out: FieldSet = this.union(new FieldSet());
    for (const path of paths) out = out.withoutTree(path);
    return out;
  }

  private withoutTree(path: readonly string[]): FieldSet {
    const [head, ...rest] = path;
    if (head === undefined || !this.touches(head)) return this;
    const out = this.union(new FieldSet());
    if (rest.length === 0) {
      out.members.delete(head);
      out.children.delete(head);
      return out;
    }
    const child = out.children.get(head)?.withoutTree(rest);
    if (child === undefined || child.isEmpty()) out.children.delete(head);
    else out.children.set(head, child);
    return out;
  }

  /** Every path in the set, in order. */
  paths(prefix: readonly string[] = []): string[][] {
    const out: string[][] = [];
    for (const key of [...new Set([...this.members, ...this.children.keys()])].toSorted()) {
      if (this.members.has(key)) out.push([...prefix, key]);
      const child = this.children.get(key);
      if (child !== undefined) out.push(...child.paths([...prefix, key]));
    }
    return out;
  }
}

/** How conflicts print a path: `.spec.refreshInterval`, `.metadata.finalizers[="x"]`. */
export function pathText(path: readonly string[]): string {
  return path
    .map((element) => {
      const value = element.slice(2);
      if (element.startsWith("f:")) return `.${value}`;
      if (element.startsWith("v:")) return `[=${value}]`;
      if (!element.startsWith("k:")) return `[${value}]`;
      // A key element is the JSON object of the key fields.
      return `[${value.slice(1, -1).replaceAll(/"([^"]+)":/g, "$1=")}]`;
    })
    .join("");
}
