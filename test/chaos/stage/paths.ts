import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const beside = new URL("../../../", import.meta.url);

/** The compiled files: where this one is compiled itself, or what `npm run build` made. */
const DIST = existsSync(new URL("src/main.js", beside)) ? beside : new URL("dist/", beside);

const of = (path: string): string => fileURLToPath(new URL(path, DIST));

export const PATHS = {
  dist: fileURLToPath(DIST),
  main: of("src/main.js"),
  simulate: of("src/dev/simulate.js"),
  clockShift: of("test/chaos/stage/clock-shift.js"),
} as const;
