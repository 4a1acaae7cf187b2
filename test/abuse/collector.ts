import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { WebSocket } from "ws";
import { eventually } from "../support/eventually.js";

/** What makes a process of Node.js open its inspector, on any free port of this machine. */
export const INSPECTED = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

/** Has another process collect its garbage, so that what it still holds is what it cannot let go. */
export class Collector {
  private constructor(private readonly socket: WebSocket) {}

  /** @param log the file that the process, started with {@link INSPECTED}, writes to */
  static async of(log: string): Promise<Collector> {
    const address = await eventually(
      async () => /Debugger listening on (ws:\S+)/.exec(await readFile(log, "utf8"))?.[1],
    );
    const socket = new WebSocket(address);
    await once(socket, "open");
    return new Collector(socket);
  }

  async collect(): Promise<void> {
    const answered = once(this.socket, "message");
    this.socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" }));
    await answered;
  }

  close(): void {
    this.socket.terminate();
  }
}
