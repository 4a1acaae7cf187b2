import { isLater } from "../../domain/status/seen.js";
import { ClusterUnreachableError, type KubernetesError } from "../kubernetes-error.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import { isKubernetesObject, isRecord } from "../object-guards.js";
import type { WatchStream } from "../transport/kubernetes-api.js";
import { errorOfStatus } from "../transport/status.js";
import { LineSplitter } from "./line-splitter.js";
import type { WatchEvent, WatchEventType } from "./reflector-types.js";

/** What one chunk brought. */
export interface WatchBatch {
  events: WatchEvent<KubernetesObject>[];
  /** The latest of the events and bookmarks; null: there was none. */
  version: string | null;
  /** What ended the watch after these events: an ERROR event, or something that is no event. */
  error: KubernetesError | ClusterUnreachableError | null;
}

/** Neither an event nor a bookmark for too long: the connection is taken for dead. */
export class StalledWatchError extends Error {
  override readonly name = "StalledWatchError";
}

const TYPES: { [type: string]: WatchEventType } = { ADDED: "ADDED", MODIFIED: "MODIFIED", DELETED: "DELETED" };

/**
 * Reads a watch to its end, one batch for each chunk that completes a line.
 * @param settings stallTimeout in milliseconds
 * @throws StalledWatchError; ClusterUnreachableError where the connection breaks. What was begun of a line is dropped: it comes again with the next watch
 */
export async function* readWatch(
  stream: WatchStream,
  settings: { stallTimeout: number; maxLineBytes: number },
): AsyncGenerator<WatchBatch> {
  const splitter = new LineSplitter(settings.maxLineBytes);
  let stalled = false;
  const timer = setTimeout(() => {
    stalled = true;
    stream.destroy();
  }, settings.stallTimeout);
  try {
    for await (const chunk of stream.chunks) {
      let lines: string[];
      try {
        lines = splitter.push(chunk);
      } catch (error) {
        yield {
          events: [],
          version: null,
          error: garbage(error instanceof Error ? error.message : "a line is too long"),
        };
        return;
      }
      if (lines.length > 0) {
        timer.refresh();
        yield parse(lines);
      }
    }
    if (stalled) throw new StalledWatchError(`no event and no bookmark for ${settings.stallTimeout} ms`);
  } finally {
    clearTimeout(timer);
  }
}

const garbage = (what: string): ClusterUnreachableError =>
  new ClusterUnreachableError("protocol", `The watch brought something that is no event: ${what}.`);

function parse(lines: readonly string[]): WatchBatch {
  const batch: WatchBatch = { events: [], version: null, error: null };
  for (const line of lines) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      batch.error = garbage("no JSON");
      break;
    }
    const object = isRecord(value) ? value["object"] : undefined;
    const name = isRecord(value) ? value["type"] : undefined;
    const type = typeof name === "string" ? TYPES[name] : undefined;
    if (type !== undefined && isKubernetesObject(object)) {
      const { resourceVersion } = object.metadata;
      batch.version = laterOf(batch.version, resourceVersion);
      batch.events.push({ type, object, resourceVersion });
    } else if (name === "BOOKMARK" && isRecord(object)) {
      const version = versionOf(object);
      if (version !== null) batch.version = laterOf(batch.version, version);
    } else {
      batch.error = name === "ERROR" ? errorOfStatus(object) : garbage("an unknown type or an object without metadata");
      break;
    }
  }
  return batch;
}

const laterOf = (known: string | null, other: string): string =>
  known === null || isLater(other, known) ? other : known;

/** A bookmark's object has neither name nor uid. */
function versionOf(object: { [key: string]: unknown }): string | null {
  const { metadata } = object;
  const version = isRecord(metadata) ? metadata["resourceVersion"] : null;
  return typeof version === "string" ? version : null;
}
