import { afterEach, describe, expect, it } from "vitest";
import { createClusterClient, type ClusterClient, type ClusterClientSettings } from "../cluster-client.js";
import { ClusterUnreachableError, KubernetesError } from "../kubernetes-error.js";
import { NAMESPACES, operatorResources } from "../resources.js";
import { bookmark, externalSecret, listOf } from "../testing/objects.js";
import {
  eventually,
  kubeConfigFor,
  refuse,
  reply,
  startRawServer,
  type RawHandler,
  type RawServer,
} from "../testing/raw-server.js";

const { externalSecrets } = operatorResources("v1");
const PATH = "/apis/external-secrets.io/v1/namespaces/team-a/externalsecrets";
const closing: (() => unknown)[] = [];

async function serve(
  handler: RawHandler,
  settings: Partial<ClusterClientSettings> = {},
): Promise<{ server: RawServer; client: ClusterClient; api: ReturnType<ClusterClient["api"]> }> {
  const server = await startRawServer(handler);
  const client = createClusterClient(kubeConfigFor(server.url), settings);
  closing.push(
    () => client.close(),
    () => server.close(),
  );
  return { server, client, api: client.api("test") };
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );

describe("what is asked", () => {
  it("lists a page with its selectors", async () => {
    const { server, api } = await serve((_request, response) =>
      reply(response, listOf([externalSecret("one", 7)], 9, "next")),
    );
    const list = await api.list(externalSecrets, {
      namespace: "team-a",
      fieldSelector: "metadata.name=one",
      labelSelector: "a=b,c",
      limit: 5,
      continue: "token",
      resourceVersion: "3",
    });
    expect(list).toMatchObject({ resourceVersion: "9", continue: "next", items: [{ metadata: { name: "one" } }] });
    expect(server.requests[0]).toMatchObject({ method: "GET", path: PATH });
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      fieldSelector: "metadata.name=one",
      labelSelector: "a=b,c",
      limit: "5",
      continue: "token",
      resourceVersion: "3",
    });
    expect(server.requests[0]?.headers).toMatchObject({ authorization: "Bearer test", accept: "application/json" });
  });

  it("lists all namespaces, and the last page says so", async () => {
    const { server, api } = await serve((_request, response) => reply(response, listOf([], 9)));
    expect((await api.list(externalSecrets)).continue).toBeNull();
    expect(server.requests[0]?.path).toBe("/apis/external-secrets.io/v1/externalsecrets");
    expect(server.requests[0]?.query.size).toBe(0);
  });

  it("reads one object by a list, since the role has no get", async () => {
    const { server, api } = await serve((request, response) => {
      reply(
        response,
        listOf(request.query.get("fieldSelector") === "metadata.name=one" ? [externalSecret("one", 7)] : [], 9),
      );
    });
    expect(await api.getByName(externalSecrets, "team-a", "one")).toMatchObject({ metadata: { name: "one" } });
    expect(await api.getByName(externalSecrets, "team-a", "two")).toBeNull();
    expect(await api.getByName(NAMESPACES, null, "three")).toBeNull();
    expect(server.requests[2]?.path).toBe("/api/v1/namespaces");
  });

  it("applies on the server's side, JSON under the name that every server knows", async () => {
    const { server, api } = await serve((_request, response) => reply(response, externalSecret("one", 8)));
    const object = { metadata: { name: "one" }, spec: { text: "ü" } };
    const answer = await api.apply(externalSecrets, "team-a", object, {
      fieldManager: "secretariat",
      force: true,
      dryRun: true,
    });
    expect(answer.metadata.resourceVersion).toBe("8");
    const [request] = server.requests;
    expect(request).toMatchObject({ method: "PATCH", path: `${PATH}/one` });
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      fieldManager: "secretariat",
      force: "true",
      dryRun: "All",
    });
    expect(request?.headers["content-type"]).toBe("application/apply-patch+yaml");
    expect(JSON.parse(request?.body ?? "")).toEqual(object);
    await api.apply(externalSecrets, "team-a", object, { fieldManager: "secretariat", force: false });
    expect(server.requests[1]?.query.get("force")).toBe("false");
    expect(server.requests[1]?.query.has("dryRun")).toBe(false);
  });

  it("takes the answer to a dry run of a create, which has no version", async () => {
    const { metadata, ...rest } = externalSecret("one", 8);
    const { resourceVersion: _version, ...unversioned } = metadata;
    const { api } = await serve((request, response) => {
      reply(response, request.query.has("dryRun") ? { ...rest, metadata: unversioned } : { kind: "Status" });
    });
    const object = { metadata: { name: "one" } };
    const options = { fieldManager: "secretariat", force: false, dryRun: true };
    expect((await api.apply(externalSecrets, "team-a", object, options)).metadata.resourceVersion).toBe("");
    const real = api.apply(externalSecrets, "team-a", object, { ...options, dryRun: false });
    expect(await failureOf(real)).toMatchObject({ kind: "protocol" });
  });

  it("cannot apply what has no name", async () => {
    const { api } = await serve((_request, response) => reply(response, {}));
    await expect(api.apply(externalSecrets, "a", {}, { fieldManager: "x", force: false })).rejects.toThrow(RangeError);
  });

  it("patches status by merge and managers by JSON patch", async () => {
    const { server, api } = await serve((_request, response) => reply(response, externalSecret("one", 8)));
    await api.patch(externalSecrets, "team-a", "one", { status: { conditions: null } }, "merge", {
      subresource: "status",
    });
    await api.patch(externalSecrets, "team-a", "one", [{ op: "remove", path: "/a" }], "json", {
      fieldManager: "x",
      dryRun: true,
    });
    expect(server.requests.map(({ path, headers }) => [path, headers["content-type"]])).toEqual([
      [`${PATH}/one/status`, "application/merge-patch+json"],
      [`${PATH}/one`, "application/json-patch+json"],
    ]);
    expect(Object.fromEntries(server.requests[1]?.query ?? [])).toEqual({ fieldManager: "x", dryRun: "All" });
  });

  it("creates, and deletes under preconditions", async () => {
    const { server, api } = await serve((request, response) => {
      if (request.method === "POST") reply(response, externalSecret("one", 8), 201);
      else if (request.path.endsWith("/gone")) reply(response, { kind: "Status", status: "Success" });
      else reply(response, externalSecret("held", 9, { metadata: { finalizers: ["x"] } }));
    });
    await api.create(externalSecrets, "team-a", { metadata: { name: "one" } }, { fieldManager: "secretariat" });
    expect(server.requests[0]).toMatchObject({ method: "POST", path: PATH });
    expect(await api.delete(externalSecrets, "team-a", "gone", { uid: "u", resourceVersion: "5" })).toBe("deleted");
    expect(JSON.parse(server.requests[1]?.body ?? "")).toMatchObject({
      preconditions: { uid: "u", resourceVersion: "5" },
    });
    const held = await api.delete(externalSecrets, "team-a", "held", { uid: "u" }, { dryRun: true });
    expect(held).toMatchObject({ metadata: { finalizers: ["x"] } });
    expect(server.requests[2]?.query.get("dryRun")).toBe("All");
  });

  it("keeps the path that a server stands behind, and escapes names", async () => {
    const server = await startRawServer((_request, response) => reply(response, { a: [1] }));
    const client = createClusterClient(kubeConfigFor(`${server.url}/k8s/clusters/c-1/`));
    closing.push(
      () => client.close(),
      () => server.close(),
    );
    expect(await client.api("x").get("/apis")).toEqual({ a: [1] });
    await client
      .api("x")
      .delete(externalSecrets, "a/b", "c?d", { uid: "u" })
      .catch(() => {});
    expect(server.requests.map(({ path }) => path)).toEqual([
      "/k8s/clusters/c-1/apis",
      "/k8s/clusters/c-1/apis/external-secrets.io/v1/namespaces/a%2Fb/externalsecrets/c%3Fd",
    ]);
  });
});

