import { afterAll, beforeAll, expect, it } from "vitest";
import { buildWorld, type World } from "./access/world.js";
let world: World;
beforeAll(async () => {
  const t = performance.now();
  world = await buildWorld();
  process.stdout.write(`built ${performance.now() - t}\n`);
});
afterAll(async () => {
  const t = performance.now();
  await world.stop();
  process.stdout.write(`stopped ${performance.now() - t}\n`);
});
it("x", async () => {
  const a = await world.clients.admin.ask(
    "{ secrets { nodes { name status statusReason assignmentCounts { status count } assignments { nodes { status reason message project { name } } } } } providers { nodes { name status statusReason } } history(first:1) { totalCount } }",
  );
  process.stdout.write(JSON.stringify(a, null, 1));
  expect(1).toBe(1);
});
