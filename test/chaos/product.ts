import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";

const MAIN = fileURLToPath(new URL("../../src/main.js", import.meta.url));

/** The product as its operators run it: a process of its own, which can be killed at any instruction. */
export class Product {
  #child: ChildProcess | null = null;
  readonly #log: WriteStream;

  private constructor(
    readonly url: string,
    private readonly env: Readonly<Record<string, string>>,
    logFile: string,
  ) {
    this.#log = createWriteStream(logFile);
  }

  /** @param env the product's settings beside its port */
  static async of(env: Readonly<Record<string, string>>, logFile: string): Promise<Product> {
    const port = await freePort();
    return new Product(`http://127.0.0.1:${port}`, { ...env, PORT: String(port) }, logFile);
  }

  /** Starts it; resolves when it is ready. @throws Error where it is not within 30 s */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ["--enable-source-maps", MAIN], {
      env: { PATH: process.env["PATH"] ?? "", ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.pipe(this.#log, { end: false });
    child.stderr.pipe(this.#log, { end: false });
    this.#child = child;
    const deadline = performance.now() + 30_000;
    while (performance.now() < deadline) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error("the product ended while it was starting; see its log");
      if (await this.#isReady()) return;
      await delay(20);
    }
    throw new Error("the product was not ready within 30 s");
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
