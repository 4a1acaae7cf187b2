import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { settingNames } from "../src/config.js";

const root = new URL("../", import.meta.url);
const lines = readFileSync(new URL("README.md", root), "utf8").split("\n");
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("package.json", root), "utf8")));

/** npm runs these two by their own name. */
const commandOf = (script: string): string =>
  ["start", "test"].includes(script) ? `npm ${script}` : `npm run ${script}`;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

describe("README.md", () => {
  it.each(settingNames())("has a line of its settings' table for %s", (name) => {
    const rows = lines.filter((line) => line.startsWith("|") && new RegExp(`\`${name}\``).test(line));
    expect(rows.length).toBeGreaterThan(0);
  });

  it("lists no setting that there is not", () => {
    const known = new Set(settingNames());
    const listed = lines.flatMap((line) =>
      [...(/^\|([^|]*)\|/.exec(line)?.[1] ?? "").matchAll(/`([A-Z][A-Z0-9_]{2,})`/g)].map(([, name]) => name),
    );
    expect(listed.filter((name) => name !== undefined && !known.has(name))).toEqual([]);
  });

  it.each(Object.keys(scripts))("has a line for the script %s", (script) => {
    expect(lines.some((line) => new RegExp(`${escaped(commandOf(script))}(?![\\w:-])`).test(line))).toBe(true);
  });
});
