import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Client } from "pg";
import { WebSocket } from "ws";
import { parse } from "yaml";
import { gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { TableDump } from "./access/dump.js";
import { documentOf, rootField } from "./access/schema.js";
import { settle } from "./access/world.js";
import { vault } from "./refusals/case.js";
import { buildPlace, type Place } from "./refusals/place.js";

/*
 * DESIGN.md, "What is refused, and how" and "Manifests": what is accepted though it changes nothing, what a manifest may hold, what needs a cluster or an old place in the log, the bounds
 * of the transports, and what is done to messages from elsewhere.
 */

let place: Place;
let tables: TableDump;
beforeAll(async () => {
  place = await buildPlace();
  tables = await TableDump.open(place.app.databaseUrl);
}, 90_000);
afterAll(async () => {
  await tables?.close();
  await place?.stop();
});

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's own knowledge of what it selects, as in ApiClient.ask
const ask = <T>(field: string, variables: Record<string, unknown>, selection: string): Promise<{ answer: T }> =>
  place.clients.admin.ask<{ answer: T }>(documentOf(rootField(field), selection), variables);

describe("what changes nothing", () => {
  const NOTHING: [field: string, (p: Place) => Record<string, unknown>][] = [
    ["assignSecret", (p) => ({ secretId: p.id("shared"), projectIds: [p.id("home"), p.id("home"), p.id("other")] })],
    ["assignSecret", (p) => ({ secretId: p.id("shared"), projectIds: [] })],
    ["assignSecret", (p) => ({ secretId: p.id("own"), projectIds: [p.id("home")] })],
    ["unassignSecret", (p) => ({ secretId: p.id("shared"), projectIds: [p.id("far")] })],
    ["setSecretAssignments", (p) => ({ secretId: p.id("shared"), projectIds: [p.id("other"), p.id("home")] })],
    ["setSecretAssignments", (p) => ({ secretId: p.id("unassigned"), projectIds: [] })],
    ["updateSecret", (p) => ({ input: { id: p.id("shared"), refreshInterval: "60m", useCase: "GENERIC" } })],
    ["updateSecret", (p) => ({ input: { id: p.id("shared"), expectedGeneration: 1 } })],
    ["updateProject", (p) => ({ id: p.id("home"), description: "" })],
    ["updateProvider", (p) => ({ input: { id: p.id("vault"), projectKeyPrefix: "{project}/" } })],
    ["addProjectMembers", (p) => ({ projectId: p.id("home"), subjects: ["mia", "mia"] })],
    ["addProjectMembers", (p) => ({ projectId: p.id("home"), subjects: [] })],
    ["removeProjectMembers", (p) => ({ projectId: p.id("home"), subjects: ["nobody"] })],
    ["deleteSecret", (p) => ({ id: p.id("going") })],
    ["deleteProject", (p) => ({ id: p.id("leaving") })],
    ["deleteProvider", (p) => ({ id: p.id("going-vault") })],
    ["adoptExternalSecrets", (p) => ({ projectId: p.id("home"), names: [] })],
  ];

  it.each(NOTHING)("is accepted, with no transition: %s", async (field, variables) => {
    const before = await tables.take();
    await ask(field, variables(place), "{ id }");
    expect(await tables.take()).toEqual(before);
  });
});

describe("a manifest", () => {
  const create = async (text: string, over: Record<string, unknown> = {}): Promise<Made> => {
    const { answer } = await ask<Made>(
      "createSecretFromManifest",
      { manifest: text, scope: "ORGANIZATION", ...over },
      "{ id name spec { other refreshInterval target { labels annotations } } assignments { nodes { externalSecret { manifest } } } }",
    );
    return answer;
  };
  interface Made {
    id: string;
    name: string;
    spec: { other: unknown; refreshInterval: string };
    assignments: { nodes: { externalSecret: { manifest: string } }[] };
  }
  const text = (name: string, metadata = "", spec = ""): string => `
# A comment, an anchor and a server's own fields are no matter.
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
${metadata}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  refreshInterval: 90m
  data:
    - secretKey: a
      remoteRef: {key: b}
${spec}
`;

  it("loses what a server fills in, and its namespace for the organization", async () => {
    const metadata = `  namespace: somewhere
  uid: 11111111-1111-4111-8111-111111111111
  resourceVersion: "5"
  generation: 3
  creationTimestamp: "2026-01-01T00:00:00Z"
  managedFields: [{manager: kubectl}]
  ownerReferences: [{apiVersion: v1, kind: Pod, name: x, uid: y}]
  finalizers: [example.com/hold]`;
    const made = await create(`${text("filled-in", metadata)}status: {conditions: []}\n`, {
      projectIds: [place.id("home")],
    });
    const object: unknown = parse(made.assignments.nodes[0]?.externalSecret.manifest ?? "");
    expect(object).toMatchObject({ metadata: { name: "filled-in", namespace: "home" } });
    expect(JSON.stringify(object)).not.toMatch(/11111111|ownerReferences|finalizers|managedFields|somewhere|status/);
    expect(made.spec.refreshInterval).toBe("1h30m0s");
  });

  it("keeps labels and annotations but those that are ours, the operator's or kubectl's", async () => {
    const metadata = `  labels: {team: a, app.kubernetes.io/name: b, secretariat.io/assignment: x, external-secrets.io/y: z, reconcile.external-secrets.io/c: d}
  annotations: {note: c, secretariat.io/force-sync: "1", kubectl.kubernetes.io/last-applied-configuration: "{}"}`;
    const made = await create(text("labelled", metadata), { projectIds: [place.id("other")] });
    const object: unknown = parse(made.assignments.nodes[0]?.externalSecret.manifest ?? "");
    expect(object).toMatchObject({
      metadata: { labels: { team: "a", "app.kubernetes.io/name": "b" }, annotations: { note: "c" } },
    });
    expect(JSON.stringify(object)).not.toMatch(
      /external-secrets.io\/y|reconcile|last-applied|"secretariat.io\/assignment":"x"/,
    );
  });

  it("keeps what the cluster's operator knows and the API has no field for, through changes too", async () => {
    const spec = `  dataFrom:
    - extract: {key: c, conversionStrategy: Unicode}
      rewrite: [{regexp: {source: "^x", target: "y"}}]`;
    const made = await create(text("kept", "", spec));
    expect(JSON.stringify(made.spec.other)).toMatch(/Unicode.*rewrite|rewrite.*Unicode/);
    const { answer } = await ask<Made>(
      "updateSecret",
      { input: { id: made.id, refreshInterval: "2h" } },
      "{ spec { other refreshInterval } }",
    );
    expect(answer.spec).toEqual({ other: made.spec.other, refreshInterval: "2h0m0s" });
  });

  it("may be of v1beta1, and of a project in its own namespace, without a kind of store", async () => {
    const own = text("of-a-project", "  namespace: home").replace(
      "{name: vault, kind: ClusterSecretStore}",
      "{name: own-vault}",
    );
    const made = await create(own.replace("io/v1\n", "io/v1beta1\n"), {
      scope: "PROJECT",
      projectId: place.id("home"),
    });
    expect(made.name).toBe("of-a-project");
  });

  it("that is adopted is looked at in the same way: an interval that stops the operator is refused", async () => {
    await settle(place.clients.admin);
    const { store } = place.app.cluster("berlin");
    store.create({
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "made-by-hand", namespace: "home" },
      spec: {
        secretStoreRef: { name: "own-vault", kind: "SecretStore" },
        refreshInterval: "soon",
        data: [{ secretKey: "a", remoteRef: { key: "b" }, sourceRef: { storeRef: { name: "x" } } }],
      },
    });
    const before = await tables.take();
    for (const names of [["made-by-hand"], ["made-by-hand", "shared", "no-such"]]) {
      const { errors } = await place.clients.admin.send(documentOf(rootField("adoptExternalSecrets"), "{ id }"), {
        projectId: place.id("home"),
        names,
      });
      expect(errors[0]?.extensions.code).toBe("BAD_USER_INPUT");
      expect(errors[0]?.message).toMatch(/refreshInterval/);
      expect(errors[0]?.message).toMatch(/sourceRef/);
      const paths = new Set(errors[0]?.extensions.problems?.map(({ path }) => path.join(".")));
      expect([...paths]).toEqual(names.map((_name, n) => `names.${n}`));
    }
    // All that can be adopted: it cannot.
    const { answer } = await ask<unknown[]>("adoptExternalSecrets", { projectId: place.id("home") }, "{ id }");
    expect(answer).toEqual([]);
    expect(await tables.take()).toEqual(before);
    // The operator, which can list nothing as long as that is there, goes on.
    store.delete("externalsecrets", "home", "made-by-hand");
  });
});

