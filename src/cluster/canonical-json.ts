import { hash } from "node:crypto";
import type { Json } from "../domain/json.js";

/** The same text for the same JSON value, whatever the order of its keys. Members with the value undefined count as absent. */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i += 1) text += i === 0 ? canonicalJson(value[i]) : `,${canonicalJson(value[i])}`;
    return `${text}]`;
  }
  if (typeof value === "object" && value !== null) {
    let text = "";
    for (const key of Object.keys(value).sort()) {
      const member = value[key];
      if (member !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${text}}`;
  }
  return JSON.stringify(value ?? null);
}

/** 96 bits of the SHA-256 of the canonical text, base64url: for wanted and live objects alike. */
export function hashJson(value: Json | undefined): string {
  // Cut as bytes: a cut string would keep the whole one in memory.
  return hash("sha256", canonicalJson(value), "buffer").toString("base64url", 0, 12);
}
