// Builds once, then compiles on every change and restarts the server with what was compiled.
import { spawn, spawnSync } from "node:child_process";

const { status } = spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
const children = [
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--watch", "--preserveWatchOutput"],
  ["--watch", "--enable-source-maps", "dist/src/main.js", ...process.argv.slice(2)],
].map((args) => spawn(process.execPath, args, { stdio: "inherit" }));

const stop = (signal: NodeJS.Signals): void => {
  for (const child of children) child.kill(signal);
};
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
for (const child of children) child.on("exit", () => stop("SIGTERM"));
