/** Why the last call for an object did not do what it should. */
export type Trouble =
  /** The API refused for good: trying the same again changes nothing, only time or a dependency may. */
  | { kind: "refused"; reason: string; message: string }
  /** The cluster did not answer, or not as it will when it is well: network, 401, 429, other 5xx. `since`: for how long already, milliseconds. */
  | { kind: "unreachable"; since: number; message: string };
