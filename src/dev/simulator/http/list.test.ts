import { describe, expect, it } from "vitest";
import { at, type JsonObject, list, text } from "../json.js";
import { type Bench, ESO, externalSecret, namespace, prepared, someText } from "../test-support.js";

const STATIC = { operator: false } as const;
const path = `${ESO}/namespaces/team/externalsecrets`;
const names = (body: JsonObject): string[] => list(body, "items").map((item) => text(item, "metadata", "name"));

async function filled(count: number, options = {}): Promise<Bench> {
  const made = await prepared({ ...STATIC, ...options });
  for (let index = 0; index < count; index += 1)
    made.cluster.store.create(
      externalSecret(
        `es-${String(index).padStart(3, "0")}`,
        {},
        { labels: { parity: index % 2 === 0 ? "even" : "odd", number: String(index) } },
      ),
    );
  return made;
}

describe("list", () => {
  it("shows custom objects whole and built-in ones without kind", async () => {
    const { call } = await filled(1);
    const custom = (await call("GET", path)).body;
    expect(custom).toMatchObject({
      kind: "ExternalSecretList",
      apiVersion: "external-secrets.io/v1",
      metadata: { continue: "", resourceVersion: someText() },
    });
    expect(list(custom, "items")[0]).toMatchObject({ kind: "ExternalSecret", apiVersion: "external-secrets.io/v1" });
    const core = (await call("GET", "/api/v1/namespaces")).body;
    expect(core["metadata"]).toEqual({ resourceVersion: someText() });
    expect(at(core, "items", 0, "kind")).toBeUndefined();
  });

  it.each([
    ["labelSelector=parity%3Deven", ["es-000", "es-002", "es-004"]],
    ["labelSelector=parity%3D%3Deven", ["es-000", "es-002", "es-004"]],
    ["labelSelector=parity!%3Deven", ["es-001", "es-003"]],
    ["labelSelector=number%20in%20(1%2C%203)", ["es-001", "es-003"]],
    ["labelSelector=number%20notin%20(1%2C3)%2Cparity%3Dodd", []],
    ["labelSelector=parity", ["es-000", "es-001", "es-002", "es-003", "es-004"]],
    ["labelSelector=!parity", []],
    ["fieldSelector=metadata.name%3Des-003", ["es-003"]],
    ["fieldSelector=spec.secretStoreRef.kind%3DSecretStore", []],
    ["fieldSelector=metadata.name!%3Des-003", ["es-000", "es-001", "es-002", "es-004"]],
    ["fieldSelector=metadata.name%3Des-003%2Cmetadata.namespace%3Dother", []],
  ])("selects by %s", async (query, expected) => {
    const { call } = await filled(5);
    expect(names((await call("GET", `${ESO}/externalsecrets?${query}`)).body)).toEqual(expected);
  });

  it.each([
    ["limit=many", 'strconv.ParseInt: parsing "many": invalid syntax'],
    [
      "limit=2&continue=nonsense",
      "invalid continue token: continue key is not valid: invalid character '\\u009e' looking for beginning of value",
    ],
    [
      "limit=2&continue=eHl6",
      "invalid continue token: continue key is not valid: invalid character 'x' looking for beginning of value",
    ],
  ])("refuses %s", async (query, message) => {
    const { call } = await filled(1);
    const { code, body } = await call("GET", `${path}?${query}`);
    expect([code, text(body, "message")]).toEqual([400, message]);
  });

  it("comes in pages that show one moment", async () => {
    const { call, cluster } = await filled(5);
    cluster.store.create(namespace("other"));
    const first = (await call("GET", `${path}?limit=2`)).body;
    expect([names(first), at(first, "metadata", "remainingItemCount")]).toEqual([["es-000", "es-001"], 3]);
    cluster.store.delete("externalsecrets", "team", "es-003");
    cluster.store.create(externalSecret("es-0025"));
    const second = (await call("GET", `${path}?limit=2&continue=${text(first, "metadata", "continue")}`)).body;
    const third = (await call("GET", `${path}?limit=2&continue=${text(second, "metadata", "continue")}`)).body;
    expect([names(second), names(third), text(third, "metadata", "continue")]).toEqual([
      ["es-002", "es-003"],
      ["es-004"],
      "",
    ]);
    expect(new Set([first, second, third].map((page) => text(page, "metadata", "resourceVersion"))).size).toBe(1);
  });

  it("answers 410 to a token that is too old, with one to go on without consistency", async () => {
    const { call, cluster } = await filled(4);
    const first = (await call("GET", `${path}?limit=2`)).body;
    cluster.compact();
    const { code, body } = await call("GET", `${path}?limit=2&continue=${text(first, "metadata", "continue")}`);
    expect([code, body["reason"]]).toEqual([410, "Expired"]);
    expect(body["message"]).toMatch(/^The provided continue parameter is too old to display a consistent list result/u);
    const rest = (await call("GET", `${path}?limit=9&continue=${text(body, "metadata", "continue")}`)).body;
    expect(names(rest)).toEqual(["es-002", "es-003"]);
  });

  it("lets tokens grow old by themselves", async () => {
    const { call } = await filled(4, { continueTtl: 0 });
    const first = (await call("GET", `${path}?limit=2`)).body;
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect((await call("GET", `${path}?limit=2&continue=${text(first, "metadata", "continue")}`)).code).toBe(410);
  });

  it("refuses a token that is none", async () => {
    const { call } = await filled(1);
    expect((await call("GET", `${path}?continue=nonsense`)).code).toBe(400);
  });
});
