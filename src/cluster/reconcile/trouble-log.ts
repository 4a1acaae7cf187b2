import type { Trouble } from "../../domain/status/trouble.js";
import {
  isClusterFailure,
  isNamespaceTerminating,
  isTypedPatchFailure,
  KubernetesError,
  toldToAll,
} from "../kubernetes-error.js";

/** The cluster serves none of the operator's kinds. */
export const NO_OPERATOR: Trouble = {
  kind: "refused",
  reason: "NoOperator",
  message: "The cluster does not serve external-secrets.io: install the External Secrets Operator.",
};

/**
 * Tells for each key how long it has been without a usable answer. A key's own trouble (one object answered with 503) and the cluster's count alike;
 * the longer one is told.
 */
export class TroubleLog {
  readonly #since = new Map<string, number>();
  #clusterSince: number | null = null;
  #clusterMessage = "";

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number) {}

  /** The whole cluster gives no answer; null: it does again. */
  clusterAway(message: string | null): void {
    if (message === null) {
      // Told at every look; only what the outage began ends with it.
      if (this.#clusterSince !== null) this.#since.clear();
      this.#clusterSince = null;
      return;
    }
    this.#clusterSince ??= this.now();
    this.#clusterMessage = message;
  }

  /** The trouble of every key while the cluster is away; null while it answers. */
  get cluster(): Extract<Trouble, { kind: "unreachable" }> | null {
    if (this.#clusterSince === null) return null;
    return { kind: "unreachable", since: this.now() - this.#clusterSince, message: this.#clusterMessage };
  }

  /**
   * What an error of a call means for its object.
   * @throws the error itself where it is neither a refusal nor a failure of the cluster
   */
  of(key: string, error: unknown): Trouble {
    // Of a namespace that is going away our watch may not know yet: then the object is not judged, and stays as it was told.
    if (isClusterFailure(error) || isNamespaceTerminating(error)) {
      const first = this.#since.get(key) ?? this.now();
      this.#since.set(key, first);
      const since = Math.min(first, this.#clusterSince ?? first);
      return {
        kind: "unreachable",
        since: this.now() - since,
        message: error instanceof Error ? toldToAll(error) : "",
      };
    }
    if (!(error instanceof KubernetesError)) throw error;
    this.#since.delete(key);
    const reason = isTypedPatchFailure(error) ? "InvalidField" : error.reason;
    return { kind: "refused", reason, message: error.message };
  }

  /** The key's calls are answered again. */
  over(key: string): void {
    this.#since.delete(key);
  }
}
