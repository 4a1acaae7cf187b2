import type { TransitionRecord } from "../transition.js";

/** Where a reader of the log stands: a position, and the transition that stands there (null at the very beginning of the log). */
export interface LogPlace {
  position: bigint;
  transitionId: string | null;
}

/**
 * The log as it grows, read by this replica's only tailer in the order of positions, which is the order of commits. Whoever has seen position N has missed
 * nothing below N.
 */
export interface TransitionStream {
  /** The last place that listeners were told of. */
  head(): LogPlace;
  /** The newest place in the database now: at or after every write that was acknowledged before the call. */
  currentPlace(): Promise<LogPlace>;
  /** Called with batches in order; a listener must not throw and must not block. Returns the way to stop. */
  listen(listener: (batch: readonly TransitionRecord[]) => void): () => void;
  /**
   * Called when listeners were not told of transitions that the log no longer holds (this replica stood still for longer than they are kept), or were told of some that it never held
   * (the database was restored): `head` is another place now, perhaps an earlier one. Whoever follows the stream has to begin anew. Returns the way to stop.
   */
  onGap(listener: () => void): () => void;
  /**
   * Transitions with position > `after` and <= `upTo`, oldest first, at most `limit`.
   * @throws PRECONDITION_FAILED CursorExpired where some of what comes after `after` is no longer kept
   */
  read(after: bigint, upTo: bigint, limit: number): Promise<TransitionRecord[]>;
  /** The opaque cursor of a place: one AES block with the installation's key, so that it tells no counts. */
  seal(place: LogPlace): string;
  /**
   * The place that a cursor names.
   * @throws BAD_USER_INPUT (path `since`) for what is no cursor of ours; PRECONDITION_FAILED CursorExpired where the log no longer holds that transition, or is of another past.
   */
  open(cursor: string): Promise<LogPlace>;
}
