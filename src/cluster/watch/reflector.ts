import { setTimeout as sleep } from "node:timers/promises";
import { isLater } from "../../domain/status/seen.js";
import { ClusterUnreachableError, KubernetesError } from "../kubernetes-error.js";
import type { KubernetesObject, ObjectList } from "../kubernetes-object.js";
import { Backoff } from "./backoff.js";
import {
  DEFAULT_REFLECTOR_SETTINGS,
  type ReflectorOptions,
  type ReflectorSettings,
  type ReflectorState,
  type WatchEvent,
} from "./reflector-types.js";
import { readWatch, StalledWatchError, type WatchBatch } from "./watch-reader.js";

/** Failures of watches in a row, without an event or bookmark between, after which the version is no longer trusted and all is listed anew. */
const FAILURES_BEFORE_RELIST = 3;
/** Lists in a row that are older than what was seen, after which the cluster's history counts as gone back: etcd was restored. */
const OLD_LISTS_BEFORE_REWIND = 3;
/** A list that expires between its pages gets larger pages, up to so many times the setting. */
const MAX_PAGE_FACTOR = 16;
/** Milliseconds: a watch that ends sooner without having brought anything counts as a failure. */
const SHORT_WATCH_MS = 1_000;

/** The list was read, but an older one than what is known: asked again before it is believed. */
class OldListError extends Error {
  override readonly name = "OldListError";
}

/**
 * Lists and watches one resource for as long as it runs: pages, bookmarks, resuming, 410 in its three shapes (of a list's page, of a watch's answer, inside a
 * watch), errors inside a watch, dead connections, garbage. Keeps nothing but a version.
 *
 * Lists ask for the most recent state (no resourceVersion), which the API server reads consistently; so a list is never older than an earlier one, but after etcd
 * was restored from a backup.
 */
export class Reflector<T> {
  readonly #settings: ReflectorSettings;
  readonly #backoff: Backoff;
  #state: ReflectorState = { state: "syncing", since: performance.now(), error: null };
  #run: { controller: AbortController; done: Promise<void> } | null = null;
  /** Everything up to here was handed over; null: a list is needed. */
  #version: string | null = null;
  /** The newest version ever handed over; survives a lost `#version`. */
  #newest: string | null = null;
  #oldLists = 0;
  #pageFactor = 1;
  /** The last watch was accepted and failed then, without having brought anything. */
  #doubtful = false;

  constructor(private readonly options: ReflectorOptions<T>) {
    this.#settings = { ...DEFAULT_REFLECTOR_SETTINGS, ...options.settings };
    this.#backoff = new Backoff(this.#settings.minBackoff, this.#settings.maxBackoff);
  }

  get state(): ReflectorState {
    return this.#state;
  }