describe("a watch", () => {
  it("brings the chunks as they come, and is no bounded request", async () => {
    const { server, client, api } = await serve(
      (request, response) => {
        if (!request.query.has("watch")) reply(response, listOf([], 1));
        else response.write(bookmark(5));
      },
      { maxConcurrency: 1 },
    );
    const stream = await api.watch(externalSecrets, {
      namespace: "team-a",
      labelSelector: "a",
      resourceVersion: "4",
      timeoutSeconds: 60,
    });
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      labelSelector: "a",
      resourceVersion: "4",
      timeoutSeconds: "60",
      watch: "true",
      allowWatchBookmarks: "true",
    });
    await api.list(externalSecrets);
    expect(client.load).toEqual({ active: 0, waiting: 0 });
    let text = "";
    for await (const chunk of stream.chunks) {
      text += chunk.toString();
      stream.destroy();
    }
    expect(text).toBe(bookmark(5));
  });

  it("is refused as everything else is", async () => {
    const { api } = await serve((_request, response) => refuse(response, 410, "Expired", "too old resource version"));
    const error = await failureOf(api.watch(externalSecrets, { resourceVersion: "1", timeoutSeconds: 60 }));
    expect(error).toBeInstanceOf(KubernetesError);
    expect(error).toMatchObject({ status: 410, reason: "Expired" });
  });

  it("tells when the connection breaks", async () => {
    const { server, api } = await serve((_request, response) => response.write(bookmark(5)));
    const stream = await api.watch(externalSecrets, { resourceVersion: "1", timeoutSeconds: 60 });
    const reading = (async () => {
      for await (const _chunk of stream.chunks) server.cut();
    })();
    expect(await failureOf(reading)).toMatchObject({ name: "ClusterUnreachableError", kind: "reset" });
  });

  it("ends with its signal, and with its client", async () => {
    const { server, client, api } = await serve((_request, response) => response.write(bookmark(5)));
    const controller = new AbortController();
    const options = { resourceVersion: "1", timeoutSeconds: 60 };
    const one = await api.watch(externalSecrets, { ...options, signal: controller.signal });
    const two = await api.watch(externalSecrets, options);
    const readAll = async (stream: typeof one): Promise<void> => {
      for await (const _chunk of stream.chunks);
    };
    const reading = [failureOf(readAll(one)), failureOf(readAll(two))];
    controller.abort();
    expect(await reading[0]).toBeInstanceOf(ClusterUnreachableError);
    client.close();
    expect(await reading[1]).toBeInstanceOf(ClusterUnreachableError);
    await expect.poll(server.open).toBe(0);
  });
});

