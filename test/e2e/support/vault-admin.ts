import type { JsonObject } from "../../../src/domain/json.js";
import type { E2eEnvironment } from "./environment.js";
import { mustAnswer } from "./must-answer.js";

/** Vault's API with the root token. @param namespace one of Vault's */
export type VaultAdmin = (method: string, path: string, body?: JsonObject, namespace?: string) => Promise<JsonObject>;

export const vaultAdmin =
  ({ address, token }: E2eEnvironment["vault"]): VaultAdmin =>
  async (method, path, body, namespace) =>
    mustAnswer(
      await fetch(`${address}/v1/${path}`, {
        method,
        headers: {
          "X-Vault-Token": token,
          ...(namespace === undefined ? {} : { "X-Vault-Namespace": namespace }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
