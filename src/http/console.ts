import type { IncomingMessage } from "node:http";
import type { Answer } from "./answer.js";
import { StaticFiles } from "./static-files.js";

/** Everything from this server alone, and nothing inline: neither script nor style. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = "index.html";

/** The web console's files. It has one page, which finds by the address what to show. */
export class ConsoleFiles {
  readonly #files: StaticFiles;

  /**
   * @param directory what `npm run build` made
   * @param identity what the page offers to sign in with: sample people, a token that somebody brings, or the issuer
   */
  constructor(directory: string, identity: "development" | "token" | "issuer") {
    this.#files = new StaticFiles(directory, {
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      lasting: /^assets\//,
      marks: { "%IDENTITY%": identity },
      compress: true,
    });
  }

  /** Whether `npm run build` has made them. */
  get present(): boolean {
    return this.#files.has(PAGE);
  }

  /** A file of the console, or its page for whoever wants one: the address may be any of the console's own. Null: neither. */
  answer(path: string, request: Pick<IncomingMessage, "headers">): Answer | null {
    const file = path === "/" || path === `/${PAGE}` ? null : this.#files.serve(path.slice(1), request);
    if (file !== null) return file;
    const wantsPage = path === "/" || (request.headers.accept ?? "").includes("text/html");
    return wantsPage ? this.#files.serve(PAGE, request) : null;
  }
}
