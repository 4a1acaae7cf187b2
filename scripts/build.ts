// Builds the product into dist/: the compiled server, and the files of GraphiQL and of the web console.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

const run = (...command: string[]): void => {
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};

rmSync("dist", { recursive: true, force: true });
run("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
run("scripts/build-graphiql.ts");
run("node_modules/vite/bin/vite.js", "build", "console", "--logLevel", "warn");
