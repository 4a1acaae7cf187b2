import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { unique, type NamedId } from "../support/scene.js";
import { vaultBackend } from "./support/backends.js";
import { RigControl } from "./support/control.js";
import { Desk } from "./support/desk.js";
import { eachLimited } from "./support/each-limited.js";
import { report } from "./support/figures.js";
import { pathOf, RawCluster } from "./support/raw-cluster.js";
import type { PartName } from "./support/rig-parts.js";
import { stamped, type Stamped, type TimedTransition } from "./support/stamped.js";
import { Witness, type SeenVersion } from "./support/witness.js";

const CHANGES = 200;
const PROJECTS = 4;
/** The operator's clock is written in whole seconds. */
const SECOND = 1_000;
/** How much later the witness may hear of a version than the product, both being woken by the same server. */
const WITNESS_LAG = 500;

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
  });
  afterAll(async () => {
    for (const { id } of projects) {
      await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id });
      await desk.untilGone("project", id, 150_000);
    }
    await desk.stop();
  });

  it.each<[PartName, number, string]>([
    ["external-secrets", 1_000, "v1"],
    ["kube-apiserver", 1_000, "v2"],
    ["etcd", 2_000, "v3"],
    ["kube-controller-manager", 1_000, "v4"],
  ])("%s, killed: all converge, and no SYNCED was ever false", async (part, away, property) => {
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
    await delay(WITNESS_LAG);
    await witness.stop();
    const { checked, problems } = checkTruth(stream, witness, property);
    stream.stop();
    expect(problems).toEqual([]);
    expect(checkTruth(stream, witness, "never").problems, "a claim of another spec is found false").toHaveLength(
      checked,
    );
    expect(checked).toBeGreaterThanOrEqual(CHANGES);
    await eachLimited(placed, 8, async ({ secret, project }) => {
      const native = await cluster.find(
        pathOf({ apiVersion: "v1", kind: "Secret", metadata: { namespace: project.name, name: secret.name } }),
      );
      expect(native?.["data"]).toEqual({ password: Buffer.from(`value of ${property}`).toString("base64") });
    });
    const seconds = (until: number): string => `${((until - start) / 1000).toFixed(1)} s`;
    report(
      `${part} killed in the middle of ${CHANGES} changes`,
      `mutations answered after ${seconds(answered)}, part back after ${seconds(back)}, all converged after ${seconds(converged)}; ${checked} SYNCED checked against the objects' history, 0 false; gaps of the witness: ${witness.gaps}`,
    );
  });

  async function restart(part: PartName, away: number): Promise<void> {
    await rig.part(part, "kill");
    await delay(away);
    await rig.part(part, "start");
  }

  /** Every SYNCED that was told, against what the API server had by then. */
  function checkTruth(stream: Stamped, witness: Witness, property: string): { checked: number; problems: string[] } {
    const problems: string[] = [];
    const changed = new Set<string>();
    const byAssignment = new Map(placed.map((each) => [each.assignment, each]));
    let checked = 0;
    for (const { at, transition } of stream.events) {
      const place = transition.subject === "ASSIGNMENT" ? byAssignment.get(transition.subjectId) : undefined;
      if (place === undefined) continue;
      if (transition.reason === "Updated") changed.add(transition.subjectId);
      if (transition.to !== "SYNCED" || transition.from === "SYNCED") continue;
      checked += 1;
      const wanted = changed.has(transition.subjectId) ? [property] : properties;
      const versions = witness.of(place.project.name, place.secret.name);
      if (!versions.some((version) => proves(version, wanted, at, transition)))
        problems.push(`${place.secret.name}: ${JSON.stringify(transition)} without ${JSON.stringify(versions)}`);
    }
    return { checked, problems };
  }
});

/** Whether this version of the object makes a SYNCED true that was heard at `at`. One that the witness saw only after a gap is judged by the operator's own time. */
function proves(version: SeenVersion, wanted: readonly string[], at: number, transition: TimedTransition): boolean {
  if (!version.synced || !wanted.includes(version.property)) return false;
  if (version.prompt) return version.at <= at + WITNESS_LAG;
  return version.statusAt <= Date.parse(transition.at) + SECOND;
}

const item = (property: string) => ({ secretKey: "password", remoteKey: key, property });
