import { Client } from "pg";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { at, objectOf } from "../support/kubernetes.js";
import { Scene, told } from "../support/scene.js";

/** Takes a database away from everybody, and gives it back. */
class Switch {
  private constructor(
    private readonly server: Client,
    private readonly name: string,
  ) {}

  static async of(databaseUrl: string): Promise<Switch> {
    const url = new URL(databaseUrl);
    const name = url.pathname.slice(1);
    url.pathname = "/postgres";
    const server = new Client(url.href);
    await server.connect();
    return new Switch(server, name);
  }

  async off(): Promise<void> {
    await this.server.query(`ALTER DATABASE ${this.name} WITH ALLOW_CONNECTIONS false`);
    await this.server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [this.name]);
  }

  async on(): Promise<void> {
    await this.server.query(`ALTER DATABASE ${this.name} WITH ALLOW_CONNECTIONS true`);
  }

  close(): Promise<void> {
    return this.server.end();
  }
}

it("a database that is away for longer than a lease: nothing is written meanwhile, and all is repaired once it is back", async () => {
  const scene = await Scene.start({ clusters: ["berlin"], timings: { lease: { duration: 1_000, interval: 200 } } });
  const database = await Switch.of(scene.app.databaseUrl);
  try {
    const cluster = scene.cluster();
    const { project, provider, secret, assignment } = await scene.synced();
    await database.off();
    await eventually(() => scene.app.app.clusters.leading().length === 0);
    // While nobody leads, somebody changes an object, and the cluster goes away and comes back.
    const applies = cluster.faults.add({ match: { verb: "apply" }, effect: { kind: "delay", ms: 0 } });
    cluster.store.patch("externalsecrets", project.name, secret.name, { spec: { refreshInterval: "9h0m0s" } });
    const refused = cluster.faults.add({ effect: { kind: "status", code: 503 } });
    await eventually(() => refused.hits > 3);
    refused.remove();
    expect((await scene.admin.send("{ secretCounts { count } }")).errors[0]?.extensions.code).toBe(
      "INTERNAL_SERVER_ERROR",
    );
    expect(applies.hits).toBe(0);

    await database.on();
    await scene.untilTransition(assignment.id, { reason: "Drifted" });
    expect(at(objectOf(cluster, { project, secret }), "spec", "refreshInterval")).toBe("1h0m0s");
    const later = await scene.secret(provider, [project]);
    const done = await scene.untilAssignment(later, { status: "SYNCED" });
    expect((await scene.history(done.id)).map(told)).toEqual([
      "ASSIGNMENT >PENDING Assigned",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
    ]);
    await scene.untilCluster("berlin", { status: "CONNECTED" });
  } finally {
    await database.on();
    await database.close();
    await scene.stop();
  }
});
