import type { AuthorizationServer } from "oauth4webapi";
import type { Logger } from "../../domain/ports/logger.js";
import { fetchJsonText } from "../bounded-json.js";
import { DISCOVERY_MAX_AGE, discoveryDocument, discoveryUrl, endpointOf } from "../discovery.js";
import { withFailureCooldown } from "../failure-cooldown.js";
import { kept } from "../kept.js";
import { ALGORITHMS } from "../refusals.js";

export interface MetadataSettings {
  issuer: string;
  /** Of one request, in milliseconds. */
  timeout: number;
  /** After a failed request the next is made only when so many milliseconds have passed. */
  failureCooldown: number;
  logger: Logger;
}

/**
 * What the issuer says of itself, read at first use and again each hour; while it does not answer, what it said last.
 * @throws IssuerUnreachable
 */
export function createMetadataSource(settings: MetadataSettings): () => Promise<AuthorizationServer> {
  const { issuer, timeout, failureCooldown } = settings;
  const url = discoveryUrl(issuer);
  const request = withFailureCooldown(failureCooldown, settings, (address) =>
    fetchJsonText(address, AbortSignal.timeout(timeout)),
  );
  return kept(DISCOVERY_MAX_AGE, () =>
    request(url, (text) => metadataOf(discoveryDocument(text, issuer, url), issuer, url)),
  );
}

/** Only what is used, and each address checked. Of algorithms only those that somebody without the issuer's key cannot sign with. */
function metadataOf(document: Record<string, unknown>, issuer: string, from: URL): AuthorizationServer {
  const address = (name: string): string => endpointOf(document, name, from).href;
  const optional = (name: string): Record<string, string> =>
    document[name] === undefined ? {} : { [name]: address(name) };
  const algorithms = textsOf(document["id_token_signing_alg_values_supported"]).filter((name) =>
    ALGORITHMS.includes(name),
  );
  const methods = textsOf(document["token_endpoint_auth_methods_supported"]);
  return {
    issuer,
    authorization_endpoint: address("authorization_endpoint"),
    token_endpoint: address("token_endpoint"),
    ...optional("revocation_endpoint"),
    ...optional("end_session_endpoint"),
    authorization_response_iss_parameter_supported: document["authorization_response_iss_parameter_supported"] === true,
    ...(algorithms.length === 0 ? {} : { id_token_signing_alg_values_supported: algorithms }),
    ...(methods.length === 0 ? {} : { token_endpoint_auth_methods_supported: methods }),
  };
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
