import { type Json, at, isObject, list, text } from "../json.js";

type Values = Map<string, Buffer>;

/** Why values cannot be brought into the shape of a native Secret's data. */
class KeyError extends Error {}

const OUTSIDE = /[^-._a-zA-Z0-9]/gu;

/** conversionStrategy of extract and find. @throws KeyError where two keys become one */
export function convertKeys(strategy: string, values: Values): Values {
  const out: Values = new Map();
  for (const [key, value] of values) {
    const converted = key.replaceAll(OUTSIDE, (character) =>
      strategy === "Unicode" ? `_U${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}_` : "_",
    );
    if (out.has(converted))
      throw new KeyError(
        `error applying conversion strategy ${strategy || "Default"} to keys: secret name collision during conversion: ${converted}`,
      );
    out.set(converted, value);
  }
  return out;
}

/** @throws KeyError where a key cannot be one of a native Secret */
export function validateKeys(values: Values): void {
  for (const key of values.keys()) {
    if (key === "" || key.length > 253)
      throw new KeyError(
        `invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key length must be between 1 and 253: ${key}`,
      );
    const bad = /[^-._a-zA-Z0-9]/u.exec(key)?.[0];
    if (bad !== undefined) {
      throw new KeyError(
        `invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key has invalid character ${bad}, only alphanumeric, '-', '.' and '_' are allowed: ${key}`,
      );
    }
  }
}

/** decodingStrategy. @throws KeyError where the value is not what was promised */
export function decodeValue(strategy: string, value: Buffer): Buffer {
  if (strategy !== "Base64" && strategy !== "Base64URL" && strategy !== "Auto") return value;
  const source = value.toString("utf8").replaceAll(/[\r\n]/gu, "");
  const plain = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(source);
  const url = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?$/u.test(source);
  if (plain && strategy !== "Base64URL") return Buffer.from(source, "base64");
  if (url && strategy !== "Base64") return Buffer.from(source, "base64url");
  if (strategy === "Auto") return value;
  const outside = source.search(strategy === "Base64" ? /[^A-Za-z0-9+/=]/u : /[^A-Za-z0-9_=-]/u);
  // Go names the character that is none, else the start of the last, incomplete group of four.
  const offset = outside >= 0 ? outside : Math.floor(source.length / 4) * 4;
  throw new KeyError(
    `error applying decoding strategy ${strategy} to data: illegal base64 data at input byte ${offset}`,
  );
}

/** dataFrom[].rewrite: regexp and transform. @throws KeyError for what is not simulated */
export function rewriteKeys(operations: Json[], values: Values): Values {
  let out = values;
  for (const operation of operations) {
    const next: Values = new Map();
    for (const [key, value] of out) next.set(rewriteKey(operation, key), value);
    out = next;
  }
  return out;
}

function rewriteKey(operation: Json, key: string): string {
  const regexp = at(operation, "regexp");
  if (isObject(regexp)) return key.replaceAll(new RegExp(text(regexp, "source"), "gu"), text(regexp, "target"));
  const transform = at(operation, "transform", "template");
  if (typeof transform === "string") return transform.replaceAll(/\{\{-?\s*\.value\s*-?\}\}/gu, key);
  throw new KeyError("error applying rewrite to keys: rewrite.merge is not simulated");
}

/** Whether a dataFrom entry rewrites keys itself. */
export const hasRewrite = (source: Json): boolean => list(source, "rewrite").length > 0;
