import { X509Certificate } from "node:crypto";
import type { TextField } from "./input-schema.js";
import { text } from "./input-schema.js";

const MUST_BE = "the base64 form of one or more certificates in PEM (what `base64 -w0 ca.pem` prints)";
const MAX_CERTIFICATES = 50;

/** The CA certificates that a server's own is checked against, as the operator wants them: PEM, in base64. */
export const caBundle = (): TextField => text(MUST_BE, { max: 65_536, parse });

function parse(given: string): { value: string } | { problem: string } {
  const compact = given.replaceAll(/[\r\n\t ]/g, "");
  const bytes = Buffer.from(compact, "base64");
  const value = bytes.toString("base64");
  // Node decodes whatever it can; what does not come out as it went in was not base64.
  if (value.replaceAll("=", "") !== compact.replaceAll("=", "")) return { problem: `must be ${MUST_BE}.` };
  const pem = bytes.toString("latin1");
  // Counted first, so that the search below cannot be made to take long.
  if (pem.split("-----BEGIN ").length - 1 > MAX_CERTIFICATES) {
    return { problem: `must hold at most ${MAX_CERTIFICATES} certificates.` };
  }
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)];
  if (pem.includes("PRIVATE KEY") || blocks.some(([, label]) => label !== "CERTIFICATE")) {
    return { problem: "must hold certificates only, no key and nothing else." };
  }
  if (blocks.length === 0) return { problem: `must be ${MUST_BE}.` };
  const bad = blocks.findIndex(([block]) => !isCertificate(block));
  return bad === -1 ? { value } : { problem: `cannot be read: certificate number ${bad + 1} is damaged.` };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
