import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";
import type { Logger } from "../../domain/ports/logger.js";
import { boundedText } from "../bounded-json.js";
import { isPlainText } from "../claims.js";
import { isLoopback } from "../issuer-url.js";
import { IssuerUnreachable } from "../settings.js";
import { SignInFailure } from "./failure.js";
import { createMetadataSource } from "./metadata.js";

export interface SignInSettings {
  issuer: string;
  clientId: string;
  /** Null: a public client. */
  clientSecret: string | null;
  /** Separated by spaces; `openid` among them. */
  scopes: string;
  /** Of one request to the issuer, in milliseconds. Default 5,000. */
  timeout?: number;
  /** After a failed request for the issuer's metadata the next is made only after so many milliseconds. Default 5,000. */
  failureCooldown?: number;
  logger: Logger;
}

/** What has to be kept in the browser between leaving for the issuer and coming back: each is good for one sign-in. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  /** PKCE's (RFC 7636). */
  verifier: string;
}

/** What the issuer gave. */
export interface Tokens {
  accessToken: string;
  /** Null: it gives none; the sign-in ends with the access token. */
  refreshToken: string | null;
  /** When the access token ends, in milliseconds since the epoch; null: it does not say. */
  expiresAt: number | null;
  /** How the ID token names the person, for display; null: it does not, or there is none. */
  name: string | null;
}

/** Requests to the issuer under way at once: strangers can make us send one each. */
const MAX_UNDER_WAY = 64;

/** Secretariat as an OAuth client: authorization code with PKCE (RFC 6749, 7636, 9700), OpenID Connect Core 1.0. */
export class SignInClient {
  readonly #client: oauth.Client;
  readonly #clientSecret: string | null;
  readonly #metadata: () => Promise<oauth.AuthorizationServer>;
  readonly #timeout: number;
  #underWay = 0;

  constructor(private readonly settings: SignInSettings) {
    const { issuer, clientId, clientSecret, timeout = 5_000, failureCooldown = 5_000, logger } = settings;
    this.#client = { client_id: clientId, [oauth.clockTolerance]: 30 };
    this.#clientSecret = clientSecret;
    this.#timeout = timeout;
    this.#metadata = createMetadataSource({ issuer, timeout, failureCooldown, logger });
  }

  /**
   * Where to send the browser.
   * @param redirectUri where it comes back to; registered at the issuer
   * @throws SignInFailure `unreachable`
   */
  async begin(redirectUri: string): Promise<{ location: URL; pending: PendingSignIn }> {
    const { authorization_endpoint: endpoint = "" } = await this.#server();
    const pending = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
    };
    const location = new URL(endpoint);
    const parameters = {
      response_type: "code",
      client_id: this.settings.clientId,
      redirect_uri: redirectUri,
      scope: this.settings.scopes,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
    return { location, pending };
  }

