import type { Problem } from "../errors.js";
import { isJsonObject } from "../domain/json.js";
import type { JsonObject } from "../domain/json.js";
import type { ProviderValidation } from "../domain/ports/provider-catalog.js";
import { choiceOf, has, object, secretRef, serviceAccountRef, text } from "./input-schema.js";
import { pick } from "./provider-kind.js";
import type { ProviderKindRules } from "./provider-kind.js";
import { serverUrl } from "./server-url.js";
import { GUID } from "./words.js";

const AUTH_TYPES = ["ServicePrincipal", "ManagedIdentity", "WorkloadIdentity"] as const;
/** AzureStackCloud is left out: it needs endpoints of its own (`customCloudConfig`), which the API has no field for. */
const ENVIRONMENTS = ["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud"];

const input = object(
  {
    vaultUrl: serverUrl({ schemes: ["https"], path: false, example: "https://team.vault.azure.net" }),
    tenantId: text("the id or the domain of a tenant", {
      required: true,
      max: 255,
      pattern: /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    }),
    authType: choiceOf(AUTH_TYPES, { required: true }),
    environmentType: choiceOf(ENVIRONMENTS, { default: "PublicCloud" }),
    identityId: text("the client id of a managed identity", { pattern: GUID }),
    auth: object({
      authSecretRef: object({
        clientId: secretRef(),
        tenantId: secretRef(),
        clientSecret: secretRef(),
        clientCertificate: secretRef(),
      }),
      serviceAccountRef: serviceAccountRef(),
    }),
  },
  { also: checkAuth },
);

/** What each authType needs and has no use for, as the operator reads them (ESO `azure/keyvault`, authorizerFor…). */
function checkAuth(given: JsonObject, context: ProviderValidation): Problem[] {
  const authType = AUTH_TYPES.find((known) => known === given["authType"]);
  if (authType === undefined) return [];
  const auth = isJsonObject(given["auth"]) ? given["auth"] : {};
  const secrets = isJsonObject(auth["authSecretRef"]) ? auth["authSecretRef"] : {};
  const problems: Problem[] = [];
  const refuse = (path: string[], message: string): number => problems.push({ path, message });
  const noUse = (holder: JsonObject, path: string[]): void => {
    if (has(holder, path.at(-1) ?? "")) refuse(path, `must be left out with authType ${authType}.`);
  };

  if (context.byMember && authType !== "ServicePrincipal") {
    refuse(
      ["authType"],
      "must be ServicePrincipal for a project's own provider: its credential is a Secret of the project.",
    );
    return problems;
  }
  if (authType !== "ManagedIdentity") noUse(given, ["identityId"]);
  if (authType === "ServicePrincipal") {
    if (!has(secrets, "clientId")) refuse(["auth", "authSecretRef", "clientId"], "is needed.");
    const credentials = ["clientSecret", "clientCertificate"].filter((name) => has(secrets, name));
    if (credentials.length !== 1) {
      refuse(["auth", "authSecretRef"], "needs exactly one of clientSecret, clientCertificate.");
    }
    noUse(secrets, ["auth", "authSecretRef", "tenantId"]);
    noUse(auth, ["auth", "serviceAccountRef"]);
  } else if (authType === "ManagedIdentity") {
    noUse(auth, ["auth", "authSecretRef"]);
    noUse(auth, ["auth", "serviceAccountRef"]);
  } else if (has(auth, "authSecretRef")) {
    if (!has(auth, "serviceAccountRef")) refuse(["auth", "serviceAccountRef"], "is needed with authSecretRef.");
    if (!has(secrets, "clientId")) refuse(["auth", "authSecretRef", "clientId"], "is needed.");
    noUse(secrets, ["auth", "authSecretRef", "clientSecret"]);
    noUse(secrets, ["auth", "authSecretRef", "clientCertificate"]);
  }
  return problems;
}

/** `useAzureSDK` is left to the CRD: some releases fill it in, others don't know the field and refuse it. */
function renderStoreSpec(config: JsonObject): JsonObject {
  const settings = pick(config, {
    vaultUrl: "vaultUrl",
    tenantId: "tenantId",
    authType: "authType",
    environmentType: "environmentType",
    identityId: "identityId",
  });
  const auth = isJsonObject(config["auth"]) ? config["auth"] : {};
  return { provider: { azurekv: { ...settings, ...auth } } };
}

/** The object's name: what stands before the first slash is its type, what stands after the second is ignored (ESO `azure/keyvault`, getObjType). */
function effectiveKey(_config: JsonObject | null, key: string): string {
  const [first = "", second] = key.split("/");
  return second ?? first;
}

export const azure: ProviderKindRules = {
  input,
  renderStoreSpec,
  effectiveKey,
};
