import { createHash } from "node:crypto";
import { type JsonObject, text } from "../json.js";
import { Backend, BackendError } from "./backend.js";

const TYPES = new Set(["secret", "cert", "key"]);

/** Azure Key Vault. Keys are names; certificates and keys stand under `cert/` and `key/`. */
export class AzureBackend extends Backend {
  override readonly kind = "azurekv";

  protected override canonicalKey(_config: JsonObject, key: string): string {
    const [type, ...rest] = key.split("/");
    if (rest.length === 0) return key;
    const name = rest.join("/");
    if (type === "secret") return name;
    if (type !== undefined && TYPES.has(type)) return `${type}/${name}`;
    throw new BackendError(`unknown Azure Keyvault object Type for ${key}`);
  }

  protected override nextVersion(count: number): string {
    return createHash("sha256").update(String(count)).digest("hex").slice(0, 32);
  }

  protected override missing(config: JsonObject, key: string): BackendError {
    return new BackendError(
      `GET ${text(config, "vaultUrl")}/secrets/${key}: SecretNotFound: A secret with (name/id) ${key} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`,
      true,
    );
  }

  protected override propertyMissing(property: string, key: string): BackendError {
    return new BackendError(`property ${property} does not exist in key ${key}`);
  }

  protected override notAMap(key: string): BackendError {
    return new BackendError(
      `error unmarshalling json data for key ${key}: json: cannot unmarshal string into Go value of type map[string]json.RawMessage`,
    );
  }

  protected override accessDenied(_config: JsonObject, key: string): BackendError {
    return new BackendError(
      `keyvault.BaseClient#GetSecret: Failure responding to request: StatusCode=403 -- Original Error: autorest/azure: Service returned an error. Status=403 Code="Forbidden" Message="The user, group or application does not have secrets get permission on key vault '${key}'."`,
    );
  }

  protected override unreachable(config: JsonObject, key: string | undefined): BackendError {
    const host = text(config, "vaultUrl")
      .replace(/^https?:\/\//u, "")
      .replace(/\/$/u, "");
    return new BackendError(
      `keyvault.BaseClient#GetSecret: Failure sending request: StatusCode=0 -- Original Error: Get "https://${host}/secrets/${key ?? ""}/?api-version=7.0": dial tcp: lookup ${host}: connection refused`,
    );
  }

  protected override invalidCredentials(): BackendError {
    return new BackendError(
      "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
    );
  }
}
