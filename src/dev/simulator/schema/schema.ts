import type { Json } from "../json.js";

/** A structural schema, as a CustomResourceDefinition holds it and as /openapi/v3 publishes it. */
export interface Schema {
  type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  description?: string;
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  required?: string[];
  enum?: string[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minProperties?: number;
  maxProperties?: number;
  default?: Json;
  nullable?: boolean;
  "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  "x-kubernetes-list-map-keys"?: string[];
  "x-kubernetes-map-type"?: "atomic" | "granular";
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

export const string = (more: Schema = {}): Schema => ({ type: "string", ...more });
export const integer = (more: Schema = {}): Schema => ({ type: "integer", ...more });
export const boolean = (more: Schema = {}): Schema => ({ type: "boolean", ...more });
export const choice = (values: string[], more: Schema = {}): Schema => ({ type: "string", enum: values, ...more });
export const array = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, ...more });
export const strings = (more: Schema = {}): Schema => array(string(), more);
export const stringMapOf = (more: Schema = {}): Schema => ({ type: "object", additionalProperties: string(), ...more });
export const object = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: "object",
  properties,
  ...more,
});
export const anything = (more: Schema = {}): Schema => ({
  type: "object",
  "x-kubernetes-preserve-unknown-fields": true,
  ...more,
});

/** A DNS-1123 subdomain, as ESO's CRDs write it. */
export const DNS_SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
/** A DNS-1123 label. */
export const DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
/** A key of a native Secret. */
const SECRET_KEY = "^[-._a-zA-Z0-9]+$";

export const subdomainName = (more: Schema = {}): Schema =>
  string({ minLength: 1, maxLength: 253, pattern: DNS_SUBDOMAIN, ...more });
export const secretKey = (more: Schema = {}): Schema =>
  string({ minLength: 1, maxLength: 253, pattern: SECRET_KEY, ...more });

/** The schema of a field of an object; undefined where it has none and unknown ones are not kept. */
export function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const own = schema.properties?.[key];
  if (own !== undefined && Object.hasOwn(schema.properties ?? {}, key)) return own;
  if (schema.additionalProperties !== undefined) return schema.additionalProperties;
  return schema["x-kubernetes-preserve-unknown-fields"] === true ? UNTYPED : undefined;
}

/** What is kept without being known. */
const UNTYPED: Schema = { "x-kubernetes-preserve-unknown-fields": true };
