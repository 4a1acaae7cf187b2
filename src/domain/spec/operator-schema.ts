import { re2Problem } from "./re2.js";
import { type ObjectShape, type Shape, SOURCE_REF, type StringShape } from "./shape.js";
import { hasControlCharacters, isSubdomain } from "./syntax.js";

/*
 * `spec` of an ExternalSecret of external-secrets.io/v1 (ESO.md; the CRDs of 0.20 and 2.9), without `secretStoreRef`, which the provider gives. Fields of newer
 * versions that it does not name are kept and asked of the clusters' own CRDs.
 */

const SECRET_KEY = /^[-._a-zA-Z0-9]+$/;

const subdomain = (text: string): string | null =>
  text.length <= 253 && isSubdomain(text)
    ? null
    : "This must be a DNS-1123 subdomain of 1 to 253 characters: lower case letters, digits, `-` and `.`.";
const secretKeyProblem = (text: string): string | null =>
  text.length <= 253 && SECRET_KEY.test(text)
    ? null
    : "A key of a Secret consists of 1 to 253 letters, digits, `-`, `_` and `.`.";
const oneLine = (text: string): string | null =>
  hasControlCharacters(text) ? "This contains control characters." : null;

const line = (max: number, more: Partial<StringShape> = {}): StringShape => ({
  kind: "string",
  max,
  check: oneLine,
  ...more,
});
const choice = (values: readonly string[], more: Partial<StringShape> = {}): StringShape => ({
  kind: "string",
  values,
  ...more,
});
const name = (more: Partial<StringShape> = {}): StringShape => ({ kind: "string", check: subdomain, ...more });
const text = (more: Partial<StringShape> = {}): StringShape => ({ kind: "string", ...more });
const regexp = (more: Partial<StringShape> = {}): StringShape => line(1024, { check: re2Problem, ...more });

const conversionStrategy = choice(["Default", "Unicode"], { default: "Default" });
const decodingStrategy = choice(["None", "Auto", "Base64", "Base64URL"], { default: "None" });
// Without a default of ours: older CRDs don't know it.
const nullBytePolicy = choice(["Ignore", "Fail"]);

const remoteRef: ObjectShape = {
  kind: "object",
  fields: {
    key: line(2048, { required: true, keepEmpty: true }),
    property: line(2048),
    version: line(256),
    conversionStrategy,
    decodingStrategy,
    metadataPolicy: choice(["None", "Fetch"], { default: "None" }),
    nullBytePolicy,
  },
};

const sourceRef: Shape = { kind: "refused", message: SOURCE_REF };

const find: ObjectShape = {
  kind: "object",
  fields: {
    path: line(2048, { keepEmpty: true }),
    name: { kind: "object", fields: { regexp: regexp() } },
    tags: { kind: "stringMap" },
    conversionStrategy,
    decodingStrategy,
    nullBytePolicy,
  },
};

const rewrite: ObjectShape = {
  kind: "object",
  one: true,
  fields: {
    regexp: {
      kind: "object",
      fields: {
        source: regexp({ required: true, keepEmpty: true }),
        // An empty target is a way to cut something off.
        target: line(1024, { keepEmpty: true }),
      },
    },
    transform: { kind: "object", fields: { template: text({ required: true, keepEmpty: true }) } },
    merge: {
      kind: "object",
      fields: {
        into: line(253, { default: "", keepEmpty: true }),
        priority: { kind: "list", items: line(2048) },
        priorityPolicy: choice(["Strict", "IgnoreNotFound"], { default: "Strict" }),
        conflictPolicy: choice(["Error", "Ignore"], { default: "Error" }),
        strategy: choice(["Extract", "JSON"], { default: "Extract" }),
      },
    },
  },
};

const templateSource: ObjectShape = {
  kind: "object",
  fields: {
    name: name({ required: true, keepEmpty: true }),
    items: {
      kind: "list",
      required: true,
      keepEmpty: true,
      items: {
        kind: "object",
        fields: {
          key: { kind: "string", check: secretKeyProblem, required: true, keepEmpty: true },
          templateAs: choice(["Values", "KeysAndValues"], { default: "Values" }),
        },
      },
    },
  },
};

const templateFrom: ObjectShape = {
  kind: "object",
  fields: {
    configMap: templateSource,
    secret: templateSource,
    literal: text({ keepEmpty: true }),
    // Anything else is a path into the object, by which its type or its owner could be written.
    target: choice(["Data", "Annotations", "Labels"], { default: "Data" }),
  },
};

/** What the API's `template` input may hold; type and metadata have fields of their own. */
export const TEMPLATE_INPUT: ObjectShape = {
  kind: "object",
  fields: {
    data: { kind: "stringMap", checkKey: secretKeyProblem },
    engineVersion: choice(["v2"], { default: "v2" }),
    mergePolicy: choice(["Replace", "Merge"], { default: "Replace" }),
    templateFrom: { kind: "list", items: templateFrom },
  },
};

const template: ObjectShape = {
  kind: "object",
  always: true,
  fields: {
    ...TEMPLATE_INPUT.fields,
    type: line(253),
    metadata: {
      kind: "object",
      // Written by the operator in any case, and it keeps our labels and annotations off the native Secret (ESO.md).
      always: true,
      fields: {
        labels: { kind: "stringMap" },
        annotations: { kind: "stringMap" },
        finalizers: { kind: "list", items: line(317) },
      },
    },
  },
};

export const EXTERNAL_SECRET_SPEC: ObjectShape = {
  kind: "object",
  fields: {
    data: {
      kind: "list",
      items: {
        kind: "object",
        fields: {
          secretKey: { kind: "string", check: secretKeyProblem, required: true, keepEmpty: true },
          remoteRef: { ...remoteRef, required: true },
          sourceRef,
        },
      },
    },
    dataFrom: {
      kind: "list",
      items: {
        kind: "object",
        fields: { extract: remoteRef, find, rewrite: { kind: "list", items: rewrite }, sourceRef },
      },
    },
    refreshInterval: { kind: "string", duration: true, default: "1h0m0s", max: 100 },
    // The CRD has no default; the operator takes the absent for Periodic.
    refreshPolicy: choice(["Periodic", "OnChange", "CreatedOnce"], { default: "Periodic" }),
    syncWindows: {
      kind: "object",
      fields: {
        kind: line(32),
        windows: {
          kind: "list",
          items: {
            kind: "object",
            fields: { schedule: line(253), duration: { kind: "string", duration: true, max: 100, keepEmpty: true } },
          },
        },
      },
    },
    target: {
      kind: "object",
      always: true,
      fields: {
        name: name(),
        creationPolicy: choice(["Owner", "Orphan", "Merge", "None", "CreateOrMerge"], { default: "Owner" }),
        deletionPolicy: choice(["Retain", "Delete", "Merge"], { default: "Retain" }),
        immutable: { kind: "boolean" },
        manifest: {
          kind: "refused",
          message: "Only native Secrets can be written, no other kinds of objects. Take `manifest` out.",
        },
        template,
      },
    },
  },
};
