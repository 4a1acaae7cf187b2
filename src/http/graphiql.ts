import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { extname, join } from "node:path";
import type { Answer } from "./answer.js";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
};

/**
 * Scripts, connections and workers from this server alone. Styles may be inline: the editor makes its rules for positions and tokens at run time, and has no way to be
 * given a nonce.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = "index.html";

interface Asset {
  type: string;
  body: Buffer;
  etag: string;
}

/** GraphiQL's files, read once: what a request names is looked up among them, and never a path. */
export class GraphiQLFiles {
  readonly #assets = new Map<string, Asset>();

  /**
   * @param directory what `npm run build` made
   * @param identity what the page offers to sign in with
   */
  constructor(directory: string, identity: "development" | "token") {
    if (!existsSync(directory)) return;
    for (const name of readdirSync(directory)) {
      const type = TYPES[extname(name)];
      if (type === undefined) continue;
      const file = readFileSync(join(directory, name));
      const body = name === PAGE ? Buffer.from(file.toString("utf8").replace("%IDENTITY%", identity)) : file;
      const digest = createHash("sha256").update(body).digest("base64url");
      this.#assets.set(name, { type, body, etag: `"${digest.slice(0, 22)}"` });
    }
  }

  /** Whether `npm run build` has made them. */
  get present(): boolean {
    return this.#assets.has(PAGE);
  }

  /** The page itself; null where it was not built. */
  page(request: Pick<IncomingMessage, "headers">): Answer | null {
    return this.#serve(PAGE, request);
  }

  /** One of the files that the page loads; null where there is none of that name. */
  file(name: string, request: Pick<IncomingMessage, "headers">): Answer | null {
    return name === PAGE ? null : this.#serve(name, request);
  }

  #serve(name: string, request: Pick<IncomingMessage, "headers">): Answer | null {
    const asset = this.#assets.get(name);
    if (asset === undefined) return null;
    // Names with a hash never change what they hold.
    const isLasting = /^(?:chunk|asset)-/.test(name);
    const headers = {
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "cache-control": isLasting ? "public, max-age=31536000, immutable" : "no-cache",
      "content-type": asset.type,
      etag: asset.etag,
    };
    const isKnown = knows(request.headers["if-none-match"], asset.etag);
    return isKnown ? { status: 304, headers, body: "" } : { status: 200, headers, body: asset.body };
  }
}

/** Whether If-None-Match names this version (RFC 9110, 13.1.2: weak comparison). */
const knows = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
