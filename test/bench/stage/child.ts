import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/** A process of the benchmark's own, that answers each command once. */
export class Child<C extends object, A extends { id: number }> {
  #last = 0;
  readonly #waiting = new Map<number, { resolve: (answer: A) => void; reject: (error: Error) => void }>();
  readonly #process: ChildProcess;
  /** Its first answer, which it gives by itself. */
  readonly started: Promise<A>;

  /** @param file a compiled module beside this one @param isAnswer whether a message is an answer of this kind */
  constructor(file: string, isAnswer: (message: unknown) => message is A, flags: readonly string[] = []) {
    this.#process = fork(join(import.meta.dirname, file), [], {
      execArgv: ["--enable-source-maps", ...flags],
      serialization: "advanced",
      stdio: ["ignore", 2, 2, "ipc"],
    });
    this.started = this.#answer(0);
    this.#process.on("message", (message) => {
      if (!isAnswer(message)) return;
      this.#waiting.get(message.id)?.resolve(message);
      this.#waiting.delete(message.id);
    });
    this.#process.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended`));
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async ask(command: C): Promise<A> {
    this.#last += 1;
    const answer = this.#answer(this.#last);
    this.#process.send({ ...command, id: this.#last });
    return await answer;
  }

  stop(): void {
    this.#process.kill();
  }

  #answer(id: number): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }
}

/** Milliseconds between two readings of the clock that all processes of a machine share. */
export const msBetween = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
