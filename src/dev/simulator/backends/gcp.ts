import { type Json, type JsonObject, text } from "../json.js";
import { Backend, BackendError, type StoredSecret } from "./backend.js";

const CLIENT = "unable to access Secret from SecretManager Client: ";

/** Google Secret Manager. Keys are names of secrets in the store's project. */
export class GcpBackend extends Backend {
  override readonly kind = "gcpsm";
  override readonly absentCredentialPrefix = "failed to create GCP secretmanager client: ";

  protected override canonicalKey(_config: JsonObject, key: string): string {
    return key;
  }

  protected override pick(secret: StoredSecret, version: string): Json | undefined {
    return super.pick(secret, version === "latest" ? "" : version);
  }

  private path(config: JsonObject, key: string): string {
    return `projects/${text(config, "projectID")}/secrets/${key}`;
  }

  protected override missing(config: JsonObject, key: string, version: string): BackendError {
    const what =
      version === "" || version === "latest"
        ? `Secret [${this.path(config, key)}] not found or has no versions.`
        : `Secret Version [${this.path(config, key)}/versions/${version}] not found.`;
    return new BackendError(`rpc error: code = NotFound desc = ${what}`, true, CLIENT);
  }

  protected override propertyMissing(property: string, key: string): BackendError {
    return new BackendError(`key ${property} does not exist in secret ${key}`);
  }

  protected override notAMap(): BackendError {
    return new BackendError(
      "unable to unmarshal secret: json: cannot unmarshal string into Go value of type map[string]json.RawMessage",
    );
  }

  protected override accessDenied(config: JsonObject, key: string): BackendError {
    return new BackendError(
      `${CLIENT}rpc error: code = PermissionDenied desc = Permission 'secretmanager.versions.access' denied for resource '${this.path(config, key)}/versions/latest' (or it may not exist).`,
    );
  }

  protected override unreachable(): BackendError {
    return new BackendError(
      `${CLIENT}rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp: connect: connection refused"`,
    );
  }

  protected override invalidCredentials(): BackendError {
    return new BackendError(
      "failed to create GCP secretmanager client: unable to process JSON credentials: oauth2: cannot fetch token: 400 Bad Request: invalid_grant: Invalid JWT Signature.",
    );
  }
}
