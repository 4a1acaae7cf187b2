import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.js";

/** What `npm run build` made. */
const MAIN = fileURLToPath(new URL("../../dist/src/main.js", import.meta.url));

const LINE = z.object({
  level: z.string(),
  msg: z.string(),
  url: z.string().optional(),
  /** Of the app that did not stop well. */
  part: z.string().optional(),
  err: z.looseObject({ message: z.string() }).optional(),
});

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The built product, in a process of its own with nothing in its environment but what is given. Killed when the test ends. */
export class ProductProcess {
  stdout = "";
  stderr = "";
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #end: Ended | null = null;

  constructor(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
    const child = spawn(process.execPath, ["--enable-source-maps", MAIN, ...args], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk: Buffer) => (this.stdout += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (this.stderr += chunk.toString("utf8")));
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
      });
    });
    this.#child = child;
    onTestFinished(async () => {
      if (this.#end === null) await this.end("SIGKILL");
    });
  }

  /** The lines of the log. @throws SyntaxError where standard output has something else */
  log(): z.infer<typeof LINE>[] {
    const lines = this.stdout.split("\n").filter((line) => line !== "");
    return lines.map((line) => LINE.parse(JSON.parse(line)));
  }

  /** Waits until it is ready. @returns where it listens */
  async ready(limit = 30_000): Promise<string> {
    const url = await eventually(() => {
      if (this.#end !== null) throw new Error(`it ended: ${this.stderr}${this.stdout}`);
      return (
        this.stdout.includes('"Secretariat is ready"') && this.log().find(({ url: told }) => told !== undefined)?.url
      );
    }, limit);
    return url;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended & { took: number }> {
    const began = performance.now();
    this.#child.kill(signal);
    return { ...(await this.ended), took: performance.now() - began };
  }
}
