import { createHash } from "node:crypto";
import type { Viewer } from "../domain/viewer.js";

/** Verified tokens, each until a time of its own; the least recently used go first. Tokens themselves are not kept, only their hashes. */
export class TokenCache {
  readonly #entries = new Map<string, { viewer: Viewer; until: number }>();

  constructor(readonly size: number) {}

  static keyOf(token: string): string {
    return createHash("sha256").update(token).digest("base64");
  }

  get(key: string, now: number): Viewer | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    this.#entries.delete(key);
    if (entry.until <= now) return null;
    this.#entries.set(key, entry);
    return entry.viewer;
  }

  set(key: string, viewer: Viewer, until: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { viewer, until });
    if (this.#entries.size <= this.size) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