  /** Starts it; once it runs, nothing more. */
  start(): void {
    if (this.#run !== null) return;
    const controller = new AbortController();
    this.#run = { controller, done: this.#loop(controller.signal) };
  }

  /** Resolves when nothing of it is left: no request, no timer. The handler is not called any more from the moment of the call. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    run.controller.abort();
    await run.done;
    if (this.#run === run) this.#run = null;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        if (!signal.aborted) await this.#watch(this.#version, signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error instanceof Error ? error : new Error(String(error)), signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, resource, handler } = this.options;
    const objects: T[] = [];
    let version: string | null = null;
    let next: string | null = null;
    do {
      const page: ObjectList = await api.list(resource, {
        ...this.#selection(),
        limit: this.#settings.pageSize * this.#pageFactor,
        ...(next === null ? {} : { continue: next }),
        signal,
      });
      if (version === null) {
        // All pages are of one version; should a server go on with newer ones, the first's repeats changes and skips none.
        version = page.resourceVersion;
        this.#judgeAge(version);
      }
      for (const item of page.items) objects.push(...this.#projected(item, "list"));
      next = page.continue;
      signal.throwIfAborted();
    } while (next !== null);

    const rewound = this.#oldLists > 0;
    handler.onReplace(objects, { resourceVersion: version, rewound });
    this.#oldLists = 0;
    this.#pageFactor = 1;
    this.#newest = version;
    return version;
  }

  /** @throws OldListError for a list that is older than what was handed over, until it is so again and again */
  #judgeAge(version: string): void {
    if (this.#newest === null || !isLater(this.#newest, version)) {
      this.#oldLists = 0;
      return;
    }
    this.#oldLists += 1;
    if (this.#oldLists < OLD_LISTS_BEFORE_REWIND) {
      throw new OldListError(`A list of version ${version} is older than ${this.#newest}, which was seen already.`);
    }
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { api, resource } = this.options;
    const timeoutSeconds = Math.ceil(this.#settings.watchSeconds * (1 + Math.random()));
    const stream = await api.watch(resource, { ...this.#selection(), resourceVersion: from, timeoutSeconds, signal });
    const startedAt = performance.now();
    let progressed = false;
    try {
      // After a watch that was accepted and then failed, being accepted means little.
      if (!this.#doubtful) this.#live(signal);
      for await (const batch of readWatch(stream, this.#settings)) {
        if (signal.aborted) return;
        progressed = this.#take(batch, signal) || progressed;
        if (batch.error !== null) throw batch.error;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StalledWatchError)) {
        const lasted = performance.now() - startedAt >= SHORT_WATCH_MS;
        // A connection that was fine until now is simply opened again; everything else is told.
        const cut = lasted && error instanceof ClusterUnreachableError && error.kind === "reset";
        if (!cut) {
          this.#doubtful = !progressed;
          throw error;
        }
      }
      this.options.onRestart?.();
      this.options.logger.debug(
        { resource: resource.plural, error: String(error) },
        "a watch broke off; opening it again",
      );
    } finally {
      stream.destroy();
    }
    if (performance.now() - startedAt >= SHORT_WATCH_MS) {
      this.#backoff.reset();
      return;
    }
    if (!progressed) {
      this.#doubtful = true;
      throw new ClusterUnreachableError("protocol", "The watch ended as soon as it had begun.");
    }
    await pause(this.#backoff.next(), signal);
  }

  /** @returns whether it brought the watch forward */
  #take(batch: WatchBatch, signal: AbortSignal): boolean {
    const { handler } = this.options;
    const events: WatchEvent<T>[] = [];
    for (const { type, object, resourceVersion } of batch.events) {
      for (const projected of this.#projected(object, "watch"))
        events.push({ type, object: projected, resourceVersion });
    }
    if (events.length > 0) handler.onEvents(events);
    if (batch.version === null) return false;
    if (this.#version === null || isLater(batch.version, this.#version)) this.#version = batch.version;
    this.#newest = this.#version;
    this.#doubtful = false;
    this.#backoff.reset();
    handler.onProgress?.(this.#version);
    this.#live(signal);
    return true;
  }

  async #recover(error: Error, signal: AbortSignal): Promise<void> {
    this.options.onRestart?.();
    const refusal = error instanceof KubernetesError ? error : null;
    const delay = Math.max(this.#backoff.next(), refusal?.retryAfter ?? 0);
    if (refusal?.status === 410) {
      // The normal fate of a version that was not used for some minutes, and of a list that takes too long for its many pages.
      if (this.#version === null) this.#pageFactor = Math.min(2 * this.#pageFactor, MAX_PAGE_FACTOR);
      this.#version = null;
    } else {
      this.#setState({ state: "failing", since: performance.now(), error }, signal);
      // A handler that threw has lost events; 400: the server takes the version for none.
      const lost = !(error instanceof ClusterUnreachableError) && (refusal === null || refusal.status === 400);
      if (lost || this.#backoff.failures >= FAILURES_BEFORE_RELIST) this.#version = null;
    }
    this.options.logger.debug(
      { resource: this.options.resource.plural, error: error.message, delay },
      "a list or watch failed",
    );
    await pause(delay, signal);
  }

  /** What is kept of an object, or nothing: one that cannot be read must not hold up the others. */
  #projected(object: KubernetesObject, source: "list" | "watch"): [T] | [] {
    try {
      return [this.options.project(object, source)];
    } catch (error) {
      const { namespace, name } = object.metadata;
      const { plural } = this.options.resource;
      this.options.logger.warn(
        { resource: plural, namespace, name, error: String(error) },
        "an object cannot be read; leaving it out",
      );
      return [];
    }
  }

  #selection(): { namespace?: string; fieldSelector?: string; labelSelector?: string } {
    const { namespace, fieldSelector, labelSelector } = this.options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
  }

  #live(signal: AbortSignal): void {
    this.options.onHeard?.();
    if (this.#state.state !== "live") this.#setState({ state: "live", since: performance.now(), error: null }, signal);
  }

  #setState(state: ReflectorState, signal: AbortSignal): void {
    if (signal.aborted) return;
    // `since` is when it began, through all the errors that follow one another.
    this.#state = state.state === this.#state.state ? { ...state, since: this.#state.since } : state;
    this.options.handler.onState?.(this.#state);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Rejects only when it is stopped, which the loop sees by itself.
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
