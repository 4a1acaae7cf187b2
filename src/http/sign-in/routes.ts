import type { IncomingMessage } from "node:http";
import type { SignInClient, Tokens } from "../../auth/sign-in/client.js";
import { SignInFailure } from "../../auth/sign-in/failure.js";
import { Renewals } from "../../auth/sign-in/renewals.js";
import type { Logger } from "../../domain/ports/logger.js";
import type { Viewer } from "../../domain/viewer.js";
import { ExpectedError } from "../../errors.js";
import { methodNotAllowed, text, type Answer } from "../answer.js";
import { namesThisMachine } from "../origin.js";
import { pathOf, searchOf } from "../request.js";
import { refuseForeignPage } from "./own-page.js";
import { clearPending, readPending, writePending } from "./pending-cookie.js";
import { localPath } from "./return-path.js";
import { clearSession, readSession, writeSession, type SessionToken } from "./session-cookie.js";

export interface SignInRoutesOptions {
  client: SignInClient;
  /** Where browsers reach this server (`https://secretariat.example.com`); null: on this machine, by whatever name the browser used. */
  publicUrl: string | null;
  /** @throws ExpectedError UNAUTHENTICATED */
  authenticate: (authorization: string) => Promise<Viewer>;
  logger: Logger;
}

/** What belongs to one request. */
interface Visit {
  request: IncomingMessage;
  requestId: string;
  /** Where the browser reached us: scheme, host and port. */
  origin: string;
  secure: boolean;
}

const CALLBACK = "/auth/callback";
/** The console's page that tells what went wrong. */
const SIGN_IN_PAGE = "/sign-in";

/**
 * The console's sign-in (docs/decisions/0019): the server is the issuer's client, the browser keeps the refresh token in a cookie that no script can read, and the page
 * gets access tokens.
 */
export class SignInRoutes {
  readonly #renewals: Renewals;

  constructor(private readonly options: SignInRoutesOptions) {
    this.#renewals = new Renewals({ renew: (refreshToken) => options.client.renew(refreshToken) });
  }

