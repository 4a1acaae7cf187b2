// Builds, then runs a program of the product in this very process, so that signals reach it: node scripts/run.ts src/main.js [arguments]
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [program] = process.argv.splice(2, 1);
if (program === undefined) throw new Error("name a program below dist/");
const { status } = spawnSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
await import(pathToFileURL(resolve("dist", program)).href);
