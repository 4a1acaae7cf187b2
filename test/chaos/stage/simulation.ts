import { spawn, type ChildProcess } from "node:child_process";
import { z } from "zod";
import { PATHS } from "./paths.js";

const JSON_OBJECT = z.record(z.string(), z.unknown());
const ENTRY = z.object({
  revision: z.number(),
  type: z.enum(["ADDED", "MODIFIED", "DELETED"]),
  resource: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  object: JSON_OBJECT,
  at: z.number(),
});
const HISTORY = z.object({ entries: z.array(ENTRY), next: z.number() });
const STATE = z.object({ url: z.string(), watches: z.number(), connections: z.number() });

export type HistoryEntry = z.infer<typeof ENTRY>;
export type ClusterObject = z.infer<typeof JSON_OBJECT>;

/** One simulated cluster, steered from outside of it. */
export class Cluster {
  constructor(
    readonly name: string,
    private readonly control: string,
  ) {}

  /** @throws Error with the cluster's own words */
  async do(command: Record<string, unknown>): Promise<unknown> {
    const response = await fetch(`${this.control}/${this.name}`, {
      method: "POST",
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(30_000),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${this.name}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Switches a fault on. @returns what switches it off */
  async fault(rule: Record<string, unknown>): Promise<() => Promise<void>> {
    const { id } = z.object({ id: z.string() }).parse(await this.do({ do: "fault", rule }));
    return async () => {
      await this.do({ do: "unfault", id });
    };
  }

  async objects(resource: string): Promise<ClusterObject[]> {
    return z.array(JSON_OBJECT).parse(await this.do({ do: "objects", resource }));
  }

  /** What changed since, oldest first; a part of it where it is much. */
  async history(after: number): Promise<z.infer<typeof HISTORY>> {
    return HISTORY.parse(await this.do({ do: "history", after }));
  }

  async state(): Promise<z.infer<typeof STATE>> {
    return STATE.parse(await this.do({ do: "state" }));
  }
}

/** The simulated clusters, in a process of their own. */
export class Simulation {
  private constructor(
    private readonly child: ChildProcess,
    readonly clusters: readonly Cluster[],
  ) {}

  /** @param kubeconfig where it is written */
  static async start(names: readonly string[], kubeconfig: string): Promise<Simulation> {
    const child = spawn(
      process.execPath,
      [PATHS.simulate, "--kubeconfig", kubeconfig, "--clusters", names.join(","), "--control", "--time-scale", "0.05"],
      { env: { PATH: process.env["PATH"] ?? "" }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const control = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8");
        const url = /^control (\S+)$/mu.exec(said)?.[1];
        if (url !== undefined && said.includes("\nkubeconfig ")) resolve(url);
      });
      child.once("exit", () => reject(new Error("the simulated clusters did not start")));
    });
    return new Simulation(
      child,
      names.map((name) => new Cluster(name, control)),
    );
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
    this.child.kill("SIGKILL");
    await gone;
  }
}