  /** Null: none of its paths. */
  async answer(request: IncomingMessage, requestId: string): Promise<Answer | null> {
    const route = {
      "/auth/sign-in": { method: "GET", handle: this.#begin },
      [CALLBACK]: { method: "GET", handle: this.#finish },
      "/auth/token": { method: "POST", handle: this.#token },
      "/auth/sign-out": { method: "POST", handle: this.#signOut },
    }[pathOf(request)];
    if (route === undefined) return null;
    if (request.method !== route.method) return methodNotAllowed(route.method);
    const origin = this.options.publicUrl ?? originOf(request);
    if (origin === null)
      return text(
        421,
        "The sign-in is served to names of this machine only, until PUBLIC_URL says where browsers reach it.",
      );
    return await route.handle({ request, requestId, origin, secure: origin.startsWith("https:") });
  }

  /** Sends the browser to the issuer. */
  readonly #begin = async (visit: Visit): Promise<Answer> => {
    const { request, origin, secure } = visit;
    const returnTo = localPath(new URLSearchParams(searchOf(request)).get("return"));
    try {
      const { location, pending } = await this.options.client.begin(origin + CALLBACK);
      const cookies = writePending(request, { ...pending, returnTo }, secure);
      return { ...text(302, "Sign in at the issuer.", { location: location.href }), cookies };
    } catch (error) {
      return this.#tell(visit, error, returnTo);
    }
  };

  /** The browser comes back from the issuer. */
  readonly #finish = async (visit: Visit): Promise<Answer> => {
    const { request, requestId, origin, secure } = visit;
    const parameters = new URLSearchParams(searchOf(request));
    const pending = readPending(request, parameters.get("state"), secure);
    if (pending === null) return this.#tell(visit, new SignInFailure("expired", "no such sign-in was begun"), "/");
    const { state, returnTo } = pending;
    try {
      const tokens = await this.options.client.finish(parameters, origin + CALLBACK, pending);
      const { subject } = await this.#viewerOf(tokens.accessToken);
      const kept = writeSession(request, sessionTokenOf(tokens), secure);
      if (kept === null)
        throw new SignInFailure("refused", "the issuer's tokens are too large for a browser's cookies");
      this.options.logger.info({ subject, requestId }, "somebody signed in to the console");
      const cookies = [...kept, clearPending(state, secure)];
      return { ...text(303, "You are signed in.", { location: returnTo }), cookies };
    } catch (error) {
      const answer = this.#tell(visit, error, returnTo);
      return { ...answer, cookies: [clearPending(state, secure)] };
    }
  };

  /** Gives the page an access token; 204: nobody is signed in. */
  readonly #token = async ({ request, requestId, secure }: Visit): Promise<Answer> => {
    const refusal = refuseForeignPage(request, this.options.publicUrl);
    if (refusal !== null) return text(403, refusal);
    const session = readSession(request, secure);
    if (session === null) return { ...text(204, ""), cookies: clearSession(request, secure) };
    let cookies: string[] = [];
    try {
      let accessToken = session.value;
      let name: string | null = null;
      if (session.kind === "refresh") {
        const tokens = await this.#renewals.renew(session.value);
        ({ accessToken, name } = tokens);
        // Before anything else can fail: the old one may be used up.
        if (tokens.refreshToken !== session.value)
          cookies = writeSession(request, sessionTokenOf(tokens), secure) ?? [];
      }
      const { subject, expiresAt } = await this.#viewerOf(accessToken);
      const expiresIn = Math.max(0, (expiresAt ?? 0) - Date.now());
      // The API forgives clocks that differ; a page that was given such a token could not keep a connection.
      if (expiresIn === 0 && session.kind === "access") throw new SignInFailure("ended", "the access token has ended");
      return { ...json({ accessToken, expiresIn, subject, name }), cookies };
    } catch (error) {
      const { problem, message } = failureOf(error);
      // An access token ends by itself; one that was just issued and is not taken is somebody's mistake, or the issuer's keys cannot be read now.
      const isOver = problem === "ended" || session.kind === "access";
      this.options.logger[isOver ? "info" : "warn"](
        { requestId, problem, reason: message },
        "a sign-in was not renewed",
      );
      return isOver
        ? { ...text(204, ""), cookies: clearSession(request, secure) }
        : { ...text(503, "The issuer does not answer as it must. Try again later.", { "retry-after": "5" }), cookies };
    }
  };

  /** Ends the sign-in here, and has the issuer forget it where it can. Says where the session at the issuer is ended. */
  readonly #signOut = async ({ request, requestId, origin, secure }: Visit): Promise<Answer> => {
    const refusal = refuseForeignPage(request, this.options.publicUrl);
    if (refusal !== null) return text(403, refusal);
    const { client, logger } = this.options;
    const session = readSession(request, secure);
    const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
      try {
        return await work();
      } catch (error) {
        logger.warn({ requestId, reason: failureOf(error).message }, "the issuer could not be told of a sign-out");
        return null;
      }
    };
    if (session?.kind === "refresh") await attempt(() => client.revoke(session.value));
    const endSession = await attempt(() => client.endSessionUrl(origin + SIGN_IN_PAGE));
    return { ...json({ endSession: endSession?.href ?? null }), cookies: clearSession(request, secure) };
  };

  /** @throws SignInFailure `rejected`, with the reason that the API would give */
  async #viewerOf(accessToken: string): Promise<Viewer> {
    try {
      return await this.options.authenticate(`Bearer ${accessToken}`);
    } catch (error) {
      if (error instanceof ExpectedError) throw new SignInFailure("rejected", error.message, { cause: error });
      throw error;
    }
  }

  /** Sends the browser to the console's page that says what went wrong: in our own words alone, whatever stands in the address. */
  #tell({ requestId }: Visit, error: unknown, returnTo: string): Answer {
    const { problem, message } = failureOf(error);
    const isOurs = problem === "refused" || problem === "rejected";
    this.options.logger[isOurs ? "warn" : "info"]({ requestId, problem, reason: message }, "a sign-in did not succeed");
    const query = new URLSearchParams({ problem, ...(isOurs ? { reference: requestId } : {}), return: returnTo });
    return text(303, "The sign-in did not succeed.", { location: `${SIGN_IN_PAGE}?${query.toString()}` });
  }
}

/** What is no failure of a sign-in is a defect. */
function failureOf(error: unknown): SignInFailure {
  if (error instanceof SignInFailure) return error;
  throw error;
}

const sessionTokenOf = ({ accessToken, refreshToken }: Tokens): SessionToken =>
  refreshToken === null ? { kind: "access", value: accessToken } : { kind: "refresh", value: refreshToken };

const json = (value: unknown): Answer => ({
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(value),
});

/** Null: the browser used another machine's name, and nobody said which is ours. */
function originOf({ headers: { host } }: IncomingMessage): string | null {
  return namesThisMachine(host) ? new URL(`http://${host}`).origin : null;
}