describe("answers that are none", () => {
  it.each([
    ["no JSON", "<html>welcome</html>"],
    ["no list", JSON.stringify({ kind: "Status" })],
    ["no version", JSON.stringify({ metadata: {}, items: [] })],
    ["objects without metadata", JSON.stringify({ metadata: { resourceVersion: "1" }, items: [{ spec: {} }] })],
    ["null", "null"],
  ])("a list that is %s", async (_what, body) => {
    const { api } = await serve((_request, response) => response.end(body));
    expect(await failureOf(api.list(externalSecrets))).toMatchObject({ kind: "protocol" });
  });

  it("an apply that answers no object", async () => {
    const { api } = await serve((_request, response) => reply(response, { kind: "Status", status: "Success" }));
    const applied = api.apply(externalSecrets, "a", { metadata: { name: "b" } }, { fieldManager: "x", force: false });
    expect(await failureOf(applied)).toMatchObject({ kind: "protocol" });
  });

  it("is longer than the bound", async () => {
    const { api } = await serve((_request, response) => response.end(`"${"x".repeat(3_000)}"`), {
      maxBodyBytes: 1_000,
    });
    expect(await failureOf(api.get("/version"))).toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("1000 bytes") as unknown,
    });
  });

  it("is garbage instead of HTTP", async () => {
    const { server, api } = await serve((_request, response) => response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(await failureOf(api.get("/version"))).toMatchObject({ kind: "protocol" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("writes that must not be sent any more", () => {
  class Deposed extends Error {}
  const APPLY = { fieldManager: "x", force: true };

  it("are withheld though they were asked for in time: the holder of a term is asked when it is their turn", async () => {
    const { server, client } = await serve(
      (_request, response) => void setTimeout(() => reply(response, externalSecret("b", 3)), 30),
      {
        maxConcurrency: 1,
      },
    );
    let leading = true;
    const api = client.api("reconcile", () => {
      if (!leading) throw new Deposed();
    });
    const first = api.apply(externalSecrets, "a", { metadata: { name: "b" } }, APPLY);
    const waiting = [
      api.apply(externalSecrets, "a", { metadata: { name: "b" } }, APPLY),
      api.patch(externalSecrets, "a", "b", {}, "merge", { subresource: "status" }),
      api.create(NAMESPACES, null, { metadata: { name: "b" } }),
      api.delete(externalSecrets, "a", "b", { uid: "u" }),
    ].map(failureOf);
    await eventually(() => server.requests.length === 1);
    leading = false;
    await first;
    for (const failure of await Promise.all(waiting)) expect(failure).toBeInstanceOf(Deposed);
    expect(server.requests).toHaveLength(1);
  });

  it("reading goes on, and the other parts' writes too", async () => {
    const { client } = await serve((_request, response) => reply(response, externalSecret("b", 3)));
    const api = client.api("reconcile", () => {
      throw new Deposed();
    });
    expect(await api.get("/version")).toMatchObject({ kind: "ExternalSecret" });
    await client.api("gateway").apply(externalSecrets, "a", { metadata: { name: "b" } }, APPLY);
  });
});
