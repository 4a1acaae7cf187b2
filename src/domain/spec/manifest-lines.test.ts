import { describe, expect, it } from "vitest";
import { locateProblems } from "./manifest-lines.js";
import { parseManifest } from "./manifest.js";
import { settings } from "./testing.js";

const TEXT = `# a comment
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: orders
spec:
  data:
    - secretKey: a
      remoteRef: { key: b }
    - remoteRef:
        key: c
  target:
    creationPolicy: Owner
`;
const lineOf = (path: string[], message = "", text = TEXT) =>
  locateProblems(text, settings, [{ path, message }])[0]?.line;

describe("the line of a problem", () => {
  it.each<[string[], number | null]>([
    [["manifest", "apiVersion"], 3],
    [["manifest", "metadata", "name"], 6],
    [["manifest", "spec", "data", "0", "remoteRef", "key"], 10],
    [["manifest", "spec", "data", "1", "remoteRef", "key"], 12],
    [["manifest", "spec", "target", "creationPolicy"], 14],
    // What is missing is told at the nearest field around it.
    [["manifest", "spec", "data", "1", "secretKey"], 11],
    [["manifest", "spec", "secretStoreRef"], 7],
    [["manifest", "spec", "data", "7"], 8],
    [["manifest", "status"], null],
    [["manifest"], null],
    [["projectId"], null],
    [[], null],
  ])("at %j is %s", (path, line) => {
    expect(lineOf(path)).toBe(line);
  });

  it("that no YAML can be read for is the one that its message names", () => {
    const text = "kind: ExternalSecret\nspec: [1\nmetadata: {}\n";
    const result = parseManifest(text, settings);
    const problems = ("problems" in result ? result.problems : []).map(({ path, message }) => ({
      path: ["manifest", ...path],
      message,
    }));
    expect(problems).not.toEqual([]);
    for (const { message, line } of locateProblems(text, settings, problems)) {
      expect(line).not.toBeNull();
      expect(message).toContain(`(line ${String(line)}, `);
    }
  });

  it("of a text that is too large is not looked for", () => {
    expect(lineOf(["manifest", "kind"], "", `kind: x\n#${" ".repeat(settings.maxJsonBytes)}`)).toBeNull();
  });
});
