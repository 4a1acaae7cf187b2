import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { guarded } from "./guard.js";

const MAIN = fileURLToPath(new URL("../../../dist/src/main.js", import.meta.url));
const START_LIMIT = 120_000;
const KEPT_LINES = 5_000;

export interface ProductOptions {
  databaseUrl: string;
  kubeconfig: string;
  /** Contexts of the kubeconfig. */
  contexts: string;
  /** The run's folder: logs, ids of processes. */
  directory: string;
  env?: Readonly<Record<string, string>>;
}

/** The built product, as its operators run it: a process of its own. */
export class Product {
  url = "";
  /** The newest lines of its log. */
  readonly lines: string[] = [];
  #child: ChildProcess | null = null;
  #forget: () => void = () => {};

  constructor(private readonly options: ProductOptions) {}

  /** Starts it; resolves when it is ready. */
  async start(): Promise<void> {
    const { databaseUrl, kubeconfig, contexts, directory, env } = this.options;
    const child = spawn(process.execPath, ["--enable-source-maps", MAIN], {
      env: {
        PATH: process.env["PATH"] ?? "",
        PORT: "0",
        DATABASE_URL: databaseUrl,
        CLUSTER_CONTEXTS: contexts,
        KUBECONFIG: kubeconfig,
        DATA_DIRECTORY: join(directory, "data"),
        GRAPHIQL: "off",
        FORCED_SYNC_INTERVAL_SECONDS: "0",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    if (child.pid !== undefined) this.#forget = guarded(directory, "product", child.pid);
    this.url = await this.#untilReady(child);
  }

  #untilReady(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`the product was not ready within ${START_LIMIT / 1000} s:\n${this.tail()}`)),
        START_LIMIT,
      );
      let rest = "";
      const read = (chunk: string): void => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          this.#keep(line);
          const url = /"url":"([^"]+)".*"Secretariat is ready"/u.exec(line)?.[1];
          if (url !== undefined) resolve(url);
        }
      };
      child.stdout?.setEncoding("utf8").on("data", read);
      child.stderr?.setEncoding("utf8").on("data", read);
      child.once("error", reject);
      child.once("exit", () => {
        clearTimeout(late);
        this.#forget();
        reject(new Error(`the product ended:\n${this.tail()}`));
      });
    });
  }

  #keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    const file = process.env["E2E_PRODUCT_LOG"];
    if (file !== undefined) appendFileSync(file, `${line}\n`);
  }

  tail(): string {
    return this.lines.slice(-20).join("\n");
  }

  /** Ends it as an operator does, or at once; resolves when it is gone. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    await gone;
  }
}
