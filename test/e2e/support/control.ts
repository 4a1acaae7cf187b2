import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { FrontMode } from "./front.js";
import type { Rig } from "./rig.js";
import { PARTS, type PartName } from "./rig-parts.js";

const ACTIONS = ["stop", "kill", "start", "pause", "resume"] as const;
type Action = (typeof ACTIONS)[number];

/** Lets the processes that run the tests break parts of a rig, which is another process's child: `POST /TOKEN/PART/ACTION`. */
export async function serveControl(rig: Rig): Promise<{ url: string; stop(): Promise<void> }> {
  const token = randomBytes(16).toString("hex");
  const server = createServer((request, answer) => {
    const [given, part = "", action = ""] = (request.url ?? "").split("/").slice(1);
    const done = given === token ? act(rig, part, action) : Promise.reject(new Error("not the token of this run"));
    done.then(
      () => answer.writeHead(204).end(),
      (error: unknown) => answer.writeHead(500).end(error instanceof Error ? error.message : "failed"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/${token}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function act(rig: Rig, name: string, action: string): Promise<void> {
  if (name === "openbao-front" || name === "moto-front") {
    const mode = (["none", "away", "denied"] as const).find((one) => one === action);
    if (mode === undefined) throw new Error(`a front has no mode ${action}`);
    await rig.fronts[name === "moto-front" ? "moto" : "openbao"].set(mode);
    return;
  }
  const known = PARTS.find((one) => one === name);
  if (known === undefined) throw new Error(`there is no part ${name}`);
  const part = rig.part(known);
  switch (ACTIONS.find((one) => one === action)) {
    case "stop":
      return part.stop();
    case "kill":
      return part.stop("SIGKILL");
    case "start":
      return part.start();
    case "pause":
      return part.pause();
    case "resume":
      return part.resume();
    case undefined:
      throw new Error(`there is no action ${action}`);
  }
}

/** The tests' end of it. */
export class RigControl {
  constructor(private readonly url: string) {}

  part(name: PartName, action: Action): Promise<void> {
    return this.#post(name, action);
  }

  front(name: "openbao" | "moto", mode: FrontMode): Promise<void> {
    return this.#post(`${name}-front`, mode);
  }

  async #post(name: string, action: string): Promise<void> {
    const answer = await fetch(`${this.url}/${name}/${action}`, { method: "POST" });
    if (!answer.ok) throw new Error(`${action} ${name}: ${await answer.text()}`);
  }
}