  /**
   * Takes what the browser brought back: state, issuer (RFC 9207), code, then nonce and all else of the ID token.
   * @param callback the query
   * @param redirectUri the same as at the beginning
   * @throws SignInFailure `denied`, `refused`, `unreachable`
   */
  async finish(callback: URLSearchParams, redirectUri: string, pending: PendingSignIn): Promise<Tokens> {
    const server = await this.#server();
    return await explained("refused", async () => {
      const parameters = oauth.validateAuthResponse(server, this.#client, callback, pending.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        this.#authentication(server),
        parameters,
        redirectUri,
        pending.verifier,
        this.#requestOptions(server),
      );
      return tokensOf(
        await oauth.processAuthorizationCodeResponse(server, this.#client, response, {
          expectedNonce: pending.nonce,
          requireIdToken: true,
        }),
      );
    });
  }

  /**
   * Fresh tokens for a refresh token, which may be used up by it.
   * @throws SignInFailure `ended`, `refused`, `unreachable`
   */
  async renew(refreshToken: string): Promise<Tokens> {
    const server = await this.#server();
    return await explained("ended", async () => {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        this.#client,
        this.#authentication(server),
        refreshToken,
        this.#requestOptions(server),
      );
      const tokens = tokensOf(await oauth.processRefreshTokenResponse(server, this.#client, response));
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
    });
  }

  /**
   * Has the issuer forget a refresh token, where it can (RFC 7009).
   * @throws SignInFailure
   */
  async revoke(refreshToken: string): Promise<void> {
    const server = await this.#server();
    if (server.revocation_endpoint === undefined) return;
    await explained("refused", async () => {
      const authentication = this.#authentication(server);
      const response = await oauth.revocationRequest(server, this.#client, authentication, refreshToken, {
        ...this.#requestOptions(server),
        additionalParameters: { token_type_hint: "refresh_token" },
      });
      await oauth.processRevocationResponse(response);
    });
  }

  /**
   * Where somebody ends their session at the issuer as well (OpenID Connect RP-Initiated Logout 1.0); null: it offers that nowhere. The client's name stands in it
   * in place of an ID token: no token stands in an address.
   * @throws SignInFailure `unreachable`
   */
  async endSessionUrl(returnTo: string): Promise<URL | null> {
    const { end_session_endpoint: endpoint } = await this.#server();
    if (endpoint === undefined) return null;
    const url = new URL(endpoint);
    url.searchParams.set("client_id", this.settings.clientId);
    url.searchParams.set("post_logout_redirect_uri", returnTo);
    return url;
  }

  #server(): Promise<oauth.AuthorizationServer> {
    return explained("refused", this.#metadata);
  }

  /** HTTP Basic unless the issuer says that it does not take it (OpenID Connect Discovery 1.0, 3). */
  #authentication(server: oauth.AuthorizationServer): oauth.ClientAuth {
    if (this.#clientSecret === null) return oauth.None();
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return methods.includes("client_secret_basic")
      ? oauth.ClientSecretBasic(this.#clientSecret)
      : oauth.ClientSecretPost(this.#clientSecret);
  }

  #requestOptions(server: oauth.AuthorizationServer): oauth.TokenEndpointRequestOptions {
    return {
      // Loopback alone may do without https: issuer-url.ts.
      [oauth.allowInsecureRequests]: isLoopback(new URL(server.issuer).hostname),
      [oauth.customFetch]: (url: string, options: RequestInit) => this.#fetch(new URL(url), options),
    };
  }

  /** Bounded in time, size and number; no redirect is followed. */
  async #fetch(url: URL, options: RequestInit): Promise<Response> {
    if (this.#underWay >= MAX_UNDER_WAY) throw new IssuerUnreachable("too many requests to the issuer are under way");
    this.#underWay += 1;
    try {
      const response = await fetch(url, { ...options, redirect: "manual", signal: AbortSignal.timeout(this.#timeout) });
      if (response.status >= 500 || response.status === 429) {
        await response.body?.cancel();
        throw new IssuerUnreachable(`${url.origin}${url.pathname} answered ${response.status}`);
      }
      const { status, headers } = response;
      return new Response(await boundedText(response, url), { status, headers });
    } catch (error) {
      if (error instanceof IssuerUnreachable) throw error;
      throw new IssuerUnreachable(`${url.origin}${url.pathname} could not be asked`, { cause: error });
    } finally {
      this.#underWay -= 1;
    }
  }
}

/** What a library's errors mean. @param grant what it means that the issuer does not take the code or the refresh token */
async function explained<T>(grant: "refused" | "ended", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof IssuerUnreachable) throw new SignInFailure("unreachable", error.message, { cause: error });
    if (error instanceof oauth.AuthorizationResponseError) {
      const code = plain(error.error);
      const problem = RETRY_LATER.has(code) ? "unreachable" : DENIED.has(code) ? "denied" : "refused";
      throw new SignInFailure(problem, `the issuer answered the browser with ${code}`);
    }
    if (error instanceof oauth.ResponseBodyError) {
      const said = `the issuer answered ${plain(error.error)}: ${plain(error.error_description ?? "no description")}`;
      throw new SignInFailure(error.error === "invalid_grant" ? grant : "refused", said);
    }
    if (error instanceof oauth.WWWAuthenticateChallengeError)
      throw new SignInFailure("refused", "the issuer does not accept OIDC_CLIENT_ID and OIDC_CLIENT_SECRET");
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError)
      // What such an error holds beside its message may be a token.
      throw new SignInFailure("refused", `the issuer's answer is not as it must be: ${error.message}`);
    throw error;
  }
}

const MAX_NAME = 256;
/** RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6. */
const DENIED = new Set(["access_denied", "login_required", "consent_required", "interaction_required"]);
const RETRY_LATER = new Set(["temporarily_unavailable", "server_error"]);

/** What others wrote, fit for a line of the log. */
const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]+/g, " ").slice(0, 200);

function tokensOf(response: oauth.TokenEndpointResponse): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = response;
  const told = seconds === undefined ? null : Date.now() + seconds * 1000;
  const name = oauth.getValidatedIdTokenClaims(response)?.["name"];
  return {
    accessToken,
    refreshToken: refreshToken ?? null,
    expiresAt: expiryOf(accessToken) ?? told,
    name: isPlainText(name, MAX_NAME) ? name : null,
  };
}

/** Only for knowing when to ask again: whoever gets the token checks it. */
function expiryOf(accessToken: string): number | null {
  try {
    const { exp } = decodeJwt(accessToken);
    return exp === undefined ? null : exp * 1000;
  } catch {
    return null;
  }
}
