import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANSWERS_NULL, KIND_AT } from "../api/access/operations.js";
import { documentOf, idPositions } from "../api/access/schema.js";
import { eachOf, type Wire, wireOf } from "../api/access/wire.js";
import { recordLog } from "../support/recording-log.js";
import { Scene, type Synced } from "../support/scene.js";
import { ApiClient } from "../support/client.js";
import { type Answer, answerOf, messageOf } from "./answer.js";
import { argumentsWith, type Position, positionsOf } from "./inputs.js";

/*
 * Whatever text, JSON, time or id the schema takes, wherever: given what nobody should give. The positions come out of the schema, so a new input is tested as soon as it is there.
 */

const log = recordLog();
let scene: Scene;
let place: Synced;
let ids: Record<string, string>;
let foreign: Record<string, string>;
const wires: Record<string, Wire> = {};

beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], logger: log.logger, env: { FORCED_SYNC_INTERVAL_SECONDS: "0" } });
  [place, foreign] = [await scene.synced(), {}];
  ids = idsOf(place);
  foreign = idsOf(await scene.synced());
  await scene.mutate('addProjectMembers(projectId: $id, subjects: ["mia"]) { id }', "$id: ID!", {
    id: place.project.id,
  });
  wires["admin"] = wireOf(scene.app.url, scene.admin.token);
  wires["member"] = wireOf(scene.app.url, (await ApiClient.of(scene.app.url, { subject: "mia" })).token);
}, 60_000);
afterAll(async () => {
  for (const wire of Object.values(wires)) wire.close();
  await scene?.stop();
});

const idsOf = ({ project, provider, secret, assignment }: Synced): Record<string, string> => ({
  project: project.id,
  provider: provider.id,
  secret: secret.id,
  assignment: assignment.id,
  cluster: scene.clusterId("berlin"),
});

const LONG = 100_000;
const TEXTS: Readonly<Record<string, string>> = {
  nothing: "",
  spaces: "   ",
  NUL: "a\0b",
  "control characters": "a\u0001\u0007\u001b[31mb\u007f\u0085",
  lines: 'a\r\nb\n{"level":"error"}\u2028c',
  "right-to-left marks": "a\u202Eb\u2066c\u2069\u200F",
  "a byte order mark": "\uFEFFa",
  "half a character": "a\ud800b",
  "other alphabets": "ключ-密钥-🔑-é",
  "many marks on one letter": `a${"\u0301".repeat(1_000)}`,
  "very much": "x".repeat(LONG),
  "very much of other alphabets": "密".repeat(LONG / 4),
  markup: "<script>alert(1)</script>&amp;",
  "a template": "{{ .password }}{{ range $i := . }}{{ end }}${x}#{y}%s%n",
  SQL: "'; DROP TABLE secret; -- \\",
  YAML: "a: b\n- c: &x *x\n---\n!!js/function",
  "a path": "../../../etc/passwd",
  "a name of Object's own": "__proto__",
};

async function ask(wire: Wire, { coordinate }: Position, variables: Record<string, unknown>): Promise<Answer> {
  const document = documentOf(coordinate);
  return coordinate.parent.name === "Subscription"
    ? messageOf(await wire.over(document, variables))
    : answerOf(await wire.post(document, variables));
}

/** Printable, and not at length. */
// oxlint-disable-next-line eslint/no-control-regex -- these are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

async function check(title: string, position: Position, value: unknown): Promise<void> {
  for (const [who, wire] of Object.entries(wires)) {
    const began = performance.now();
    const { data, errors = [] } = await ask(wire, position, argumentsWith(position, value, ids));
    const where = `${who}: ${position.name} ${title}`;
    expect(performance.now() - began, where).toBeLessThan(5_000);
    if (data === undefined || data === null) expect(errors.length, where).toBeGreaterThan(0);
    for (const { message, extensions } of errors) {
      expect(extensions?.code, `${where}: ${message}`).not.toBe("INTERNAL_SERVER_ERROR");
      expect(message.length, where).toBeLessThan(10_000);
      expect(message, where).not.toMatch(CONTROLS);
    }
  }
}

