import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { unique, type NamedId } from "../support/scene.js";
import { vaultBackend } from "./support/backends.js";
import { RigControl } from "./support/control.js";
import { Desk } from "./support/desk.js";
import { eachLimited } from "./support/each-limited.js";
import { report } from "./support/figures.js";
import { pathOf, RawCluster } from "./support/raw-cluster.js";
import { PARTS, type PartName } from "./support/rig-parts.js";
import { stamped, type Stamped, type TimedTransition } from "./support/stamped.js";
import { Witness, type SeenVersion } from "./support/witness.js";

const CHANGES = 200;
/** Of one test, milliseconds. */
const LIMIT = 300_000;
const PROJECTS = 4;

const environment = inject("e2e");
const { control } = environment;
const cluster = RawCluster.of(environment.adminKubeconfig);
const backend = vaultBackend(environment);
const key = unique("e2e-restarts");
const properties = ["v0", "v1", "v2", "v3", "v4"];

interface Placed {
  secret: NamedId;
  project: NamedId;
  assignment: string;
}

describe.skipIf(control === null)(`a part goes and comes back in the middle of ${CHANGES} changes`, () => {
  const rig = new RigControl(control ?? "");
  let desk: Desk;
  let placed: Placed[];
  let projects: NamedId[];
  beforeAll(async () => {
    await backend.authorize(cluster);
    await backend.put(key, Object.fromEntries(properties.map((name) => [name, `value of ${name}`])));
    desk = await Desk.start();
    const provider = await desk.provider(backend.provider());
    projects = await Promise.all(Array.from({ length: PROJECTS }, () => desk.project()));
    placed = [];
    await eachLimited(Array.from({ length: CHANGES }), 8, async (_, index) => {
      const project = projects[index % PROJECTS];
      if (project === undefined) throw new Error("no project");
      const secret = await desk.secret(provider, [project], { data: [item("v0")] });
      placed.push({ secret, project, assignment: "" });
    });
    await eachLimited(placed, 8, async (each) => {
      each.assignment = (await desk.untilStatus(each.secret.id, "SYNCED")).id;
    });
  }, LIMIT);
  // Whatever went wrong: the next one finds a whole rig.
  afterEach(async () => {
    for (const part of PARTS) await rig.part(part, "start");
  });
  afterAll(async () => {
    for (const { id } of projects) {
      await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id });
      await desk.untilGone("project", id, 150_000);
    }
    await desk.stop();
  }, LIMIT);

  it.each<[PartName, number, string]>([
    ["external-secrets", 1_000, "v1"],
    ["kube-apiserver", 1_000, "v2"],
    ["etcd", 2_000, "v3"],
    ["kube-controller-manager", 1_000, "v4"],
  ])("%s, killed: all converge, and no SYNCED was ever false", { timeout: LIMIT }, async (part, away, property) => {
    const witness = new Witness(cluster, environment.operatorVersion);
    witness.start();
    const stream = stamped(desk.socket, await desk.cursor());
    const start = performance.now();
    let disturbance: Promise<void> = Promise.resolve();
    await eachLimited(placed, 8, async ({ secret }, index) => {
      if (index === CHANGES / 4) disturbance = restart(part, away);
      await desk.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
        input: { id: secret.id, data: [item(property)] },
      });
    });
    const answered = performance.now();
    await disturbance;
    const back = performance.now();
    await eachLimited(placed, 8, ({ secret }) =>
      desk.untilAssignment(
        secret.id,
        ({ status, syncedGeneration, desiredGeneration }) =>
          status === "SYNCED" && syncedGeneration === desiredGeneration,
        150_000,
      ),
    );
    const converged = performance.now();
    await witness.untilCaughtUp();
    await witness.stop();
    const { checked, current, byClock, problems } = checkTruth(stream, witness, property);
    stream.stop();
    expect(problems).toEqual([]);
    expect(checkTruth(stream, witness, "never").problems, "a claim of another spec is found false").toHaveLength(
      current,
    );
    expect(current).toBeGreaterThanOrEqual(CHANGES);
    await eachLimited(placed, 8, async ({ secret, project }) => {
      const native = await cluster.find(
        pathOf({ apiVersion: "v1", kind: "Secret", metadata: { namespace: project.name, name: secret.name } }),
      );
      expect(native?.["data"]).toEqual({ password: Buffer.from(`value of ${property}`).toString("base64") });
    });
    const seconds = (until: number): string => `${((until - start) / 1000).toFixed(1)} s`;
    report(
      `${part} killed in the middle of ${CHANGES} changes`,
      `mutations answered after ${seconds(answered)}, part back after ${seconds(back)}, all converged after ${seconds(converged)}; ${checked} SYNCED checked against the objects' history, 0 false, ${byClock} of them by the operator's clock alone; gaps of the witness: ${witness.gaps}`,
    );
  });

  async function restart(part: PartName, away: number): Promise<void> {
    await rig.part(part, "kill");
    await delay(away);
    await rig.part(part, "start");
  }

  /** Every SYNCED that was told, against what the API server had by then; `current`: those of the changed spec. */
  function checkTruth(
    stream: Stamped,
    witness: Witness,
    property: string,
  ): { checked: number; current: number; byClock: number; problems: string[] } {
    const problems: string[] = [];
    let byClock = 0;
    let current = 0;
    const changed = new Set<string>();
    const byAssignment = new Map(placed.map((each) => [each.assignment, each]));
    let checked = 0;
    for (const { at, transition } of stream.events) {
      const place = transition.subject === "ASSIGNMENT" ? byAssignment.get(transition.subjectId) : undefined;
      if (place === undefined) continue;
      if (transition.reason === "Updated") changed.add(transition.subjectId);
      if (transition.to !== "SYNCED" || transition.from === "SYNCED") continue;
      checked += 1;
      if (changed.has(transition.subjectId)) current += 1;
      const wanted = changed.has(transition.subjectId) ? [property] : properties;
      const versions = witness.of(place.project.name, place.secret.name);
      const proofs = versions.filter(({ synced, property: named }) => synced && wanted.includes(named));
      if (proofs.some((version) => version.at <= at)) continue;
      if (proofs.some((version) => wasThere(version, transition))) byClock += 1;
      else problems.push(`${place.secret.name}: ${JSON.stringify(transition)} without ${JSON.stringify(versions)}`);
    }
    return { checked, current, byClock, problems };
  }
});

/** Of a version that the witness saw only later, by a list after a gap: whether the operator's own time, in whole seconds of this machine's clock, is not later than the transition's. */
const wasThere = (version: SeenVersion, transition: TimedTransition): boolean =>
  version.statusAt <= Date.parse(transition.at);

const item = (property: string) => ({ secretKey: "password", remoteKey: key, property });
