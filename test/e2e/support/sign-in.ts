import type { JsonObject } from "../../../src/domain/json.js";
import type { TestBackend } from "./backends.js";
import type { RawCluster } from "./raw-cluster.js";
import { isObject, textOf } from "./raw-cluster.js";

/** Where the credentials of a store stand: the admins' namespace, which references name, or a project's own, which they don't. */
export class CredentialPlace {
  constructor(
    readonly cluster: RawCluster,
    readonly namespace: string,
    private readonly said: boolean,
  ) {}

  get #place(): JsonObject {
    return this.said ? { namespace: this.namespace } : {};
  }

  /** Writes a Secret. @returns how an entry of it is referred to */
  async secret(name: string, data: Record<string, string>): Promise<(key: string) => JsonObject> {
    const encoded = Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
    );
    const metadata = { name, namespace: this.namespace };
    await this.cluster.apply({ apiVersion: "v1", kind: "Secret", metadata, data: encoded });
    return (key) => ({ name, ...this.#place, key });
  }

  /** Makes a service account. @returns how it is referred to */
  async serviceAccount(name: string, annotations: Record<string, string> = {}): Promise<JsonObject> {
    const metadata = { name, namespace: this.namespace, annotations };
    await this.cluster.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata });
    return { name, ...this.#place };
  }

  /** A token of a service account here, by the TokenRequest API. */
  async token(account: string): Promise<string> {
    const path = `/api/v1/namespaces/${this.namespace}/serviceaccounts/${account}/token`;
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3_600 } };
    const { status } = await this.cluster.must("POST", path, { body });
    return isObject(status) ? textOf(status["token"]) : "";
  }
}

/** A way to sign in that a backend here judges. */
export interface SignIn {
  kind: TestBackend["kind"];
  method: string;
  /** What an operator that serves only `v1beta1` doesn't have, and this needs. */
  newer?: string;
  /**
   * Makes whatever it needs on both sides, and a value whose property `password` is `of METHOD`.
   * @returns the input of createProvider and the key
   */
  prepare(place: CredentialPlace): Promise<{ provider: Record<string, unknown>; key: string }>;
}

/** What a value says. */
export const valueOf = (method: string): string => `of ${method}`;
