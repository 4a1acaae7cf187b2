import type { ProviderValidation } from "../domain/ports/provider-catalog.js";
import { object, text, texts } from "./input-schema.js";
import type { ObjectField, ReferenceField, TextField } from "./input-schema.js";
import { DNS_LABEL, DNS_SUBDOMAIN, ENTRY_NAME } from "./words.js";

/** How messages speak of what is referred to. */
export const REFERRED_TO = {
  secret: { what: "a Secret", hint: "a reference to the Secret that holds it, never the value itself" },
  serviceAccount: { what: "a service account", hint: "a reference to a service account" },
  configMap: { what: "a ConfigMap", hint: "a reference to a ConfigMap" },
} as const;

const name = (what: string): TextField =>
  text(`the name of ${what} (lower-case letters, digits, "-" and ".")`, {
    required: true,
    max: 253,
    pattern: DNS_SUBDOMAIN,
  });

/** The fields that a reference must and may have here. In a ClusterSecretStore that is a namespace as well: without it the operator takes each ExternalSecret's own, and calls the store Valid unverified (ESO.md). */
export function referenceShape(field: ReferenceField, context: ProviderValidation): ObjectField {
  const { what } = REFERRED_TO[field.to];
  const namespace = text(`the namespace of ${what}`, {
    required: context.scope === "ORGANIZATION",
    max: 63,
    pattern: DNS_LABEL,
  });
  const entry = text(`the name of an entry in ${what}`, {
    max: 253,
    pattern: ENTRY_NAME,
    ...(typeof field.key === "object" ? { default: field.key.default } : { required: true }),
  });
  return object({
    name: name(what),
    namespace,
    ...(field.key === "none" ? {} : { key: entry }),
    ...(field.to === "serviceAccount" ? { audiences: texts() } : {}),
  });
}
