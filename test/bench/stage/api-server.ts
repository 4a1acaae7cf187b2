import { Child } from "./child.js";
import type { WorldSize } from "./world.js";

export type ApiServerCommand =
  | { do: "world"; world: WorldSize }
  /** An object's status changes. `raw`: told to the yardstick's watch alone. */
  | { do: "change"; index: number; synced: boolean; to: "product" | "raw" }
  /** The first `count` objects change, but nobody is told before `storm`. */
  | { do: "prepare"; count: number; synced: boolean }
  | { do: "storm" }
  /** What was requested since the last time. */
  | { do: "count"; of: "product" | "raw" };

export interface ApiServerAnswer {
  id: number;
  port?: number;
  /** When it happened, in nanoseconds of process.hrtime. */
  at?: string;
  requests?: number;
  watchers?: number;
}

const isAnswer = (message: unknown): message is ApiServerAnswer =>
  typeof message === "object" && message !== null && "id" in message;

export interface ApiServer {
  url: string;
  ask(command: ApiServerCommand): Promise<ApiServerAnswer>;
  /** Does what happens at one moment. @returns the moment */
  at(command: ApiServerCommand): Promise<bigint>;
  stop(): void;
}

export async function startApiServer(): Promise<ApiServer> {
  const child = new Child<ApiServerCommand, ApiServerAnswer>("api-server-process.js", isAnswer);
  const { port } = await child.started;
  return {
    url: `http://127.0.0.1:${port ?? 0}`,
    ask: (command) => child.ask(command),
    at: async (command) => BigInt((await child.ask(command)).at ?? 0),
    stop: () => child.stop(),
  };
}
