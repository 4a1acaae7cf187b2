import { Child } from "./child.js";

export type SubscriberCommand =
  | {
      do: "open";
      /** `http://…/graphql`, or that of a bare WebSocket server. */
      url: string;
      count: number;
      /** Null: nothing is said once the connection is open. */
      query: string | null;
      variables?: Record<string, unknown>;
      /** One for each; left out: none is sent. */
      tokens?: readonly string[];
    }
  /** From now on, so many frames over all clients. */
  | { do: "expect"; frames: number }
  /** Waits for the last of them. */
  | { do: "last"; times: boolean }
  | { do: "stall"; index: number }
  | { do: "close" };

export interface SubscriberAnswer {
  id: number;
  /** When the last frame came, in nanoseconds of process.hrtime. */
  last?: string | undefined;
  /** When each came, in nanoseconds after `began`. */
  times?: { began: string; after: readonly number[] } | undefined;
}

const isAnswer = (message: unknown): message is SubscriberAnswer =>
  typeof message === "object" && message !== null && "id" in message;

/** WebSocket clients in a process of their own. */
export class Subscribers {
  private constructor(private readonly child: Child<SubscriberCommand, SubscriberAnswer>) {}

  static async start(): Promise<Subscribers> {
    const child = new Child<SubscriberCommand, SubscriberAnswer>("subscriber-process.js", isAnswer);
    await child.started;
    return new Subscribers(child);
  }

  async open(options: Omit<Extract<SubscriberCommand, { do: "open" }>, "do">): Promise<void> {
    await this.child.ask({ do: "open", ...options });
  }

  async expect(frames: number): Promise<void> {
    await this.child.ask({ do: "expect", frames });
  }

  /** @returns when the last of what was expected came */
  async last(): Promise<bigint> {
    return BigInt((await this.child.ask({ do: "last", times: false })).last ?? 0);
  }

  /** @returns when each of them came */
  async times(): Promise<bigint[]> {
    const { times } = await this.child.ask({ do: "last", times: true });
    if (times === undefined) throw new Error("no times came");
    const began = BigInt(times.began);
    return times.after.map((after) => began + BigInt(after));
  }

  /** From now on this client reads nothing, and has so much to read that the server keeps what comes. */
  async stall(index: number): Promise<void> {
    await this.child.ask({ do: "stall", index });
  }

  stop(): void {
    this.child.stop();
  }
}
