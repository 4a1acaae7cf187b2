import { patiently } from "./answers.js";
import { setTimeout as delay } from "node:timers/promises";
import { Subscriber } from "./actors/subscriber.js";
import { ClusterLog } from "./check/cluster-log.js";
import { readPast, type Past } from "./check/journal.js";
import { at } from "./check/json.js";
import { findOrphans } from "./check/orphans.js";
import { checkSubscriber } from "./check/viewers.js";
import { Random } from "./random.js";
import type { Scene } from "./scene.js";
import type { Replica } from "./stage/replica.js";
import type { Cluster } from "./stage/simulation.js";
import { ADA, BEA, type World } from "./stage/world.js";

/** A leader is stopped past the takeover and goes on. @returns milliseconds until another led, and what was found */
export async function pauseLeader(scene: Scene): Promise<{ takeover: number; findings: string[] }> {
  const leader = await scene.leaderOf("berlin");
  const began = performance.now();
  let takeover = 0;
  const pause = async (): Promise<void> => {
    leader.pause();
    const next = await scene.leaderOf("berlin");
    takeover = performance.now() - began;
    if (next === leader) throw new Error("nobody took over");
    await delay(1_500);
    leader.resume();
    await delay(3_000);
  };
  await scene.workDuring(pause());
  await scene.converge(10_000);
  return { takeover, findings: await scene.findings() };
}

/** A replica is stopped while it holds the lock of the log. @returns how long the others' mutations took at most, milliseconds */
export async function pauseWithPositionLock(scene: Scene): Promise<{ longest: number; findings: string[] }> {
  const { stage, world } = scene;
  const [victim, other] = stage.replicas;
  if (victim === undefined || other === undefined) throw new Error("two replicas are needed");
  let longest = 0;
  // Another project each: what is waited for is the log alone.
  const mutate = (replica: Replica, project: string, description: string): Promise<unknown> =>
    world.api.send(
      ADA,
      "mutation ($id: ID!, $description: String!) { updateProject(id: $id, description: $description) { id } }",
      { id: world.projects.get(project)?.id, description },
      replica,
    );
  try {
    const { reached, speak } = victim.proxy.stopBefore("COMMIT");
    const first = mutate(victim, "prj-alpha", "held").catch(() => {});
    await reached;
    victim.pause();
    for (let i = 1; i <= 5; i += 1) {
      const from = performance.now();
      await mutate(other, "prj-beta", `meanwhile ${i}`);
      longest = Math.max(longest, performance.now() - from);
    }
    speak();
    victim.resume();
    await first;
  } finally {
    victim.resume();
  }
  await scene.converge(20_000);
  return { longest, findings: await scene.findings() };
}

/** Every replica is ended and started again, one after the other, while clients change and listen. */
export async function rollingRestart(
  scene: Scene,
): Promise<{ acknowledged: number; unanswered: number; received: number; findings: string[] }> {
  const { stage, world, owner } = scene;
  const subscribers = [ADA, BEA, ADA].map(
    (person, i) =>
      new Subscriber(world, new Random(10 + i), { person, topic: { field: "transitions" }, manner: "prompt" }),
  );
  for (const subscriber of subscribers) subscriber.start();
  const roll = async (): Promise<void> => {
    await delay(500);
    for (const replica of stage.replicas) {
      await replica.terminate();
      await replica.start();
      await delay(500);
    }
  };
  await scene.workDuring(roll());
  await scene.converge();
  const found = await untilCaughtUp(scene, subscribers);
  await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
  return {
    acknowledged: owner.acknowledged,
    unanswered: owner.unanswered,
    received: subscribers.reduce((sum, { received }) => sum + received, 0),
    findings: [...found, ...(await scene.findings())],
  };
}

async function untilCaughtUp(
  { world, stage }: Scene,
  subscribers: readonly Subscriber[],
  before: readonly Past[] = [],
): Promise<string[]> {
  for (let tries = 0; ; tries += 1) {
    const past = await readPast(stage.database.url);
    const found = subscribers.flatMap((subscriber) => checkSubscriber(world, subscriber, [...before, past]));
    if (found.length === 0 || tries > 60) return found;
    await delay(250);
  }
}

/** The leader is killed, again and again. @returns milliseconds from each kill until the next leader has put right what somebody changed meanwhile */
export async function takeovers(scene: Scene, times: number): Promise<number[]> {
  const { stage } = scene;
  const cluster = stage.cluster("berlin");
  const took: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const leader = await scene.leaderOf("berlin");
    const began = performance.now();
    await leader.kill();
    const place = await edit(cluster);
    while ((await intervalOf(cluster, place)) !== "1h0m0s") await delay(20);
    took.push(performance.now() - began);
    await leader.start();
    await scene.converge();
  }
  return took;
}

