import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SimulatedCluster } from "./cluster.js";
import type { ActiveFault, FaultEffect, FaultMatch, FaultRule } from "./faults.js";
import { readBody } from "./http/request.js";
import { type Json, type JsonObject, at, isObject, parseJson, record, text } from "./json.js";
import { isResourceName, type ResourceName } from "./resources.js";
import type { Simulator } from "./simulator.js";

/** An HTTP server that steers simulated clusters from another process. */
export interface SimulatorControl {
  /** `http://127.0.0.1:PORT/SECRET`: whoever knows it may do everything to the clusters. */
  url: string;
  close(): Promise<void>;
}

/** How many entries of a cluster's history one answer has at most. */
const PAGE = 2_000;

/**
 * Serves the commands below on loopback: `POST {url}/{cluster}` with `{"do": …}`, answered by JSON.
 *
 * - `fault {rule}` → `{id}`; `unfault {id}`; `unfaultAll`: requests that fail, wait or hang (faults.ts)
 * - `dropWatches`, `failWatches`, `compact`, `dropConnections`
 * - `operator {running}`; `slowOperator {ms}`; `removeOperator`, `installOperator`
 * - `value {key, value}`; `backend {away}` or `{denied}`: of its Vault
 * - `replaceKubeSystem {uid}` → `{uid}`
 * - `write {object, manager, as: "create" | "apply"}`, `patch {resource, namespace, name, patch, manager}`, `delete {resource, namespace, name}`: what somebody with kubectl does
 * - `objects {resource}`, `history {after}` → `{entries, next}`, `state`
 */
export async function serveControl({ clusters }: Simulator): Promise<SimulatorControl> {
  const secret = randomBytes(16).toString("hex");
  const served = new Map([...clusters].map(([name, cluster]) => [name, new ClusterControl(cluster)]));
  const server = createServer((request, response) => {
    const answer = async (): Promise<{ code: number; body: Json }> => {
      const [given, name = ""] = (request.url ?? "").split("/").slice(1);
      const control = served.get(name);
      if (given !== secret || control === undefined || request.method !== "POST") return { code: 404, body: null };
      const body = parseJson(await readBody(request));
      return { code: 200, body: control.carryOut(isObject(body) ? body : {}) };
    };
    answer()
      .catch((error: unknown) => ({ code: 400, body: { error: error instanceof Error ? error.message : "failed" } }))
      .then(({ code, body }) =>
        response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body)),
      )
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/${secret}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class ClusterControl {
  private readonly faults = new Map<string, ActiveFault>();
  private lastFault = 0;

  constructor(private readonly cluster: SimulatedCluster) {}

  /** @throws Error, with what to tell the caller */
  carryOut(command: JsonObject): Json {
    const { cluster } = this;
    const name = text(command, "do");
    switch (name) {
      case "fault":
        return this.addFault(record(command, "rule"));
      case "unfault":
        this.faults.get(text(command, "id"))?.remove();
        this.faults.delete(text(command, "id"));
        return {};
      case "unfaultAll":
        cluster.faults.clear();
        this.faults.clear();
        return {};
      case "dropWatches":
        return { count: cluster.dropWatches() };
      case "failWatches":
        return { count: cluster.failWatches() };
      case "compact":
        cluster.compact();
        return {};
      case "dropConnections":
        cluster.dropConnections();
        return {};
      case "operator":
        if (command["running"] === true) cluster.operator.start();
        else cluster.operator.stop();
        return {};
      case "slowOperator":
        cluster.operator.slow(Number(command["ms"] ?? 0));
        return {};
      case "removeOperator":
        cluster.removeOperator();
        return {};
      case "installOperator":
        cluster.installOperator();
        return {};
      case "value":
        cluster.backends.vault.set(text(command, "key"), command["value"] ?? null);
        return {};
      case "backend":
        if ("away" in command) cluster.backends.vault.away(command["away"] === true);
        if ("denied" in command) {
          cluster.backends.vault.denied(command["denied"] === true);
          cluster.operator.revalidate();
        }
        return {};
      case "replaceKubeSystem":
        return { uid: cluster.replaceKubeSystem(...(text(command, "uid") === "" ? [] : [text(command, "uid")])) };
      case "write":
      case "patch":
      case "delete":
        return this.write(name, command);
      case "objects":
        return cluster.store.list(resourceOf(command));
      case "history":
        return this.history(Number(command["after"] ?? 0));
      case "state":
        return { url: cluster.url, ...cluster.open, resourceVersion: cluster.resourceVersion };
      default:
        throw new Error(`there is no command ${JSON.stringify(name)}`);
    }
  }

  private addFault(rule: JsonObject): Json {
    if (!isFaultRule(rule)) throw new Error("a rule has an effect with a kind");
    this.lastFault += 1;
    const id = String(this.lastFault);
    this.faults.set(id, this.cluster.faults.add(rule));
    return { id };
  }

  private write(name: "write" | "patch" | "delete", command: JsonObject): Json {
    const { store } = this.cluster;
    const manager = text(command, "manager") || "kubectl";
    const [namespace, object] = [text(command, "namespace"), text(command, "name")];
    if (name === "write") {
      const whole = record(command, "object");
      return command["as"] === "apply"
        ? store.apply(whole, { manager, force: true })
        : store.create(whole, { manager });
    }
    if (name === "patch")
      return store.patch(resourceOf(command), namespace, object, command["patch"] ?? null, { manager });
    store.delete(resourceOf(command), namespace, object);
    return {};
  }

  private history(after: number): Json {
    const { history } = this.cluster;
    const entries = history
      .all()
      .slice(Math.max(0, after - history.dropped), Math.max(0, after - history.dropped) + PAGE);
    return {
      entries: entries.map(({ revision, type, resource, namespace, name, uid, object, at: when }) => ({
        revision,
        type,
        resource,
        namespace,
        name,
        uid,
        object,
        at: when,
      })),
      next: Math.max(after, history.dropped) + entries.length,
    };
  }
}

function resourceOf(command: JsonObject): ResourceName {
  const { resource } = command;
  if (!isResourceName(resource)) throw new Error("no such resource");
  return resource;
}

const EFFECTS: readonly string[] = [
  "refuse",
  "delay",
  "hang",
  "status",
  "unauthorized",
  "gone",
  "dropWatch",
  "stallWatch",
  "lostAnswer",
] satisfies FaultEffect["kind"][];

function isFaultRule(rule: JsonObject): rule is JsonObject & FaultRule & { match?: FaultMatch } {
  return (
    EFFECTS.includes(text(rule, "effect", "kind")) && (at(rule, "match") === undefined || isObject(at(rule, "match")))
  );
}
