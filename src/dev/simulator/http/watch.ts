import type { ServerResponse } from "node:http";
import { ApiError, expired } from "../api-error.js";
import type { Clock } from "../clock.js";
import type { FaultTarget, Faults } from "../faults.js";
import type { Change, ChangeType, ObjectStore } from "../object-store.js";
import { withMetadata } from "../kube-object.js";
import { apiVersionOf, type ResourceType } from "../resources.js";
import { type Selection, selects } from "../selectors.js";
import { encode } from "./encode.js";

/** What a watch request asks for. */
export interface WatchQuery {
  resourceVersion: string;
  allowBookmarks: boolean;
  sendInitialEvents: boolean;
  timeoutSeconds: number | undefined;
}

/** What is unsent at most before a watcher that does not read is cut off, bytes. */
const MOST_UNSENT = 64 * 1024 * 1024;
/** So many frames are kept for a stalled watch before it is cut off. */
const MOST_HELD = 100_000;
/** The server ends a watch after so many seconds where the client does not say: 30 to 60 minutes. */
const SHORTEST_TIMEOUT = 1800;
/** A last bookmark comes so many milliseconds before a watch ends. */
const LAST_BOOKMARK = 2000;

const frames = new WeakMap<Change, string>();

/** The frame of a change as it is for whoever sees the object before and after; made once for all watchers. */
function frameOf(change: Change): string {
  let found = frames.get(change);
  if (found === undefined) {
    found = `{"type":"${change.type}","object":${encode(change.object)}}\n`;
    frames.set(change, found);
  }
  return found;
}

/** The frame of a change for one watcher, whose selector the object may come to meet or leave; "" where it never met it. */
function frameFor(change: Change, selection: Selection): string {
  const now = change.type !== "DELETED" && selects(selection, change.object);
  const before = change.previous !== undefined && selects(selection, change.previous);
  const type: ChangeType | undefined = now ? (before ? "MODIFIED" : "ADDED") : before ? "DELETED" : undefined;
  if (type === undefined) return "";
  if (type === change.type) return frameOf(change);
  // What leaves the selection is shown as it was when it still met it, under the version of the change.
  const shown =
    type === "DELETED" && change.previous !== undefined
      ? withMetadata(change.previous, { resourceVersion: String(change.revision) })
      : change.object;
  return `{"type":"${type}","object":${encode(shown)}}\n`;
}

/** One open watch. */
export class WatchStream {
  private readonly endings: (() => void)[] = [];
  private held: string[] = [];
  private stalled: boolean;
  private ended = false;

  private constructor(
    private readonly type: ResourceType,
    private readonly selection: Selection,
    private readonly query: WatchQuery,
    readonly target: FaultTarget,
    private readonly response: ServerResponse,
    private readonly parts: {
      store: ObjectStore;
      faults: Faults;
      clock: Clock;
      bookmarkInterval: number;
      closed: (stream: WatchStream) => void;
    },
  ) {
    this.stalled = parts.faults.stalls(target);
  }

  /**
   * Answers a watch: what there is, then what comes.
   *
   * @throws ApiError 500 for a version that is no number; one that is too old is told in the stream
   */
  static open(
    type: ResourceType,
    selection: Selection,
    query: WatchQuery,
    target: FaultTarget,
    response: ServerResponse,
    parts: {
      store: ObjectStore;
      faults: Faults;
      clock: Clock;
      bookmarkInterval: number;
      closed: (stream: WatchStream) => void;
    },
  ): WatchStream {
    if (query.resourceVersion !== "" && !/^\d+$/u.test(query.resourceVersion)) {
      const shown = JSON.stringify(query.resourceVersion);
      throw new ApiError(
        500,
        "",
        `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`,
      );
    }
    const stream = new WatchStream(type, selection, query, target, response, parts);
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
    response.flushHeaders();
    stream.start();
    return stream;
  }

  private start(): void {
    const { store, faults, clock } = this.parts;
    this.response.on("close", () => this.close());
    const from = Number(this.query.resourceVersion);
    if (from === 0 || this.query.sendInitialEvents) {
      for (const object of store.list(this.type.plural, this.selection.namespace)) {
        if (selects(this.selection, object)) this.send(`{"type":"ADDED","object":${encode(object)}}\n`);
      }
      if (this.query.sendInitialEvents && this.query.allowBookmarks)
        this.send(this.bookmark({ "k8s.io/initial-events-end": "true" }));
    } else {
      const missed = store.changesAfter(this.type.plural, from);
      if (missed === undefined) {
        this.fail(expired(`too old resource version: ${from} (${store.oldest(this.type.plural)})`).status);
        return;
      }
      for (const change of missed) this.send(frameFor(change, this.selection));
    }
    this.endings.push(
      store.onChange((change) => {
        if (change.revision > from) this.send(frameFor(change, this.selection));
      }, this.type.plural),
      faults.onChange(() => this.unstall()),
    );
    const seconds = this.query.timeoutSeconds ?? SHORTEST_TIMEOUT * (1 + Math.random());
    this.endings.push(clock.after(seconds * 1000, () => this.end()));
    if (this.query.allowBookmarks) {
      this.scheduleBookmark();
      if (seconds * 1000 > LAST_BOOKMARK)
        this.endings.push(clock.after(seconds * 1000 - LAST_BOOKMARK, () => this.send(this.bookmark())));
    }
  }

  private scheduleBookmark(): void {
    const cancel = this.parts.clock.after(this.parts.bookmarkInterval, () => {
      if (this.ended) return;
      this.send(this.bookmark());
      this.endings.splice(this.endings.indexOf(cancel), 1);
      this.scheduleBookmark();
    });
    this.endings.push(cancel);
  }

  private bookmark(annotations?: Record<string, string>): string {
    const metadata = {
      resourceVersion: String(this.parts.store.revision),
      ...(annotations === undefined ? {} : { annotations }),
    };
    const extra = this.type.custom ? {} : { creationTimestamp: null };
    return `${JSON.stringify({ type: "BOOKMARK", object: { kind: this.type.kind, apiVersion: apiVersionOf(this.type), metadata: { ...metadata, ...extra } } })}\n`;
  }

  private send(frame: string): void {
    if (frame === "" || this.ended) return;
    if (this.stalled) {
      this.held.push(frame);
      if (this.held.length > MOST_HELD) this.drop();
      return;
    }
    this.response.write(frame);
    // As the API server does with a watcher that is too slow.
    if (this.response.writableLength > MOST_UNSENT) this.drop();
  }

  private unstall(): void {
    const stalled = this.parts.faults.stalls(this.target);
    if (stalled === this.stalled) return;
    this.stalled = stalled;
    if (stalled) return;
    const held = this.held;
    this.held = [];
    for (const frame of held) this.send(frame);
  }

  /** Tells an error in the stream and ends it. */
  fail(status: unknown): void {
    if (this.ended) return;
    this.response.write(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    this.end();
  }

  /** Ends it as a time-out does. */
  end(): void {
    if (this.ended) return;
    this.close();
    this.response.end();
  }

  /** Cuts the connection. */
  drop(): void {
    this.close();
    this.response.socket?.destroy();
  }

  private close(): void {
    if (this.ended) return;
    this.ended = true;
    for (const ending of this.endings) ending();
    this.parts.closed(this);
  }
}
