import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { Provider } from "oidc-provider";
import { createStore } from "./openid-provider-store.js";

export interface OpenIdProviderOptions {
  /** Of access tokens, in seconds. Default 300. */
  accessTokenLife?: number;
  /** Whether a refresh token is used up by each use, and a second use ends the sign-in. Default true. */
  rotates?: boolean;
  /** Whether there are refresh tokens at all. Default true. */
  refreshTokens?: boolean;
  /** Null: a public client. Default null. */
  clientSecret?: string | null;
  /** What its access tokens are meant for. Default `secretariat`. */
  audience?: string;
}

/** A person whom it knows. */
interface Account {
  name: string;
  roles: readonly string[];
  groups: readonly string[];
}

const ACCOUNTS: Readonly<Record<string, Account>> = {
  ada: { name: "Ada Lovelace", roles: ["platform-admin"], groups: [] },
  // Not every issuer names people in access tokens; of ben it tells the name in the ID token alone.
  ben: { name: "Ben Bitdiddle", roles: [], groups: ["/checkout"] },
};

export const CLIENT_ID = "secretariat-console";
const ALGORITHM = "ES256";
/** RFC 8707 wants an address. */
const RESOURCE = "urn:secretariat:api";
const SCOPES = "openid profile email offline_access";

/**
 * A real OpenID provider on a free port of this machine, by another name than the product's, so that browsers take the two for different sites. It shows its own page to sign in
 * on, with one field and two buttons.
 */
export class OpenIdProvider {
  /** How often its token endpoint was asked. */
  tokenRequests = 0;
  readonly #server: Server;
  #provider: Provider | null = null;
  #down = false;

  private constructor(
    readonly issuer: string,
    private readonly key: JWK,
    server: Server,
  ) {
    this.#server = server;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response));
  }

  /** Listens, and is not set up yet: its clients are told in {@link open}. */
  static async start(): Promise<OpenIdProvider> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP says so
    const { port } = server.address() as AddressInfo;
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    return new OpenIdProvider(`http://localhost:${port}`, await exportJWK(privateKey), server);
  }

  /** @param origin where browsers reach the product */
  open(origin: string, options: OpenIdProviderOptions = {}): void {
    const { accessTokenLife = 300, rotates = true, refreshTokens = true, clientSecret = null } = options;
    const provider = new Provider(this.issuer, {
      adapter: createStore(),
      jwks: { keys: [{ ...this.key, alg: ALGORITHM, use: "sig" }] },
      clients: [
        {
          client_id: CLIENT_ID,
          redirect_uris: [`${origin}/auth/callback`],
          post_logout_redirect_uris: [`${origin}/sign-in`],
          response_types: ["code"],
          grant_types: ["authorization_code", "refresh_token"],
          id_token_signed_response_alg: ALGORITHM,
          ...(clientSecret === null
            ? { token_endpoint_auth_method: "none" }
            : { token_endpoint_auth_method: "client_secret_basic", client_secret: clientSecret }),
        },
      ],
      cookies: { keys: ["one that signs cookies of a test"] },
      features: {
        devInteractions: { enabled: false },
        revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (context, form) => {
            context.body = `<!doctype html><title>The issuer</title><h1>Leaving the issuer</h1>${form}
<button form="op.logoutForm" name="logout" value="yes">Leave</button>`;
          },
        },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => RESOURCE,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: "",
            audience: options.audience ?? "secretariat",
            accessTokenFormat: "jwt",
            accessTokenTTL: accessTokenLife,
            jwt: { sign: { alg: ALGORITHM } },
          }),
        },
      },
      findAccount: (_context, id) =>
        ACCOUNTS[id] === undefined
          ? undefined
          : { accountId: id, claims: () => ({ sub: id, name: ACCOUNTS[id]?.name }) },
      // As most do: what the scopes are for stands in the ID token.
      conformIdTokenClaims: false,
      claims: { openid: ["sub"], profile: ["name"] },
      extraTokenClaims: (_context, token) => claimsOf("accountId" in token ? token.accountId : ""),
      // As Keycloak does: for every code.
      issueRefreshToken: () => refreshTokens,
      rotateRefreshToken: rotates,
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      loadExistingGrant: async ({ oidc }) => {
        const { client, session } = oidc;
        if (client === undefined || session?.accountId === undefined) return undefined;
        const known = session.grantIdFor(client.clientId);
        if (known !== undefined) return await oidc.provider.Grant.find(known);
        const grant = new oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope(SCOPES);
        await grant.save();
        return grant;
      },
      ttl: {
        AccessToken: accessTokenLife,
        AuthorizationCode: 60,
        Session: 3_600,
        Interaction: 600,
        Grant: 3_600,
        RefreshToken: 3_600,
        IdToken: 600,
      },
    });
    this.#provider = provider;
  }

  /** From now on it answers 503, or as it should again. */
  set down(down: boolean) {
    this.#down = down;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.#provider;
    if (this.#down || provider === null) {
      response.writeHead(503).end();
      return;
    }
    if (request.url === "/token") this.tokenRequests += 1;
    try {
      if (request.url?.startsWith("/interaction/") === true) await interact(provider, request, response);
      else await provider.callback()(request, response);
    } catch (error) {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    }
  }
}

async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "POST") {
    const { uid } = await provider.interactionDetails(request, response);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(signInPage(uid));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
  const result =
    form.get("answer") === "deny"
      ? { error: "access_denied", error_description: "call +1 555 0100 <b>now</b>" }
      : { login: { accountId: form.get("login") ?? "" } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const signInPage = (uid: string): string => `<!doctype html><title>The issuer</title><h1>The issuer's own page</h1>
<form method="post" action="/interaction/${uid}">
<label>Name <input name="login" autofocus></label>
<button name="answer" value="allow">Continue</button>
<button name="answer" value="deny">Cancel</button>
</form>`;

function claimsOf(id: string): Record<string, unknown> {
  const account = ACCOUNTS[id];
  if (account === undefined) return {};
  const { name, roles, groups } = account;
  return { ...(id === "ben" ? {} : { name }), email: `${id}@example.com`, realm_access: { roles }, groups };
}
