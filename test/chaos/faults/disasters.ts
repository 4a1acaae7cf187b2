import { setTimeout as delay } from "node:timers/promises";
import type { FaultContext } from "./fault.js";

/** Puts the database back to its backup; the replicas run on, or are stopped and started again. */
export async function restore({ world, random, onRestore }: FaultContext): Promise<void> {
  const { stage } = world;
  const runningOn = random.next() < 0.5;
  await world.gate.close();
  try {
    if (!runningOn) await Promise.all(stage.replicas.map((replica) => replica.kill()));
    await stage.database.restore(async () => {
      await onRestore.lost(stage.database.lostUrl);
      world.restores += 1;
    });
    if (!runningOn) for (const replica of stage.replicas) replica.spawn();
    world.restoredAt = performance.now();
    await Promise.all(stage.replicas.map((replica) => replica.start()));
    await onRestore.restored();
  } finally {
    world.gate.open();
  }
}

/** Every replica is started with a kubeconfig whose two contexts lead to each other's cluster: nothing may be written to either. */
export async function swapContexts({ world, random }: FaultContext): Promise<void> {
  const { stage } = world;
  world.handsOff = true;
  await Promise.all(stage.replicas.map((replica) => replica.kill()));
  const putRight = await stage.swapContexts();
  const began = Date.now();
  try {
    for (const replica of stage.replicas) replica.spawn();
    await Promise.all(stage.replicas.map((replica) => replica.start()));
    await delay(random.between(6_000, 10_000));
    await Promise.all(stage.replicas.map((replica) => replica.kill()));
    world.swaps.push([began, Date.now()]);
  } finally {
    await putRight();
    world.handsOff = false;
    for (const replica of stage.replicas) replica.spawn();
    await Promise.all(stage.replicas.map((replica) => replica.start()));
  }
}
