import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder = "";
let script = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulate-"));
  script = join(folder, "simulate.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "simulate.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  child: ChildProcess;
  output: () => string;
  exit: Promise<number | null>;
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return {
    child,
    output: () => output,
    exit: once(child, "exit").then(([code]: unknown[]) => (typeof code === "number" ? code : null)),
  };
}

describe("npm run simulate", () => {
  it("serves clusters in a kubeconfig that only its owner reads, until it is told to stop", async () => {
    const kubeconfig = join(folder, "kubeconfig");
    const { child, output, exit } = run("--kubeconfig", kubeconfig, "--clusters", "paris,rome");
    const limit = Date.now() + 10_000;
    while (!output().includes("kubeconfig ") && Date.now() < limit)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600);
    const config: unknown = parse(await readFile(kubeconfig, "utf8"));
    expect(config).toMatchObject({ contexts: [{ name: "paris" }, { name: "rome" }], "current-context": "paris" });
    const url = /paris (http:\S+)/u.exec(output())?.[1] ?? "";
    expect((await fetch(`${url}/version`)).status).toBe(401);
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });

  it("is steered from outside, by whoever knows the address that it prints", async () => {
    const kubeconfig = join(folder, "steered");
    const { child, output, exit } = run(
      "--kubeconfig",
      kubeconfig,
      "--clusters",
      "paris",
      "--control",
      "--time-scale",
      "0.1",
    );
    const limit = Date.now() + 10_000;
    while (!output().includes("kubeconfig ") && Date.now() < limit)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const control = /^control (\S+)$/mu.exec(output())?.[1] ?? "";
    const url = /paris (http:\S+)/u.exec(output())?.[1] ?? "";
    const steer = async (command: object, address = control): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(`${address}/paris`, { method: "POST", body: JSON.stringify(command) });
      return { status: response.status, body: await response.json() };
    };
    const version = async (): Promise<number> => (await fetch(`${url}/version`)).status;

    const rule = { effect: { kind: "status", code: 503 } };
    expect(await steer({ do: "fault", rule })).toEqual({ status: 200, body: { id: "1" } });
    expect(await version()).toBe(503);
    await steer({ do: "unfault", id: "1" });
    expect(await version()).toBe(401);
    await steer({ do: "write", object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } } });
    const { body } = await steer({ do: "history", after: 0 });
    expect(body).toMatchObject({ entries: [{ type: "ADDED", resource: "namespaces", name: "shop" }], next: 1 });
    expect(await steer({ do: "history", after: 1 })).toEqual({ status: 200, body: { entries: [], next: 1 } });

    expect(await steer({ do: "nonsense" })).toMatchObject({ status: 400 });
    expect(await steer({ do: "fault", rule: { effect: { kind: "nonsense" } } })).toMatchObject({ status: 400 });
    expect(await steer({ do: "state" }, new URL("/guessed", control).href)).toEqual({ status: 404, body: null });
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });

  it("tells how it is used", async () => {
    const { output, exit } = run("--help");
    expect([await exit, output()]).toEqual([0, expect.stringContaining("--kubeconfig FILE")]);
  });

  it.each([
    ["no kubeconfig", [], "--kubeconfig FILE is missing"],
    ["an unknown option", ["--nonsense"], "Unknown option '--nonsense'"],
    ["bad names", ["--kubeconfig", "x", "--clusters", "A B"], "--clusters: names of lower-case letters"],
    ["a bad scale", ["--kubeconfig", "x", "--time-scale", "2"], "--time-scale: a number"],
    ["a bad port", ["--kubeconfig", "x", "--port", "many"], "--port: a number"],
  ])("refuses %s", async (_what, args, message) => {
    const { output, exit } = run(...args);
    expect(await exit).toBe(2);
    expect(output()).toContain(message);
  });
});
