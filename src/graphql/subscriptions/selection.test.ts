import { describe, expect, it } from "vitest";
import type { TransitionRecord } from "../../domain/transition.js";
import { EmptyReadModel, MemoryStream, uuid } from "../testing/fakes.js";
import { pageOf } from "../testing/rows.js";
import { confirm, selects, type Selection } from "./selection.js";

const NONE: Selection = { subject: null, secretId: null, projectId: null, providerId: null };
const transition = (given: Partial<TransitionRecord>): TransitionRecord => {
  const [row] = new MemoryStream().write(given);
  if (row === undefined) throw new Error("nothing was written");
  return row;
};

describe("a subscription's selection", () => {
  it.each<[string, Partial<Selection>, Partial<TransitionRecord>, boolean]>([
    ["everything", {}, {}, true],
    ["its subject", { subject: "SECRET" }, { subject: "SECRET" }, true],
    ["no other subject", { subject: "SECRET" }, { subject: "ASSIGNMENT" }, false],
    ["its secret", { secretId: uuid(1) }, { secretId: uuid(1) }, true],
    ["no other secret", { secretId: uuid(1) }, { secretId: uuid(2) }, false],
    ["its provider", { providerId: uuid(1) }, { providerId: uuid(1) }, true],
    ["no other provider", { providerId: uuid(1) }, { providerId: null }, false],
    ["its project", { projectId: uuid(1) }, { projectId: uuid(1) }, true],
    ["no other project", { projectId: uuid(1) }, { projectId: uuid(2) }, false],
    ["nothing without a project, of a project", { projectId: uuid(1) }, { subject: "SECRET", projectId: null }, false],
    [
      "organization secrets, until they are asked for",
      { subject: "SECRET", projectId: uuid(1) },
      { subject: "SECRET", projectId: null },
      true,
    ],
  ])("is %s", (_title, selection, given, expected) => {
    expect(selects({ ...NONE, ...selection }, transition(given))).toBe(expected);
  });

  it.each<[string, Partial<TransitionRecord> | null, Partial<TransitionRecord>, boolean]>([
    ["was never in the project", null, {}, false],
    ["is in it", { to: "SYNCED" }, {}, true],
    ["is in it no more", { to: null }, {}, false],
    ["is gone, and was in it", { to: null }, { to: null }, true],
    ["is gone, and was never in it", null, { to: null }, false],
  ])("of a project, for an organization secret that %s", async (_title, newest, given, expected) => {
    const readModel = new EmptyReadModel();
    const asked: unknown[] = [];
    readModel.history = (_scope, filter) => {
      asked.push(filter);
      return Promise.resolve(pageOf(newest === null ? [] : [transition(newest)]));
    };
    const row = transition({ subject: "SECRET", secretId: uuid(5), ...given });
    const own = transition({ subject: "SECRET", secretId: uuid(6), projectId: uuid(1) });
    const selection: Selection = { ...NONE, subject: "SECRET", projectId: uuid(1) };
    expect(await confirm(readModel, { admin: true }, selection, [row, own])).toEqual(expected ? [row, own] : [own]);
    expect(asked).toEqual([{ subject: ["ASSIGNMENT"], secretId: uuid(5), projectId: uuid(1) }]);
  });
});
