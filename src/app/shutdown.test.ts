import { describe, expect, it } from "vitest";
import { recordLog } from "../../test/support/recording-log.js";
import { Shutdown } from "./shutdown.js";

describe("Shutdown", () => {
  it("stops in the opposite order, each after the one before, and once only", async () => {
    const order: string[] = [];
    const shutdown = new Shutdown(recordLog().logger);
    for (const name of ["database", "clusters", "server"])
      shutdown.add(name, 1_000, async () => {
        await Promise.resolve();
        order.push(name);
      });
    await Promise.all([shutdown.run(), shutdown.run()]);
    await shutdown.run();
    expect(order).toEqual(["server", "clusters", "database"]);
  });

  it("lets a part have what those before it did not use, and no more", async () => {
    const log = recordLog();
    const shutdown = new Shutdown(log.logger);
    shutdown.add("last", 50, () => new Promise(() => {}));
    shutdown.add("quick", 150, () => Promise.resolve());
    shutdown.add("endless", 100, () => new Promise(() => {}));
    const began = performance.now();
    await shutdown.run();
    expect(log.entries().map(({ part, limit }) => [part, Math.round(Number(limit) / 20) * 20])).toEqual([
      ["endless", 100],
      ["last", 200],
    ]);
    expect(performance.now() - began).toBeGreaterThan(295);
  });

  it("goes on after a part that fails, throws or never ends, and says which", async () => {
    const log = recordLog();
    const shutdown = new Shutdown(log.logger);
    let stopped = false;
    shutdown.add("first", 1_000, () => {
      stopped = true;
      return Promise.resolve();
    });
    shutdown.add("endless", 20, () => new Promise(() => {}));
    shutdown.add("failing", 1_000, () => Promise.reject(new Error("no")));
    shutdown.add("throwing", 1_000, () => {
      throw new Error("at once");
    });
    await shutdown.run();
    expect(stopped).toBe(true);
    expect(log.entries().map(({ level, part }) => [level, part])).toEqual([
      ["error", "throwing"],
      ["error", "failing"],
      ["warn", "endless"],
    ]);
  });
});
