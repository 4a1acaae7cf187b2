import { createHash } from "node:crypto";
import type { Tokens } from "./client.js";
import { SignInFailure } from "./failure.js";

export interface RenewalSettings {
  /** @throws SignInFailure */
  renew: (refreshToken: string) => Promise<Tokens>;
  /** How long what came of a refresh token is kept for whoever comes with it late, in milliseconds. Default 30,000. */
  keep?: number;
  /** How many are kept. Default 10,000. */
  size?: number;
}

interface Entry {
  outcome: Promise<Tokens>;
  /** Infinity while it is under way. */
  until: number;
}

/**
 * Uses each refresh token once. An issuer that rotates them takes a second use for a theft, and ends the sign-in: but two tabs may renew at the same moment, and an
 * answer may get lost on its way to the browser, which then comes with the old one again. Tokens are kept under hashes of those that they came of.
 */
export class Renewals {
  readonly #entries = new Map<string, Entry>();
  readonly #keep: number;
  readonly #size: number;

  constructor(private readonly settings: RenewalSettings) {
    this.#keep = settings.keep ?? 30_000;
    this.#size = settings.size ?? 10_000;
  }

  /** @throws SignInFailure */
  async renew(refreshToken: string): Promise<Tokens> {
    this.#forget();
    const key = keyOf(refreshToken);
    const known = this.#entries.get(key);
    if (known === undefined) return await this.#begin(key, refreshToken);
    const tokens = await known.outcome;
    const isOver = tokens.expiresAt !== null && tokens.expiresAt <= Date.now();
    return isOver && tokens.refreshToken !== null ? await this.renew(tokens.refreshToken) : tokens;
  }

  async #begin(key: string, refreshToken: string): Promise<Tokens> {
    const entry: Entry = { outcome: this.settings.renew(refreshToken), until: Infinity };
    this.#entries.set(key, entry);
    try {
      const tokens = await entry.outcome;
      // One that is not used up gives fresh tokens each time.
      if (tokens.refreshToken === refreshToken) this.#entries.delete(key);
      return tokens;
    } catch (error) {
      if (!(error instanceof SignInFailure && error.problem === "ended")) this.#entries.delete(key);
      throw error;
    } finally {
      entry.until = Date.now() + this.#keep;
    }
  }

  #forget(): void {
    const now = Date.now();
    for (const [key, { until }] of this.#entries) {
      if (until > now && this.#entries.size < this.#size) break;
      this.#entries.delete(key);
    }
  }
}

const keyOf = (refreshToken: string): string => createHash("sha256").update(refreshToken).digest("base64");