describe("texts", () => {
  const positions = positionsOf("String");

  it("are taken in many places", () => {
    expect(positions.length).toBeGreaterThan(60);
  });

  it.each(Object.entries(TEXTS))(
    "of %s are refused or taken, and nothing fails, wherever",
    async (title, text) => {
      await eachOf(positions, (position) => check(title, position, text));
    },
    120_000,
  );
});

describe("JSON", () => {
  const deep = JSON.parse('{"a":'.repeat(500) + "1" + "}".repeat(500)) as unknown;
  const VALUES: Readonly<Record<string, unknown>> = {
    "that is no object": [1, "x", null],
    "that is a text": "x\0",
    "that is deep": deep,
    "that is wide": Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`k${n}`, n])),
    "with odd keys": { "a\0b": 1, "\u202E": "x", "__proto__ ": 1, "": "", ["k".repeat(10_000)]: 1 },
    "with odd texts": { auth: TEXTS, name: "a\0b", key: "\ud800" },
    "with numbers beyond": { a: 1e308, b: -0, c: 2 ** 53 },
  };

  it.each(Object.entries(VALUES))(
    "%s is refused or taken, and nothing fails, wherever",
    async (title, value) => {
      await eachOf(positionsOf("JSON"), (position) => check(title, position, value));
    },
    60_000,
  );
});

describe("times and numbers", () => {
  it.each([
    "",
    "now",
    "0000-00-00T00:00:00Z",
    "9999999-01-01T00:00:00Z",
    "2026-01-01",
    "-infinity",
    "2026-01-01T00:00:00.000000000000001Z",
  ])("the time %s is refused or taken, and nothing fails", async (time) => {
    await eachOf(positionsOf("DateTime"), (position) => check(time, position, time));
  });

  it.each([-1, 0, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 1e100, 0.5])(
    "the number %d is refused or taken, and nothing fails",
    async (number) => {
      await eachOf(positionsOf("Int"), (position) => check(String(number), position, number));
    },
  );
});

describe("ids", () => {
  it.each(["admin", "member"])(
    "of other kinds and of nothing lead nowhere, wherever: as %s",
    async (who) => {
      const wire = wires[who];
      if (wire === undefined) throw new Error(who);
      const cases = idPositions
        .filter(({ coordinate }) => ["Query", "Mutation", "Subscription"].includes(coordinate.parent.name))
        .flatMap((position) => {
          const kind = KIND_AT[position.name] ?? "";
          if (kind === "any") return [];
          const others = Object.entries(ids).filter(([other]) => other !== kind);
          const uuid = (ids[kind] ?? "").replace(/^[a-z]+_/, "");
          const prefix = (ids[kind] ?? "").replace(/_.*/, "_");
          const made = [
            uuid,
            prefix,
            `${prefix}x`,
            `${prefix}${uuid.toUpperCase()}`,
            `${prefix}${uuid}\0`,
            ` ${ids[kind]}`,
            "_",
            "\ud800",
            "x".repeat(10_000),
          ];
          // What others have, for who may not see it: the same as nothing.
          const foreigners = who === "admin" || kind === "cluster" ? [] : [foreign[kind] ?? ""];
          return [...others.map(([, id]) => id), ...made, ...foreigners].map((id) => ({ position, id }));
        });
      await eachOf(cases, async ({ position, id }) => {
        const answer = await ask(wire, position, argumentsWith(position, id, ids));
        const where = `${position.name} ${id.slice(0, 60)} ${JSON.stringify(answer).slice(0, 300)}`;
        if (ANSWERS_NULL.has(position.coordinate.name)) expect(answer, where).toEqual({ data: { answer: null } });
        else
          expect(
            answer.errors?.map(({ extensions }) => extensions?.code),
            where,
          ).toEqual(["NOT_FOUND"]);
      });
    },
    120_000,
  );
});

describe("afterwards", () => {
  it("everything works as ever, and the log has no failure of ours and no control character", async () => {
    await scene.synced();
    expect(log.entries().filter(({ level, msg }) => level === "error" || msg === "unexpected failure")).toEqual([]);
    for (const line of log.lines) expect(line.trimEnd()).not.toMatch(CONTROLS);
  });
});
