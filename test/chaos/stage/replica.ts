import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { PATHS } from "./paths.js";
import type { TcpProxy } from "./tcp-proxy.js";

export interface ReplicaOptions {
  name: string;
  /** The product's main.js. */
  main: string;
  port: number;
  env: Readonly<Record<string, string>>;
  logFile: string;
  /** Its own way to the database. */
  proxy: TcpProxy;
  /** The ports from which the database sees it coming. */
  ports: ReadonlySet<number>;
}

/** One process of the product, as its operators run it. */
export class Replica {
  readonly name: string;
  readonly url: string;
  readonly proxy: TcpProxy;
  readonly ports: ReadonlySet<number>;
  /** What goes on top of its settings at the next start. */
  extra: Readonly<Record<string, string>> = {};
  /** Ended although nobody ended it. */
  unexpectedEnds = 0;
  #child: ChildProcess | null = null;
  #paused = false;
  #ready = false;
  readonly #log: WriteStream;

  constructor(private readonly options: ReplicaOptions) {
    this.name = options.name;
    this.url = `http://127.0.0.1:${options.port}`;
    this.proxy = options.proxy;
    this.ports = options.ports;
    this.#log = createWriteStream(options.logFile);
  }

  /** It was ready, and neither ended nor stopped since. */
  get running(): boolean {
    return this.#child !== null && this.#ready && !this.#paused;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it, without waiting. */
  spawn(): void {
    const { main, port, env } = this.options;
    const child = spawn(
      process.execPath,
      ["--enable-source-maps", "--import", pathToFileURL(PATHS.clockShift).href, main],
      {
        env: { PATH: process.env["PATH"] ?? "", ...env, ...this.extra, PORT: String(port) },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child.stdout.pipe(this.#log, { end: false });
    child.stderr.pipe(this.#log, { end: false });
    child.once("exit", () => {
      if (this.#child !== child) return;
      this.#child = null;
      this.unexpectedEnds += 1;
    });
    this.#child = child;
    this.#paused = false;
    this.#ready = false;
  }

  /** Starts it; resolves when it is ready. @throws Error where it is not within the limit */
  async start(limit = 60_000): Promise<void> {
    if (this.#child === null) this.spawn();
    const deadline = performance.now() + limit;
    while (performance.now() < deadline) {
      if (await this.isReady()) {
        this.#ready = true;
        return;
      }
      if (this.#child === null) throw new Error(`${this.name} ended while it was starting; see its log`);
      await delay(50);
    }
    throw new Error(`${this.name} was not ready within ${limit} ms`);
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async terminate(): Promise<void> {
    await this.#end("SIGTERM");
  }

  pause(): void {
    this.#paused = this.#child?.kill("SIGSTOP") ?? false;
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
    this.#paused = false;
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    if (this.#paused && signal === "SIGTERM") this.resume();
    this.#child = null;
    const gone = new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once("exit", () => resolve());
    });
    child.kill(signal);
    await gone;
  }

  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(3_000) })).ok;
    } catch {
      return false;
    }
  }

  /** Its metrics, by name with labels. @throws where it does not answer */
  async metrics(): Promise<Map<string, number>> {
    const text = await (await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
    return new Map(
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
    );
  }
}