interface Place {
  namespace: string;
  name: string;
}

/** Somebody changes one of our objects. */
async function edit(cluster: Cluster): Promise<Place> {
  const object = (await cluster.objects("externalsecrets")).find(
    (each) => at(each, "metadata", "labels", "secretariat.io/assignment") !== undefined,
  );
  const place = {
    namespace: String(at(object, "metadata", "namespace")),
    name: String(at(object, "metadata", "name")),
  };
  await cluster.do({
    do: "patch",
    resource: "externalsecrets",
    ...place,
    manager: `hand-${Date.now()}`,
    patch: { spec: { refreshInterval: "3h0m0s" } },
  });
  return place;
}

async function intervalOf(cluster: Cluster, { namespace, name }: Place): Promise<unknown> {
  const found = (await cluster.objects("externalsecrets")).find(
    (each) => at(each, "metadata", "namespace") === namespace && at(each, "metadata", "name") === name,
  );
  return at(found, "spec", "refreshInterval");
}

/** The database is put back to a backup, under running replicas or with all of them stopped. */
export async function restoreDatabase(
  scene: Scene,
  runningOn: boolean,
): Promise<{ deleted: string[]; refused: number; orphans: number; findings: string[] }> {
  const { stage, world, owner } = scene;
  const logs = stage.clusters.map((cluster) => new ClusterLog(cluster));
  await stage.database.backUp();
  const subscribers = [ADA, BEA].map(
    (person, i) =>
      new Subscriber(world, new Random(20 + i), { person, topic: { field: "transitions" }, manner: "prompt" }),
  );
  for (const subscriber of subscribers) subscriber.start();
  for (let i = 0; i < 25; i += 1) await owner.step();
  await scene.converge();
  const before: Past[] = [];
  if (!runningOn) await Promise.all(stage.replicas.map((replica) => replica.kill()));
  const began = Date.now();
  await stage.database.restore(async () => {
    before.push(await readPast(stage.database.lostUrl));
    world.restores += 1;
  });
  if (!runningOn) for (const replica of stage.replicas) replica.spawn();
  await Promise.all(stage.replicas.map((replica) => replica.start()));
  const orphans = await findOrphans(stage);
  await scene.converge();
  await owner.relearn();
  for (const log of logs) await log.catchUp();
  const deleted = logs.flatMap((log) =>
    [...log.versions.values()]
      .flat()
      .filter(({ type, at: when }) => type === "DELETED" && when > began)
      .map(({ place }) => `${log.cluster.name} ${place}`),
  );
  for (let i = 0; i < 10; i += 1) await owner.step();
  await scene.converge();
  const found = await untilCaughtUp(scene, subscribers, before);
  await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
  const refused = subscribers.flatMap(({ segments }) => segments).filter((segment) => segment.refused).length;
  return { deleted, refused, orphans: orphans.size, findings: [...found, ...(await scene.findings())] };
}

/** Every replica is started with contexts that lead to each other's cluster. @returns what was written meanwhile, and how the clusters are called then */
export async function swapAll(scene: Scene): Promise<{ written: string[]; statuses: string[]; findings: string[] }> {
  const { stage, world } = scene;
  const logs = stage.clusters.map((cluster) => new ClusterLog(cluster));
  await Promise.all(stage.replicas.map((replica) => replica.kill()));
  const began = Date.now();
  const putRight = await stage.swapContexts();
  await Promise.all(stage.replicas.map((replica) => replica.start()));
  const statuses = await untilUnreachable(world);
  for (let i = 0; i < 5; i += 1) await scene.owner.step();
  await delay(1_000);
  await Promise.all(stage.replicas.map((replica) => replica.kill()));
  for (const log of logs) await log.catchUp();
  const written = logs.flatMap(({ ourWrites }) =>
    ourWrites.filter(({ at: when }) => when >= began).map(({ what }) => what),
  );
  await putRight();
  await Promise.all(stage.replicas.map((replica) => replica.start()));
  await scene.converge();
  return { written, statuses, findings: await scene.findings() };
}

async function untilUnreachable(world: World): Promise<string[]> {
  for (let tries = 0; ; tries += 1) {
    const { clusters } = await patiently(() =>
      world.api.ask<{ clusters: { status: string; statusReason: string | null }[] }>(
        ADA,
        "{ clusters { status statusReason } }",
      ),
    );
    if (clusters.every(({ status }) => status === "UNREACHABLE") || tries > 100)
      return clusters.map(({ status, statusReason }) => `${status} ${statusReason ?? ""}`);
    await delay(100);
  }
}
