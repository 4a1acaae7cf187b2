import type { JsonObject } from "../../domain/json.js";
import type { Logger } from "../../domain/ports/logger.js";
import type { KubernetesObject, ObjectMeta } from "../kubernetes-object.js";

/** A logger that keeps its lines for a test to look at. */
export class TestLogger implements Logger {
  constructor(readonly lines: { level: string; message: string; fields: object }[] = []) {}
  debug = (fields: object, message: string): void => this.#write("debug", fields, message);
  info = (fields: object, message: string): void => this.#write("info", fields, message);
  warn = (fields: object, message: string): void => this.#write("warn", fields, message);
  error = (fields: object, message: string): void => this.#write("error", fields, message);
  child(): Logger {
    return this;
  }
  #write(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, fields });
  }
}

/** An ExternalSecret as a watch brings it. */
export function externalSecret(
  name: string,
  resourceVersion: number,
  more: { metadata?: Partial<ObjectMeta>; spec?: JsonObject; status?: JsonObject } = {},
): KubernetesObject {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      name,
      namespace: "team-a",
      uid: `uid-${name}`,
      resourceVersion: String(resourceVersion),
      generation: 1,
      ...more.metadata,
    },
    spec: more.spec ?? { refreshInterval: "1h0m0s" },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

/** A page of a list. */
export const listOf = (items: readonly KubernetesObject[], resourceVersion: number, next = ""): object => ({
  kind: "ExternalSecretList",
  apiVersion: "external-secrets.io/v1",
  metadata: { resourceVersion: String(resourceVersion), ...(next === "" ? {} : { continue: next }) },
  items,
});

/** One line of a watch. */
export const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

export const bookmark = (resourceVersion: number): string =>
  line("BOOKMARK", { kind: "ExternalSecret", metadata: { resourceVersion: String(resourceVersion) } });

export const statusObject = (code: number, reason: string, message = reason): object => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  code,
});
