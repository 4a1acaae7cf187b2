import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { guarded } from "./guard.js";

/** How one part of the rig is run. */
export interface PartCommand {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Whether it can be used. A throw is a no. */
  ready: (log: string) => Promise<boolean> | boolean;
}

const START_LIMIT = 120_000;

/** A process of the rig that can be stopped, killed, paused and started again. */
export class Part {
  #child: ChildProcess | null = null;
  #forget: () => void = () => {};
  readonly #log: string;

  constructor(
    readonly name: string,
    private readonly directory: string,
    private readonly command: PartCommand,
  ) {
    this.#log = join(directory, "logs", `${name}.log`);
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it; resolves when it is ready. @throws Error with the end of its log */
  async start(): Promise<void> {
    if (this.running) return;
    // What an earlier start wrote must not count as this one's readiness.
    const log = openSync(this.#log, "w");
    const child = spawn(this.command.program, [...this.command.args], {
      env: { PATH: process.env["PATH"] ?? "", HOME: this.directory, ...this.command.env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const failure = new Promise<never>((_, reject) => child.once("error", reject));
    failure.catch(() => {});
    this.#child = child;
    if (child.pid !== undefined) this.#forget = guarded(this.directory, this.name, child.pid);
    await Promise.race([this.#untilReady(), failure]);
  }

  async #untilReady(): Promise<void> {
    const deadline = performance.now() + START_LIMIT;
    while (performance.now() < deadline) {
      if (!this.running) throw new Error(`${this.name} ended while it was starting:\n${this.tail()}`);
      try {
        if (await this.command.ready(this.#text())) return;
      } catch {
        // Not yet.
      }
      await delay(50);
    }
    throw new Error(`${this.name} was not ready within ${START_LIMIT / 1000} s:\n${this.tail()}`);
  }

  /** Ends it and waits until it is gone; what does not go within 10 s is killed. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGCONT");
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(late);
    this.#forget();
  }

  /** Stops its execution: connections stay open and nobody answers. */
  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  /** The end of its log. */
  tail(): string {
    return this.#text().split("\n").slice(-20).join("\n");
  }

  #text(): string {
    try {
      return readFileSync(this.#log, "utf8");
    } catch {
      return "";
    }
  }
}
