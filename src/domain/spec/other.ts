import { isJsonObject, type Json, type JsonObject } from "../json.js";
import { CREATION_POLICY, DECODING_STRATEGY, DELETION_POLICY, REFRESH_POLICY, type Vocabulary } from "./vocabulary.js";

/** What the typed fields say of a value: nothing of it is left, some of it, or all. */
type Rest = (value: Json) => Json | undefined;

const said: Rest = () => undefined;
const text: Rest = (value) => (typeof value === "string" ? undefined : value);
const isDefault =
  (fallback: Json): Rest =>
  (value) =>
    value === fallback ? undefined : value;
const word =
  (vocabulary: Vocabulary<string>): Rest =>
  (value) =>
    vocabulary.fromOperator(value) === null ? value : undefined;

const fields =
  (known: Readonly<Record<string, Rest>>): Rest =>
  (value) => {
    if (!isJsonObject(value)) return value;
    const left: [string, Json][] = [];
    for (const [key, inner] of Object.entries(value)) {
      const rest = Object.hasOwn(known, key) ? known[key]?.(inner) : inner;
      if (rest !== undefined) left.push([key, rest]);
    }
    return left.length > 0 ? Object.fromEntries(left) : undefined;
  };

/** Items by their index, those alone that have something left. */
const items =
  (item: Rest): Rest =>
  (value) => {
    if (!Array.isArray(value)) return value;
    const left = value.flatMap((inner, index): [string, Json][] => {
      const rest = item(inner);
      return rest === undefined ? [] : [[String(index), rest]];
    });
    return left.length > 0 ? Object.fromEntries(left) : undefined;
  };

const remoteRef = fields({
  key: text,
  property: text,
  version: text,
  decodingStrategy: word(DECODING_STRATEGY),
  conversionStrategy: isDefault("Default"),
  metadataPolicy: isDefault("None"),
});

const dataItem = fields({ secretKey: text, remoteRef });

const find = fields({
  path: text,
  name: fields({ regexp: text }),
  tags: said,
  conversionStrategy: isDefault("Default"),
  // The API's find has none: it decodes nothing.
  decodingStrategy: isDefault("None"),
});

const dataFromItem = fields({ extract: remoteRef, find });

const target = fields({
  name: text,
  creationPolicy: word(CREATION_POLICY),
  deletionPolicy: word(DELETION_POLICY),
  immutable: (value) => (typeof value === "boolean" ? undefined : value),
  // All of the template but its metadata is in `template` or `type`.
  template: (value) =>
    isJsonObject(value)
      ? fields({ metadata: fields({ labels: said, annotations: said }) })(
          isJsonObject(value["metadata"]) ? { metadata: value["metadata"] } : {},
        )
      : value,
});

const spec = fields({
  data: items(dataItem),
  dataFrom: items(dataFromItem),
  refreshInterval: text,
  refreshPolicy: word(REFRESH_POLICY),
  target,
});

/**
 * The parts of a spec that the API's typed fields and `template` cannot say, in the operator's own shape; items of lists stand under their index:
 * `{ data: { "0": { remoteRef: { conversionStrategy: "Unicode" } } } }`.
 * @returns null where there is none
 */
export function otherOf(value: JsonObject): JsonObject | null {
  const rest = spec(value);
  return isJsonObject(rest) ? rest : null;
}

/** What is left of one item of `data` or `dataFrom`; null: nothing. */
export function otherOfItem(kind: "data" | "dataFrom", item: JsonObject): JsonObject | null {
  const rest = (kind === "data" ? dataItem : dataFromItem)(item);
  return isJsonObject(rest) ? rest : null;
}
