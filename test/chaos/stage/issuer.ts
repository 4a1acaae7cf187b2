import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { freePort } from "./database.js";

export interface Person {
  subject: string;
  admin?: boolean;
  /** Without the slash before them. */
  groups?: readonly string[];
}

export const AUDIENCE = "secretariat";

/** Tokens are good from an hour ago for two days: replicas' clocks differ. */
const [SINCE, FOR] = [3_600, 172_800];

/** An OpenID Connect issuer of the run's own, as small as one can be. */
export class Issuer {
  private constructor(
    readonly url: string,
    private readonly key: CryptoKey,
    private readonly server: Server,
  ) {}

  static async start(): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid: "chaos", alg: "ES256", use: "sig" };
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = createServer((request, response) => {
      const body = request.url === "/keys" ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return new Issuer(url, privateKey, server);
  }

  token({ subject, admin = false, groups = [] }: Person): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      sub: subject,
      realm_access: { roles: admin ? ["platform-admin"] : [] },
      groups: groups.map((group) => `/${group}`),
      exp: now + FOR,
    })
      .setProtectedHeader({ alg: "ES256", kid: "chaos" })
      .setIssuer(this.url)
      .setAudience(AUDIENCE)
      .setIssuedAt(now - SINCE)
      .sign(this.key);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
