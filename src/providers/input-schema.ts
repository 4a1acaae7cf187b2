import type { Problem } from "../errors.js";
import type { JsonObject } from "../domain/json.js";
import type { ProviderValidation } from "../domain/ports/provider-catalog.js";

/** What stands at one place of a provider's input. The tables of the four kinds are made of these; check-input.ts walks them. */
export type Field = TextField | IntegerField | TextListField | ReferenceField | ObjectField;

export type Fields = { readonly [name: string]: Field };

interface AnyField {
  /** Absent and null are the same; a required field must be neither. */
  readonly required?: boolean;
  /** Set: refused where a member of a project sends it, and why (DESIGN.md, "What a member sends is an allowlist"). */
  readonly adminsOnly?: string;
}

export interface TextField extends AnyField {
  readonly type: "text";
  /** Characters; no control characters whatever else is said. */
  readonly max: number;
  /** Matched against the whole. */
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
  /** What it must be, to follow "must be": "an AWS region such as eu-central-1". */
  readonly mustBe: string;
  /** Filled in where it is absent. */
  readonly default?: string;
  /** A check that a pattern cannot say; answers the normalised text. It never quotes the text: a credential may have been pasted. */
  readonly parse?: (text: string, context: ProviderValidation) => { value: string } | { problem: string };
}

export interface IntegerField extends AnyField {
  readonly type: "integer";
  readonly min: number;
  readonly max: number;
}

export interface TextListField extends AnyField {
  readonly type: "texts";
  /** Entries; at least one, else the field is to be left out. */
  readonly maxItems: number;
  readonly max: number;
}

/** What a store refers to in a cluster, in the operator's own shapes: SecretKeySelector, SecretReference, ServiceAccountSelector, ConfigMapReference. */
export interface ReferenceField extends AnyField {
  readonly type: "reference";
  readonly to: "secret" | "serviceAccount" | "configMap";
  /** Whether an entry of the Secret or ConfigMap is named. */
  readonly key: "required" | "none" | { readonly default: string };
}

export interface ObjectField extends AnyField {
  readonly type: "object";
  readonly fields: Fields;
  readonly choice?: Choice;
  /** Rules over several fields. Gets the object as it was sent: its fields may be anything, and are judged by themselves elsewhere. */
  readonly also?: (given: JsonObject, context: ProviderValidation, path: string[]) => Problem[];
}

/** Of these fields at most one may be given. */
export interface Choice {
  readonly of: readonly string[];
  /** One must be given. */
  readonly required: boolean;
  /** One must be given where a member sends it, and why. */
  readonly requiredOfMembers?: string;
}

/** Whether an object has a field, and not null. */
export const has = (value: JsonObject, name: string): boolean => Object.hasOwn(value, name) && value[name] !== null;

type Options = { required?: boolean; adminsOnly?: string };

export const text = (
  mustBe: string,
  options: Options & { max?: number; pattern?: RegExp; default?: string; parse?: TextField["parse"] } = {},
): TextField => {
  const { parse, ...rest } = options;
  return { type: "text", mustBe, max: 256, ...rest, ...(parse === undefined ? {} : { parse }) };
};

export const choiceOf = (oneOf: readonly string[], options: Options & { default?: string } = {}): TextField => ({
  type: "text",
  mustBe: `one of ${oneOf.join(", ")}`,
  max: 64,
  oneOf,
  ...options,
});

export const integer = (min: number, max: number): IntegerField => ({ type: "integer", min, max });

export const texts = (): TextListField => ({ type: "texts", maxItems: 20, max: 256 });

/** A Secret and, unless told otherwise, the entry in it. */
export const secretRef = (options: Options & { key?: ReferenceField["key"] } = {}): ReferenceField => ({
  type: "reference",
  to: "secret",
  key: "required",
  ...options,
});

export const serviceAccountRef = (options: Options = {}): ReferenceField => ({
  type: "reference",
  to: "serviceAccount",
  key: "none",
  ...options,
});

export const configMapRef = (options: Options = {}): ReferenceField => ({
  type: "reference",
  to: "configMap",
  key: "required",
  ...options,
});

export const object = (
  fields: Fields,
  options: Options & { choice?: Choice; also?: ObjectField["also"] } = {},
): ObjectField => {
  const { also, ...rest } = options;
  return { type: "object", fields, ...rest, ...(also === undefined ? {} : { also }) };
};
