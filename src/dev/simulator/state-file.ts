import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { type JsonObject, isObject, parseJson, record } from "./json.js";

const FORMAT = 1;
/** How long after a change the file is written, milliseconds. */
const QUIET = 500;

/** Keeps what clusters hold in a JSON file: written whole, beside and then in place, so that a crash leaves the old or the new. */
export class StateFile {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** @param dump - what to keep, by cluster name */
  constructor(
    private readonly path: string,
    private readonly dump: () => JsonObject,
  ) {}

  /** What was kept before, by cluster name; empty where there is no file. @throws Error where the file is not one of ours */
  static async read(path: string): Promise<JsonObject> {
    let source: string;
    try {
      source = await readFile(path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
      throw error;
    }
    const value = parseJson(source);
    if (!isObject(value) || value["format"] !== FORMAT)
      throw new Error(`${path} is not a state file of the simulator (format ${FORMAT})`);
    return record(value, "clusters");
  }

  /** Notes that there is something new to keep. */
  changed(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.write();
    }, QUIET).unref();
  }

  /** Writes now, and waits until it is done. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.write();
  }

  private async write(): Promise<void> {
    const next = this.writing.then(() => this.replace());
    // A failed write is told to whoever flushes; the next one tries anew.
    this.writing = next.catch(() => undefined);
    await next;
  }

  private async replace(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const beside = `${this.path}.tmp`;
    const file = await open(beside, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify({ format: FORMAT, clusters: this.dump() }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.path);
  }
}
