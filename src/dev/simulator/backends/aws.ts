import { createHash } from "node:crypto";
import { type Json, type JsonObject, text } from "../json.js";
import { Backend, BackendError, type StoredSecret } from "./backend.js";

const OPERATION =
  "operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: , ";

/** AWS Secrets Manager. Keys are whole names, a store's prefix included. */
export class AwsBackend extends Backend {
  override readonly kind = "aws";
  override readonly checkedByValidation = true;
  override readonly absentCredentialPrefix = "unable to create session: could not fetch SecretAccessKey secret: ";

  protected override canonicalKey(config: JsonObject, key: string): string {
    return `${text(config, "prefix")}${key}`;
  }

  /** Versions are staging labels, or `uuid/<version id>`. */
  protected override pick({ versions }: StoredSecret, version: string): Json | undefined {
    if (version === "" || version === "AWSCURRENT") return versions.at(-1)?.value;
    if (version === "AWSPREVIOUS") return versions.at(-2)?.value;
    const id = version.startsWith("uuid/") ? version.slice("uuid/".length) : version;
    return versions.find((each) => each.version === id)?.value;
  }

  protected override nextVersion(count: number): string {
    const hex = createHash("sha256").update(String(count)).digest("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  protected override missing(_config: JsonObject, _key: string, version: string): BackendError {
    const what = version === "" ? "the specified secret." : `the specified secret value for staging label: ${version}`;
    return new BackendError(`ResourceNotFoundException: Secrets Manager can't find ${what}`, true);
  }

  protected override propertyMissing(property: string, key: string): BackendError {
    return new BackendError(`key ${property} does not exist in secret ${key}`);
  }

  protected override notAMap(key: string): BackendError {
    return new BackendError(
      `unable to unmarshal secret ${key}: json: cannot unmarshal string into Go value of type map[string]json.RawMessage`,
    );
  }

  protected override accessDenied(_config: JsonObject, key: string): BackendError {
    return new BackendError(
      `${OPERATION}api error AccessDeniedException: User: arn:aws:iam::000000000000:user/external-secrets is not authorized to perform: secretsmanager:GetSecretValue on resource: ${key} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
    );
  }

  protected override unreachable(config: JsonObject): BackendError {
    const host = `secretsmanager.${text(config, "region")}.amazonaws.com`;
    return new BackendError(
      `operation error Secrets Manager: GetSecretValue, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://${host}/": dial tcp: lookup ${host}: connection refused`,
    );
  }

  protected override invalidCredentials(): BackendError {
    return new BackendError(
      "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: , api error InvalidClientTokenId: The security token included in the request is invalid.",
    );
  }
}
