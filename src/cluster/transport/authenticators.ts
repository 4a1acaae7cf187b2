import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import type { Cluster, User } from "@kubernetes/client-node";
import { ClusterUnreachableError } from "../kubernetes-error.js";
import { readExecConfig, runExecPlugin, type ExecCredential } from "./exec-plugin.js";

/** Adds to the headers that the package has set already (impersonation). */
function setBearer(options: RequestOptions, token: string): void {
  const { headers } = options;
  const before = headers === undefined || Array.isArray(headers) ? [] : Object.entries(headers);
  options.headers = { ...Object.fromEntries(before), Authorization: `Bearer ${token}` };
}

/** A bearer token from a file that somebody else renews, read anew each time it is asked (the transport asks every few seconds). */
export class TokenFileAuthenticator {
  /** Differs from the package's own names, whose implementation keeps a token for a minute and its line end for ever. */
  static readonly provider = "secretariat-token-file";

  isAuthProvider(user: User): boolean {
    return providerOf(user) === TokenFileAuthenticator.provider;
  }

  async applyAuthentication(user: User, options: RequestOptions): Promise<void> {
    const path = String(configOf(user)["path"]);
    let token: string;
    try {
      token = (await readFile(path, "utf8")).trim();
    } catch (error) {
      throw new ClusterUnreachableError("credentials", `The token file ${path} cannot be read: ${codeOf(error)}`);
    }
    if (token === "") throw new ClusterUnreachableError("credentials", `The token file ${path} is empty.`);
    setBearer(options, token);
  }
}

/** A credential plugin: run when it is first asked and whenever what it gave has expired. */
export class ExecAuthenticator {
  static readonly provider = "secretariat-exec";
  #credential: ExecCredential | null = null;

  constructor(
    private readonly cluster: Cluster,
    private readonly timeout: number,
  ) {}

  isAuthProvider(user: User): boolean {
    return providerOf(user) === ExecAuthenticator.provider;
  }

  async applyAuthentication(user: User, options: RequestOptions): Promise<void> {
    const { server, caData, caFile, skipTLSVerify, tlsServerName, proxyUrl } = this.cluster;
    // The plugin's own idea of the time counts, as in client-go: wall clock.
    if (
      this.#credential === null ||
      (this.#credential.expiresAt !== null && this.#credential.expiresAt <= Date.now())
    ) {
      this.#credential = null;
      const info = {
        server,
        "tls-server-name": tlsServerName,
        "insecure-skip-tls-verify": skipTLSVerify,
        "certificate-authority-data": caData ?? (caFile === undefined ? undefined : await readFile(caFile, "base64")),
        "proxy-url": proxyUrl,
        config: null,
      };
      this.#credential = await runExecPlugin(readExecConfig(configOf(user)["plugin"]), info, this.timeout);
    }
    const { token, clientCertificateData, clientKeyData } = this.#credential;
    if (clientCertificateData !== null && clientKeyData !== null) {
      options.cert = clientCertificateData;
      options.key = clientKeyData;
    }
    if (token !== null) setBearer(options, token);
  }
}

function authProviderOf(user: User): { name: unknown; config: { [key: string]: unknown } } | null {
  const provider: unknown = user.authProvider;
  if (typeof provider !== "object" || provider === null) return null;
  const config: unknown = "config" in provider ? provider.config : null;
  return {
    name: "name" in provider ? provider.name : null,
    config: typeof config === "object" && config !== null ? { ...config } : {},
  };
}

const providerOf = (user: User): unknown => authProviderOf(user)?.name ?? null;
const configOf = (user: User): { [key: string]: unknown } => authProviderOf(user)?.config ?? {};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);

/**
 * The user with its plugin or token file handed over to the authenticators here; everything else stays with the package.
 */
export function withOwnAuthenticators(user: User): User {
  const provider = authProviderOf(user);
  const topLevel: unknown = user.exec;
  const exec = topLevel ?? provider?.config["exec"];
  if (exec !== undefined && exec !== null) {
    // Named differently from the package's, whose runner would take it.
    return { ...user, exec: null, authProvider: { name: ExecAuthenticator.provider, config: { plugin: exec } } };
  }
  const path = provider?.config["tokenFile"];
  if (typeof path === "string")
    return { ...user, authProvider: { name: TokenFileAuthenticator.provider, config: { path } } };
  return user;
}
