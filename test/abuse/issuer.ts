import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTPayload, SignJWT } from "jose";

export interface Signer {
  jwk: JWK;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

export async function newSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { publicKey, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}

/** An issuer of tokens on a free port of this machine, as OIDC_ISSUER wants one. */
export class Issuer {
  /** What its key set holds now. */
  readonly published: Signer[] = [];
  url = "";
  readonly #server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/keys") response.end(JSON.stringify({ keys: this.published.map(({ jwk }) => jwk) }));
    else response.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
  });

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.published.push(await newSigner("first"));
    issuer.#server.listen(0, "127.0.0.1");
    await once(issuer.#server, "listening");
    const address = issuer.#server.address();
    if (address === null || typeof address === "string") throw new Error("the issuer has no port");
    issuer.url = `http://127.0.0.1:${address.port}`;
    return issuer;
  }

  get signer(): Signer {
    const [first] = this.published;
    if (first === undefined) throw new Error("the issuer has no key");
    return first;
  }

  /** A good token, unless the claims or the key say otherwise. @param ends null: it has no end */
  token(
    claims: JWTPayload,
    signer = this.signer,
    header: Record<string, unknown> = {},
    ends: number | null = now() + 3_600,
  ): Promise<string> {
    const end = ends === null ? {} : { exp: ends };
    return new SignJWT({ iss: this.url, aud: "secretariat", ...end, ...claims })
      .setProtectedHeader({ alg: "ES256", ...(signer.jwk.kid === undefined ? {} : { kid: signer.jwk.kid }), ...header })
      .sign(signer.privateKey);
  }

  admin(subject: string): Promise<string> {
    return this.token({ sub: subject, realm_access: { roles: ["platform-admin"] } });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Seconds since the epoch. */
export const now = (): number => Math.floor(Date.now() / 1000);