describe("a place in the log", () => {
  it("that is no longer kept, or of another past, is CursorExpired; what is none is bad input", async () => {
    const { transitionCursor } = await place.clients.admin.ask<{ transitionCursor: string }>("{ transitionCursor }");
    const socket = place.clients.admin.socket();
    const refused = async (since: string): Promise<unknown> => {
      const query = "subscription ($since: String) { transitions(since: $since) { id } }";
      const received = gather(socket, query, "transitions", { since });
      await eventually(() => received.ended);
      return received.errors[0];
    };
    // A database that was restored from yesterday has another transition there.
    const client = new Client(place.app.databaseUrl);
    await client.connect();
    const newest = "(SELECT max(position) FROM transition)";
    await client.query(`UPDATE transition SET id = gen_random_uuid() WHERE position = ${newest}`);
    const expired = { extensions: { code: "PRECONDITION_FAILED", reason: "CursorExpired" } };
    expect(await refused(transitionCursor)).toMatchObject(expired);
    await client.query(`DELETE FROM transition WHERE position = ${newest}`);
    await client.end();
    expect(await refused(transitionCursor)).toMatchObject(expired);
    for (const nonsense of ["", "nonsense", `${transitionCursor}x`, "A".repeat(22), "x".repeat(2_000)])
      expect(await refused(nonsense)).toMatchObject({
        extensions: { code: "BAD_USER_INPUT", problems: [{ path: ["since"] }] },
      });
    await socket.dispose();
  });
});

