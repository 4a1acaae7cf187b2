import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.js";
import { StaticFiles } from "./static-files.js";

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

/** GraphiQL's files. */
export class GraphiQLFiles {
  readonly #files: StaticFiles;

  /**
   * @param directory what `npm run build` made
   * @param identity what the page offers to sign in with: sample people, a token that somebody brings, or the issuer
   */
  constructor(directory: string, identity: "development" | "token" | "issuer") {
    this.#files = new StaticFiles(directory, {
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      lasting: /^(?:chunk|asset)-/,
      marks: { "%IDENTITY%": identity },
    });
  }

  /** Whether `npm run build` has made them. */
  get present(): boolean {
    return this.#files.has(PAGE);
  }

  /** The page itself; null where it was not built. */
  page(request: Pick<IncomingMessage, "headers">): Answer | null {
    return this.#files.serve(PAGE, request);
  }

  /** One of the files that the page loads; null where there is none of that name. */
  file(name: string, request: Pick<IncomingMessage, "headers">): Answer | null {
    return name === PAGE ? null : this.#files.serve(name, request);
  }
}
