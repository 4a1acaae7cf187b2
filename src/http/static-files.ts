import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";
import type { Answer } from "./answer.js";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
};

/** Smaller files gain nothing, in bytes. */
const COMPRESS_FROM = 1_024;

export interface StaticFilesOptions {
  contentSecurityPolicy: string;
  /** Names with a hash in them, which never change what they hold. */
  lasting: RegExp;
  /** What stands in pages for a mark: `%IDENTITY%`. */
  marks?: Readonly<Record<string, string>>;
  /** Whether to keep each file compressed too. */
  compress?: boolean;
}

interface Asset {
  type: string;
  body: Buffer;
  gzip: Buffer | null;
  etag: string;
}

/** The files of a folder, read once: what a request names is looked up among them, and never a path. */
export class StaticFiles {
  readonly #assets = new Map<string, Asset>();

  /** @param directory what `npm run build` made; it may be missing */
  constructor(
    directory: string,
    private readonly options: StaticFilesOptions,
  ) {
    if (!existsSync(directory)) return;
    for (const path of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
      const type = TYPES[extname(path)];
      if (type === undefined) continue;
      const body = withMarks(readFileSync(join(directory, path)), extname(path) === ".html" ? options.marks : {});
      const gzip = options.compress === true && body.length >= COMPRESS_FROM ? gzipSync(body, { level: 9 }) : null;
      const digest = createHash("sha256").update(body).digest("base64url");
      this.#assets.set(path.split(sep).join("/"), { type, body, gzip, etag: `"${digest.slice(0, 22)}"` });
    }
  }

  has(name: string): boolean {
    return this.#assets.has(name);
  }

  /** A file as the request wants it; null where there is none of that name. */
  serve(name: string, request: Pick<IncomingMessage, "headers">): Answer | null {
    const asset = this.#assets.get(name);
    if (asset === undefined) return null;
    const { contentSecurityPolicy, lasting } = this.options;
    const zipped = asset.gzip !== null && acceptsGzip(request.headers["accept-encoding"]) ? asset.gzip : null;
    const headers = {
      "content-security-policy": contentSecurityPolicy,
      "cache-control": lasting.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
      "content-type": asset.type,
      etag: asset.etag,
      ...(asset.gzip === null ? {} : { vary: "Accept-Encoding" }),
      ...(zipped === null ? {} : { "content-encoding": "gzip" }),
    };
    const isKnown = knows(request.headers["if-none-match"], asset.etag);
    return isKnown ? { status: 304, headers, body: "" } : { status: 200, headers, body: zipped ?? asset.body };
  }
}

function withMarks(file: Buffer, marks: Readonly<Record<string, string>> = {}): Buffer {
  let text: string | null = null;
  for (const [mark, value] of Object.entries(marks)) text = (text ?? file.toString("utf8")).replace(mark, () => value);
  return text === null ? file : Buffer.from(text);
}

/** RFC 9110, 12.5.3: named, and not with a weight of nought. */
const acceptsGzip = (header: string | string[] | undefined): boolean =>
  String(header ?? "")
    .split(",")
    .some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)|$)/i.test(part));

/** Whether If-None-Match names this version (RFC 9110, 13.1.2: weak comparison). */
const knows = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
