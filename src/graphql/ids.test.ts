import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VisibleKind } from "../domain/ports/read-model.js";
import { globalId, parseGlobalId, subjectGlobalId, uuidOf, uuidOrNull } from "./ids.js";

const KINDS: VisibleKind[] = ["cluster", "project", "provider", "secret", "assignment", "transition"];
const kind = fc.constantFrom(...KINDS);

describe("global ids", () => {
  it("lead back to what they name, and to nothing of another kind", () => {
    fc.assert(
      fc.property(kind, kind, fc.uuid(), (one, other, uuid) => {
        const id = globalId(one, uuid);
        expect(parseGlobalId(id)).toEqual({ kind: one, id: uuid });
        expect(uuidOrNull(other, id)).toBe(one === other ? uuid : null);
      }),
    );
  });

  it("are unique over all types", () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(new Set(KINDS.map((each) => globalId(each, uuid))).size).toBe(KINDS.length);
      }),
    );
  });

  it("refuse every other text as what cannot be seen", () => {
    const text = fc.oneof(
      fc.string(),
      fc.uuid(),
      fc.tuple(kind, fc.uuid()).map(([of, uuid]) => `${globalId(of, uuid)} `),
    );
    fc.assert(
      fc.property(kind, text, (of, id) => {
        expect(() => uuidOf(of, id)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
      }),
    );
  });

  it.each([
    ["SECRET", "secret"],
    ["ASSIGNMENT", "assignment"],
    ["PROVIDER", "provider"],
    ["PROJECT", "project"],
    ["CLUSTER", "cluster"],
  ] as const)("of a %s transition's subject is the %s's", (subject, of) => {
    const uuid = "00000000-0000-4000-8000-000000000001";
    expect(subjectGlobalId(subject, uuid)).toBe(globalId(of, uuid));
  });
});
