import { type Json, type JsonObject, isObject, text } from "../json.js";
import { Backend, BackendError, type RemoteFind } from "./backend.js";

/** HashiCorp Vault (or OpenBao), KV engine. Keys are paths under the mount. */
export class VaultBackend extends Backend {
  override readonly kind = "vault";
  protected override readonly pathsAreFolders = true;
  protected override readonly validationCalls = true;
  override readonly checkedByValidation = true;

  protected override canonicalKey(config: JsonObject, key: string): string {
    const mount = text(config, "path");
    let out = key;
    if (mount !== "" && out.startsWith(`${mount}/`)) {
      out = out.slice(mount.length + 1);
      if (text(config, "version") !== "v1" && out.startsWith("data/")) out = out.slice("data/".length);
    }
    return out;
  }

  /** A KV secret is always a map; plain text stands under `value`. */
  protected override wholeValue(value: Json): Json {
    return isObject(value) ? value : { value };
  }

  /** Vault answers a LIST of a folder that holds nothing with 404. @throws BackendError */
  override find(config: JsonObject, wanted: RemoteFind): Map<string, Buffer> {
    const found = super.find(config, wanted);
    const folder = wanted.path === "" || wanted.path.endsWith("/") ? wanted.path : `${wanted.path}/`;
    if (found.size === 0 && !this.keys().some((key) => key.startsWith(folder)))
      throw new BackendError(`no keys under ${this.url(config, folder)}`, true, "error getting all secrets: ");
    return found;
  }

  private url(config: JsonObject, key: string): string {
    const mount = text(config, "path");
    const data = text(config, "version") === "v1" ? "" : "/data";
    return `${text(config, "server")}/v1/${mount === "" ? "" : `${mount}${data}/`}${key}`;
  }

  protected override missing(config: JsonObject, key: string): BackendError {
    return new BackendError(`cannot read secret data from Vault: no secret at ${this.url(config, key)}`, true);
  }

  protected override propertyMissing(property: string): BackendError {
    return new BackendError(`cannot find secret data for key: ${JSON.stringify(property)}`);
  }

  protected override notAMap(): BackendError {
    return new BackendError("json: cannot unmarshal string into Go value of type map[string]interface {}");
  }

  protected override accessDenied(config: JsonObject, key: string): BackendError {
    return new BackendError(
      `cannot read secret data from Vault: Error making API request.\n\nURL: GET ${this.url(config, key)}\nCode: 403. Errors:\n\n* 1 error occurred:\n\t* permission denied\n\n`,
    );
  }

  protected override unreachable(config: JsonObject, key: string | undefined): BackendError {
    const server = text(config, "server");
    const refused = `dial tcp ${server.replace(/^https?:\/\//u, "")}: connect: connection refused`;
    if (key === undefined)
      return new BackendError(`invalid vault credentials: Get "${server}/v1/auth/token/lookup-self": ${refused}`);
    return new BackendError(`cannot read secret data from Vault: Get "${this.url(config, key)}": ${refused}`);
  }

  protected override invalidCredentials(config: JsonObject): BackendError {
    return new BackendError(
      `invalid vault credentials: Error making API request.\n\nURL: GET ${text(config, "server")}/v1/auth/token/lookup-self\nCode: 403. Errors:\n\n* permission denied`,
    );
  }
}