describe("bounds of the transports", () => {
  const post = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${place.app.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${place.clients.admin.token}`, ...headers },
      body,
    });

  it("a body that is too large, compressed, or no JSON", async () => {
    expect((await post(JSON.stringify({ query: "x".repeat(1_048_577) }))).status).toBe(413);
    expect((await post("{}", { "content-encoding": "gzip" })).status).toBe(415);
    expect((await post("{")).status).toBe(400);
    expect((await post("[]")).status).toBe(400);
    expect((await post(JSON.stringify([{ query: "{ me { subject } }" }]))).status).toBe(400);
  });

  it.each([
    ["too long a document", `{ me { subject } } #${"x".repeat(70_000)}`],
    ["too many top-level fields", `{ ${Array.from({ length: 21 }, (_, n) => `a${n}: me { subject }`).join(" ")} }`],
    ["too many selections", `{ me { ${"subject ".repeat(201)} } }`],
    ["too many directives", `{ me { ${"subject @include(if: true) ".repeat(101)} } }`],
    ["fragments in a circle", "{ me { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }"],
  ])("%s", async (_what, query) => {
    const { status, errors } = await place.clients.admin.send(query);
    expect(status).toBe(400);
    const code = query.includes("fragment") ? "GRAPHQL_VALIDATION_FAILED" : "BAD_USER_INPUT";
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  });

  it("a frame that is too large closes the connection, and no other", async () => {
    const open = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`${place.app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      await once(socket, "open");
      return socket;
    };
    const [one, other] = [await open(), await open()];
    one.on("error", () => {
      // The close says it.
    });
    one.send("x".repeat(300_000));
    const closed: unknown[] = await once(one, "close");
    expect(closed[0]).toBe(1009);
    expect(other.readyState).toBe(WebSocket.OPEN);
    other.close();
  });
});

describe("what comes from elsewhere", () => {
  it("is cut to 1 KiB, on one line, without template text", async () => {
    const secret = "hunter2";
    const message = `admission denied:\u0007 template: x:1:2: executing "${secret}" at <${secret}>: error calling fail: ${secret}`;
    const long = `denied\n\u202e${"ä".repeat(3_000)}`;
    for (const [name, text] of Object.entries({ "with-template": message, "long-one": long })) {
      place.app.cluster("berlin").faults.add({
        match: { verb: "apply", resource: "externalsecrets", name },
        effect: { kind: "status", code: 422, reason: "Invalid", message: text },
      });
      const { answer } = await ask<{ id: string }>(
        "createSecret",
        {
          input: {
            name,
            scope: "ORGANIZATION",
            providerId: place.id("plain"),
            projectIds: [place.id("foreign")],
            data: [{ secretKey: "a", remoteKey: "b" }],
          },
        },
        "{ id }",
      );
      const shown = await eventually(async () => {
        const found = await ask<{
          assignments: { nodes: { status: string; message: string | null }[] };
          statusReason: string | null;
          history: { nodes: { message: string | null }[] };
        }>(
          "secret",
          { id: answer.id },
          "{ statusReason assignments { nodes { status message } } history { nodes { message } } }",
        );
        return found.answer.assignments.nodes[0]?.status === "FAILED" && found.answer;
      });
      expect(shown.assignments.nodes[0]?.message).toMatch(/^(?:admission )?denied/);
      const all = [
        shown.statusReason,
        ...shown.assignments.nodes.map((node) => node.message),
        ...shown.history.nodes.map((node) => node.message),
      ];
      for (const said of all) {
        // A sentence of ours may stand around it.
        expect(Buffer.byteLength(said ?? "")).toBeLessThan(1_200);
        expect(said ?? "").not.toMatch(/hunter2|\p{Cc}|\u202e/u);
      }
    }
  });
});

describe("a cluster that cannot be reached", () => {
  it("is named only where the answer needs it now", async () => {
    place.app.cluster("oslo").faults.add({ effect: { kind: "refuse" } });
    const far = place.id("far");
    const input = {
      name: "unseen",
      scope: "ORGANIZATION",
      providerId: place.id("vault"),
      data: [{ secretKey: "a", remoteKey: "b" }],
    };
    const before = await tables.take();
    const needing: [string, Record<string, unknown>, string][] = [
      ["adoptExternalSecrets", { projectId: far }, "{ id }"],
      ["previewSecret", { input, projectId: far }, "{ manifest }"],
      ["project", { id: far }, "{ unmanagedExternalSecrets { name } }"],
    ];
    for (const [field, variables, selection] of needing) {
      const { errors } = await place.clients.admin.send(documentOf(rootField(field), selection), variables);
      expect(
        errors.map(({ extensions }) => extensions.code),
        field,
      ).toEqual(["CLUSTER_UNREACHABLE"]);
    }
    expect(
      (await tables.take()).filter((row) => !row.startsWith("cluster ") && !row.startsWith("transition ")),
    ).toEqual(before.filter((row) => !row.startsWith("cluster ") && !row.startsWith("transition ")));
    // Without the project no cluster is asked, and what is wanted waits for the cluster.
    await ask("previewSecret", { input }, "{ manifest }");
    await ask("createSecret", { input: { ...input, projectIds: [far] } }, "{ id }");
    await ask("updateProvider", { input: { id: place.id("vault"), vault: vault({ path: "new" }) } }, "{ id }");
  });
});
