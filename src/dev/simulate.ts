import { rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { serveControl } from "./simulator/control.js";
import { startSimulator } from "./simulator/index.js";

const HELP = `Serves simulated Kubernetes clusters with a simulated External Secrets Operator, until it is stopped.

  npm run simulate -- --kubeconfig FILE [options]

  --kubeconfig FILE   where to write the kubeconfig: a context for each cluster, named as it (mode 0600)
  --clusters A,B      names of the clusters (default berlin,oslo)
  --port N            port of the first cluster, the others follow (default: free ports)
  --state FILE        keep the clusters' objects in FILE and find them again
  --time-scale N      scale of the operator's delays: 0.05 makes a second of 20 (default 1)
  --control           also serve an address from where faults are switched, and print it; whoever knows it may do everything
  --admin             write tokens that may do everything, instead of the least that Secretariat needs
  --help              this text
`;

/** Runs the command; answers its exit code. */
async function main(): Promise<number> {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        kubeconfig: { type: "string" },
        clusters: { type: "string", default: "berlin,oslo" },
        port: { type: "string", default: "0" },
        state: { type: "string" },
        "time-scale": { type: "string", default: "1" },
        control: { type: "boolean", default: false },
        admin: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : "bad arguments"}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const clusters = values.clusters
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const port = Number(values.port);
  const timeScale = Number(values["time-scale"]);
  const mistakes = [
    ...(values.kubeconfig === undefined ? ["--kubeconfig FILE is missing"] : []),
    ...(clusters.length === 0 || clusters.some((name) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u.test(name))
      ? ["--clusters: names of lower-case letters, digits and dashes, separated by commas"]
      : []),
    ...(!Number.isInteger(port) || port < 0 || port > 65_535 ? ["--port: a number up to 65535"] : []),
    ...(timeScale > 0 && timeScale <= 1 ? [] : ["--time-scale: a number above 0, up to 1"]),
  ];
  if (values.kubeconfig === undefined || mistakes.length > 0) {
    process.stderr.write(`${mistakes.join("\n")}\n\n${HELP}`);
    return 2;
  }
  const simulator = await startSimulator({
    clusters,
    port,
    timeScale,
    ...(values.state === undefined ? {} : { stateFile: resolve(values.state) }),
  });
  const path = resolve(values.kubeconfig);
  const beside = `${path}.${process.pid}.tmp`;
  await writeFile(beside, simulator.kubeconfig(values.admin ? "admin" : "secretariat"), { mode: 0o600 });
  await rename(beside, path);
  const control = values.control ? await serveControl(simulator) : null;
  for (const { name, url } of simulator.clusters.values()) process.stdout.write(`${name} ${url}\n`);
  if (control !== null) process.stdout.write(`control ${control.url}\n`);
  process.stdout.write(`kubeconfig ${path}\n`);
  await new Promise<void>((resolveStop) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolveStop());
  });
  await control?.close();
  await simulator.stop();
  return 0;
}

process.exitCode = await main();
