import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUDIENCE, Issuer } from "./issuer.js";
import { Database, freePort } from "./database.js";
import { Pooler } from "./pooler.js";
import { Replica } from "./replica.js";
import { Simulation, type Cluster } from "./simulation.js";
import { TcpProxy } from "./tcp-proxy.js";

export const CLUSTERS = ["berlin", "oslo"] as const;

export interface StageOptions {
  replicas: number;
  /** The product's main.js. */
  main: string;
}

/** Everything that a run is played on. */
export class Stage {
  readonly replicas: Replica[] = [];
  /** The run writes here what goes wrong with it. */
  keep = false;
  readonly #stops: (() => Promise<void>)[] = [];

  private constructor(
    readonly directory: string,
    readonly database: Database,
    readonly simulation: Simulation,
    readonly issuer: Issuer,
    readonly kubeconfig: string,
  ) {}

  /** Nothing of it is left running where it cannot be started. */
  static async set({ replicas, main }: StageOptions): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), "secretariat-chaos-"));
    // As root PostgreSQL runs as another user, who must get in.
    await chmod(directory, 0o755);
    const stops: (() => Promise<void>)[] = [];
    try {
      const database = await Database.start(join(directory, "postgres"));
      stops.push(() => database.stop());
      const kubeconfig = join(directory, "kubeconfig");
      const simulation = await Simulation.start(CLUSTERS, kubeconfig);
      stops.push(() => simulation.stop());
      const issuer = await Issuer.start();
      stops.push(() => issuer.stop());
      const stage = new Stage(directory, database, simulation, issuer, kubeconfig);
      stage.#stops.push(...stops);
      // Of three replicas the last has a pooler between itself and the database.
      for (let i = 1; i <= replicas; i += 1) await stage.#addReplica(`r${i}`, main, i > 2 && i === replicas);
      return stage;
    } catch (error) {
      for (const stop of stops.toReversed()) await stop().catch(() => {});
      throw error;
    }
  }

  get clusters(): readonly Cluster[] {
    return this.simulation.clusters;
  }

  cluster(name: string): Cluster {
    const found = this.clusters.find((cluster) => cluster.name === name);
    if (found === undefined) throw new Error(`there is no cluster ${name}`);
    return found;
  }

  async #addReplica(name: string, main: string, pooled: boolean): Promise<void> {
    const pooler = pooled ? await Pooler.to(this.database) : null;
    if (pooler !== null) this.#stops.push(() => pooler.close());
    const proxy = await TcpProxy.to(pooler ?? this.database);
    this.#stops.push(() => proxy.close());
    const replica = new Replica({
      name,
      main,
      port: await freePort(),
      proxy,
      ports: (pooler ?? proxy).ports,
      logFile: join(this.directory, `${name}.log`),
      env: {
        NODE_ENV: "production",
        HOST: "127.0.0.1",
        DATABASE_URL: this.database.urlBy(proxy.port),
        KUBECONFIG: this.kubeconfig,
        CLUSTER_CONTEXTS: CLUSTERS.join(","),
        OIDC_ISSUER: this.issuer.url,
        OIDC_AUDIENCE: AUDIENCE,
        DATA_DIRECTORY: this.directory,
        GRAPHIQL: "off",
        FORCED_SYNC_INTERVAL_SECONDS: "0",
        MIN_REFRESH_INTERVAL_SECONDS: "1",
        MEMBER_PROVIDER_HOSTS: "*.example.com",
      },
    });
    this.#stops.push(() => replica.kill());
    this.replicas.push(replica);
  }

  /** The two contexts lead to each other's cluster, for whoever starts from now on. @returns what puts it right */
  async swapContexts(): Promise<() => Promise<void>> {
    const right = await readFile(this.kubeconfig, "utf8");
    const [one, other] = CLUSTERS;
    const swapped = right.replaceAll(
      /(- name: )(berlin|oslo)(\n {4}context:)/gu,
      (_all, before: string, name: string, after: string) => `${before}${name === one ? other : one}${after}`,
    );
    if (swapped === right) throw new Error("the kubeconfig is not written as expected");
    await writeFile(this.kubeconfig, swapped, { mode: 0o600 });
    return () => writeFile(this.kubeconfig, right, { mode: 0o600 });
  }

  /** Ends everything that was started, whatever state it is in. */
  async clear(): Promise<void> {
    for (const stop of this.#stops.splice(0).toReversed()) {
      try {
        await stop();
      } catch {
        // What is left is ended below it.
      }
    }
    if (!this.keep) await rm(this.directory, { recursive: true, force: true });
  }
}
