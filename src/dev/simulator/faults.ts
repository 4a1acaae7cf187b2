import type { JsonObject } from "./json.js";
import type { ResourceName } from "./resources.js";
import type { Verb } from "./http/authorization.js";

/** Which requests a fault meets; what is left out matches everything. */
export interface FaultMatch {
  /** `apply` is a patch that is a server-side apply. */
  verb?: Verb | "apply";
  resource?: ResourceName;
  subresource?: "" | "status";
  namespace?: string;
  name?: string;
  /** For what is no resource: `/version`, `/apis`, `/openapi/v3`. */
  path?: string | RegExp;
}

/** What a fault does. */
export type FaultEffect =
  /** The server cannot be reached: open connections are dropped, new ones reset. The match is not looked at. */
  | { kind: "refuse" }
  /** The answer waits. */
  | { kind: "delay"; ms: number }
  /** Nothing is ever answered. */
  | { kind: "hang" }
  /** Answered with a Status, before anything is done. */
  | {
      kind: "status";
      code: number;
      reason?: string;
      message?: string;
      details?: JsonObject;
      retryAfterSeconds?: number;
    }
  /** 401. */
  | { kind: "unauthorized" }
  /** 410: for a watch an ERROR event in its stream, with `http` the status of the answer; for a list the status. */
  | { kind: "gone"; http?: boolean }
  /** The watch's connection is cut after some time. */
  | { kind: "dropWatch"; afterMs?: number }
  /** A watch stays open and silent: no events, no bookmarks, until the fault is removed. */
  | { kind: "stallWatch" }
  /** The request is carried out and the connection is cut before it is answered. */
  | { kind: "lostAnswer" };

/** A fault that is switched on. */
export interface FaultRule {
  match?: FaultMatch;
  effect: FaultEffect;
  /** How often it strikes; without it until it is removed. */
  times?: number;
  /** How likely it strikes, 0 to 1. */
  probability?: number;
}

/** What a request is, for matching. */
export interface FaultTarget {
  verb: string;
  isApply: boolean;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  path: string;
}

interface Active {
  rule: FaultRule;
  left: number;
  hits: number;
}

/** A fault that was added. */
export interface ActiveFault {
  /** Takes it back. */
  remove(): void;
  /** How often it struck. */
  readonly hits: number;
}

/** Whether a request is one of those that a fault is meant for. */
export function matchesFault(match: FaultMatch | undefined, target: FaultTarget): boolean {
  if (match === undefined) return true;
  const { verb, resource, subresource, namespace, name, path } = match;
  if (verb !== undefined && !(verb === "apply" ? target.isApply : target.verb === verb)) return false;
  if (resource !== undefined && target.resource !== resource) return false;
  if (subresource !== undefined && target.subresource !== subresource) return false;
  if (namespace !== undefined && target.namespace !== namespace) return false;
  if (name !== undefined && target.name !== name) return false;
  return path === undefined || (typeof path === "string" ? target.path === path : path.test(target.path));
}

/** The faults of one cluster, switchable at run time. */
export class Faults {
  private readonly active = new Set<Active>();
  private readonly listeners = new Set<() => void>();

  /** Switches a fault on. */
  add(rule: FaultRule): ActiveFault {
    const active: Active = { rule, left: rule.times ?? Number.POSITIVE_INFINITY, hits: 0 };
    this.active.add(active);
    this.changed();
    return {
      remove: () => {
        if (this.active.delete(active)) this.changed();
      },
      get hits() {
        return active.hits;
      },
    };
  }

  /** Switches all off. */
  clear(): void {
    this.active.clear();
    this.changed();
  }

  /** The effects that strike a request, in the order in which they were added; counts them. */
  strike(target: FaultTarget): FaultEffect[] {
    const out: FaultEffect[] = [];
    for (const active of this.active) {
      const { rule } = active;
      if (rule.effect.kind === "refuse" || !matchesFault(rule.match, target)) continue;
      if (rule.probability !== undefined && Math.random() >= rule.probability) continue;
      active.hits += 1;
      active.left -= 1;
      if (active.left <= 0) this.active.delete(active);
      out.push(rule.effect);
    }
    return out;
  }

  /** Whether connections are refused now. */
  get refusing(): boolean {
    return [...this.active].some(({ rule }) => rule.effect.kind === "refuse");
  }

  /** Whether a watch has to keep still now. */
  stalls(target: FaultTarget): boolean {
    return [...this.active].some(({ rule }) => rule.effect.kind === "stallWatch" && matchesFault(rule.match, target));
  }

  /** Calls back whenever faults are added or removed. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
