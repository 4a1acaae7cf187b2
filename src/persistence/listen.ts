import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { ClientConfig } from "pg";
import type { Logger } from "../domain/ports/logger.js";

const FIRST_DELAY = 50;
const LONGEST_DELAY = 5_000;
/** A connection whose other end has vanished looks idle; asking it something finds out. */
const CHECK_EVERY = 30_000;
const CHECK_TIMEOUT = 10_000;

export interface ListenOptions {
  client: ClientConfig;
  /** An identifier of ours, never a person's text. */
  channel: string;
  /** The payload of a notification; null: the connection is new, so notifications may have been missed. */
  onWake: (payload: string | null) => void;
  logger: Logger;
}

/**
 * One connection of its own that listens, and is opened again, with jitter, whenever it is lost. Notifications are a wake-up and nothing more: those of the time in between are
 * lost, and the wake-up after each connect makes up for them.
 */
export class Listener {
  private readonly stopped = new AbortController();
  private running: Promise<void> | null = null;

  constructor(private readonly options: ListenOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.listenOnce(() => (failures = 0));
      } catch (error) {
        if (signal.aborted) return;
        this.options.logger.warn({ error: String(error) }, "the connection that listens for changes was lost");
      }
      const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** failures);
      failures += 1;
      await delay(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  /** Settles when the connection ends: with its error, or without one when stopped. */
  private async listenOnce(onConnected: () => void): Promise<void> {
    const { client: config, channel, onWake } = this.options;
    const client = new Client({ ...config, query_timeout: CHECK_TIMEOUT });
    const ended = new Promise<never>((_, fail) => {
      client.on("error", fail);
      client.on("end", () => fail(new Error("the connection ended")));
    });
    // Whoever awaits it comes later.
    ended.catch(() => {});
    client.on("notification", ({ payload }) => onWake(payload ?? ""));
    try {
      await Promise.race([client.connect(), ended]);
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      onConnected();
      onWake(null);
      await Promise.race([ended, this.check(client)]);
    } finally {
      // Not awaited: a connection whose other end has vanished never says that it ended.
      client.end().catch(() => {});
    }
  }

  private async check(client: Client): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await delay(CHECK_EVERY, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await client.query("SELECT 1");
    }
  }
}
