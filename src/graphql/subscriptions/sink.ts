import type { LogPlace } from "../../domain/ports/transition-stream.js";

/** One result for one transition, serialised once for all who get it. */
export interface Delivery {
  readonly place: LogPlace;
  /** The result as JSON, in UTF-8. */
  readonly payload: Buffer;
}

/** Where the results of one subscription go: the transport's side of it. */
export interface Sink {
  /**
   * Takes results in their order, as many as there is room for. What was taken counts as delivered.
   * @param deliveries the same array for all who get the same, so that a transport may prepare it once
   * @param onRoom called once where not all were taken, as soon as there is room again; never where the connection has ended
   * @returns how many were taken
   */
  take(deliveries: readonly Delivery[], onRoom: () => void): number;
}
