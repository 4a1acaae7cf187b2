import type { Random } from "../random.js";
import type { World } from "../stage/world.js";

/** Something that goes wrong, and that is over when `strike` resolves. */
export interface Fault {
  name: string;
  /** How often it comes, beside the others. */
  weight: number;
  /** Alone: no other fault goes on meanwhile. */
  alone?: boolean;
  strike(context: FaultContext): Promise<void>;
}

export interface FaultContext {
  world: World;
  random: Random;
  /** Called around a restore, with all actors standing still. */
  onRestore: RestoreHooks;
}

export interface RestoreHooks {
  /** Nobody can change what is about to be lost any more. */
  lost(url: string): Promise<void>;
  /** The database is back and answers. */
  restored(): Promise<void>;
}
