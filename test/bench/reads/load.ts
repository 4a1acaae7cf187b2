import { join } from "node:path";
import { Child } from "../stage/child.js";

export interface LoadCommand {
  url: string;
  connections: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Milliseconds that are counted; a fifth more before them is not. */
  duration: number;
}

export interface LoadAnswer {
  id: number;
  /** Answers in a second. */
  rate: number;
}

const isAnswer = (message: unknown): message is LoadAnswer =>
  typeof message === "object" && message !== null && "rate" in message;

/** Asks over HTTP from a process of its own. */
export class Load {
  private constructor(private readonly child: Child<LoadCommand, LoadAnswer>) {}

  static async start(): Promise<Load> {
    const child = new Child<LoadCommand, LoadAnswer>(join("..", "reads", "load-process.js"), isAnswer);
    await child.started;
    return new Load(child);
  }

  /** @returns answers in a second */
  async rate(command: LoadCommand): Promise<number> {
    return (await this.child.ask(command)).rate;
  }

  stop(): void {
    this.child.stop();
  }
}
