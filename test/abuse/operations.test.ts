import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Wire, wireOf } from "../api/access/wire.js";
import { ApiClient } from "../support/client.js";
import { recordLog } from "../support/recording-log.js";
import { Scene } from "../support/scene.js";
import { answerOf } from "./answer.js";
import { broken, type Generated, operations } from "./generate.js";

/* Operations that are made of the schema, by nobody's imagination: each is answered, in bounded time, and never with a failure of ours. */

const log = recordLog();
let scene: Scene;
let ids: string[];
const wires: Wire[] = [];
const codes = new Map<string, number>();

beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], logger: log.logger });
  const { project, provider, secret, assignment } = await scene.synced();
  const { history } = await scene.admin.ask<{ history: { nodes: { id: string }[] } }>(
    "{ history(first: 3) { nodes { id } } }",
  );
  ids = [
    project.id,
    provider.id,
    secret.id,
    assignment.id,
    scene.clusterId("berlin"),
    ...history.nodes.map(({ id }) => id),
  ];
  const member = await ApiClient.of(scene.app.url, { subject: "mia", groups: [project.name] });
  wires.push(wireOf(scene.app.url, scene.admin.token), wireOf(scene.app.url, member.token));
}, 60_000);
afterAll(async () => {
  for (const wire of wires) wire.close();
  await scene?.stop();
  process.stdout.write(
    `generated operations were answered: ${[...codes].map(([code, count]) => `${count} ${code}`).join(", ")}\n`,
  );
});

const LIMIT = 5_000;

async function answered(wire: Wire, { query, variables }: Generated): Promise<boolean> {
  const began = performance.now();
  const answer = answerOf(await wire.post(query, variables));
  const found = (answer.errors ?? []).map(({ extensions }) => extensions?.code ?? "no code");
  for (const code of found.length === 0 ? ["data"] : new Set(found)) codes.set(code, (codes.get(code) ?? 0) + 1);
  expect(found, query).not.toContain("INTERNAL_SERVER_ERROR");
  expect(found, query).not.toContain("no code");
  expect("data" in answer || found.length > 0, query).toBe(true);
  expect(performance.now() - began, query).toBeLessThan(LIMIT);
  return true;
}

describe("an operation made of the schema", () => {
  it("is answered, and never with a failure of ours", async () => {
    await fc.assert(
      fc.asyncProperty(operations(ids), fc.nat({ max: 1 }), async (operation, who) => {
        const wire = wires[who];
        if (wire !== undefined) await answered(wire, operation);
      }),
      { numRuns: 400, interruptAfterTimeLimit: 60_000 },
    );
    // Most of them get as far as being executed.
    expect(codes.get("data") ?? 0).toBeGreaterThan(20);
  }, 120_000);

  it("is refused in words where a piece of it is missing", async () => {
    await fc.assert(
      fc.asyncProperty(broken(ids), async (operation) => {
        const [wire] = wires;
        if (wire !== undefined) await answered(wire, operation);
      }),
      { numRuns: 200, interruptAfterTimeLimit: 60_000 },
    );
  }, 120_000);

  it("left no failure of ours in the log", () => {
    expect(log.entries().filter(({ msg }) => msg === "unexpected failure")).toEqual([]);
  });
});
