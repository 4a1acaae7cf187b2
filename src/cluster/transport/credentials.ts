import { createHash } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import * as tls from "node:tls";
import { KubeConfig, type User } from "@kubernetes/client-node";
import { ClusterUnreachableError } from "../kubernetes-error.js";
import { ExecAuthenticator, TokenFileAuthenticator, withOwnAuthenticators } from "./authenticators.js";

/** What a request needs to be sent in the cluster's user's name. */
export interface RequestCredentials {
  readonly headers: { readonly [name: string]: string };
  readonly agent: http.Agent;
}

export interface CredentialsSettings {
  /** Milliseconds for a plugin or a sign-in. */
  credentialsTimeout: number;
  /** Connections kept open while nothing is to be sent. */
  maxFreeSockets: number;
}

/** Milliseconds after which files and plugins' expiries are looked at again. */
const MAX_AGE_MS = 10_000;
/** A server that refuses everything must not make us run a plugin for each request. */
const MIN_RENEWAL_INTERVAL_MS = 5_000;
/** A plugin has its own, earlier limit, and some seconds to end; this one is for the package's sign-ins. */
const GRACE_MS = 5_000;
/** As client-go: shorter than the idle time of cloud load balancers. */
const KEEP_ALIVE_DELAY_MS = 30_000;

/**
 * The current context of a KubeConfig as one agent with kept-alive connections and the headers of its user. The package makes a new connection for every
 * call, and keeps what a plugin gave even where the server no longer takes it.
 */
export class ClusterCredentials {
  readonly server: URL;
  /** Whether connections go through the kubeconfig's proxy-url. */
  readonly proxied: boolean;
  #config: KubeConfig;
  #current: RequestCredentials | null = null;
  #appliedAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<RequestCredentials> | null = null;
  #agent: { agent: http.Agent; fingerprint: string } | null = null;

  /** @throws RangeError where the current context names no cluster, or its server is no URL: `connections.ts` has refused those */
  constructor(
    private readonly source: KubeConfig,
    private readonly settings: CredentialsSettings,
  ) {
    const cluster = source.getCurrentCluster();
    if (cluster === null) throw new RangeError("the kubeconfig's current context names no cluster");
    this.server = new URL(cluster.server);
    this.proxied = cluster.proxyUrl !== undefined && cluster.proxyUrl !== "";
    this.#config = this.#fresh();
  }

  /** @throws ClusterUnreachableError "credentials" or "tls" where none can be had */
  async current(): Promise<RequestCredentials> {
    if (this.#current !== null && performance.now() - this.#appliedAt < MAX_AGE_MS) return this.#current;
    return await this.#load();
  }

  /**
   * New ones after the server refused `stale` with 401.
   * @returns `stale` itself where it was renewed a moment ago, and asking again is no use
   */
  async renew(stale: RequestCredentials): Promise<RequestCredentials> {
    if (this.#loading !== null) return await this.#loading;
    if (this.#current !== null && this.#current !== stale) return this.#current;
    if (performance.now() - this.#renewedAt < MIN_RENEWAL_INTERVAL_MS) return stale;
    this.#renewedAt = performance.now();
    this.#config = this.#fresh();
    return await this.#load();
  }

  close(): void {
    this.#agent?.agent.destroy();
  }

  /** A KubeConfig of this context alone, with nothing remembered from before. */
  #fresh(): KubeConfig {
    const cluster = this.source.getCurrentCluster();
    if (cluster === null) throw new RangeError("the kubeconfig's current context names no cluster");
    // The package ignores the cluster's CA where there is no user.
    const user: User = this.source.getCurrentUser() ?? { name: "anonymous" };
    // What it asks for without TLS is to have this said; connections.ts has judged it.
    const reachable = cluster.server.startsWith("http:") ? { ...cluster, skipTLSVerify: true } : cluster;
    const config = new KubeConfig();
    config.addAuthenticator(new ExecAuthenticator(cluster, this.settings.credentialsTimeout));
    config.addAuthenticator(new TokenFileAuthenticator());
    config.loadFromClusterAndUser(reachable, withOwnAuthenticators(user));
    return config;
  }

  #load(): Promise<RequestCredentials> {
    this.#loading ??= this.#apply().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #apply(): Promise<RequestCredentials> {
    const options: https.RequestOptions = {};
    try {
      await withTimeout(this.#config.applyToHTTPSOptions(options), this.settings.credentialsTimeout + GRACE_MS);
    } catch (error) {
      if (error instanceof ClusterUnreachableError) throw error;
      const why = error instanceof Error ? error.message : "unknown";
      throw new ClusterUnreachableError("credentials", `The kubeconfig's credentials cannot be used: ${why}`);
    }
    const headers: { [name: string]: string } = {};
    if (options.headers !== undefined && !Array.isArray(options.headers)) {
      for (const [name, value] of Object.entries(options.headers)) headers[name] = String(value).trim();
    }
    if (typeof options.auth === "string") {
      headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    }
    const agent = this.#agentFor(options);
    const before = this.#current;
    const same =
      before !== null && before.agent === agent && JSON.stringify(before.headers) === JSON.stringify(headers);
    this.#current = same ? before : { headers, agent };
    this.#appliedAt = performance.now();
    return this.#current;
  }

  /** The agent in use, or another one where the certificates have changed; the old one's connections end with their requests. */
  #agentFor(options: https.RequestOptions): http.Agent {
    const fingerprint = fingerprintOf(options);
    if (this.#agent?.fingerprint === fingerprint) return this.#agent.agent;
    if (this.#agent !== null) retire(this.#agent.agent);
    const agent = this.proxied ? this.#proxyAgent(options) : this.#directAgent(options);
    this.#agent = { agent, fingerprint };
    return agent;
  }

  #directAgent(options: https.RequestOptions): http.Agent {
    const shared = {
      keepAlive: true,
      keepAliveMsecs: KEEP_ALIVE_DELAY_MS,
      maxFreeSockets: this.settings.maxFreeSockets,
      scheduling: "lifo" as const,
    };
    if (this.server.protocol === "http:") return new http.Agent(shared);
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    let secureContext: tls.SecureContext;
    try {
      // Made once: by default it is made anew for each connection.
      secureContext = tls.createSecureContext({ ca, cert, key, pfx, passphrase });
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown";
      throw new ClusterUnreachableError("credentials", `The kubeconfig's certificates cannot be used: ${why}`);
    }
    return new https.Agent({
      ...shared,
      secureContext,
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    });
  }

  /** The package's own agent for this kind of proxy, made to keep its connections. */
  #proxyAgent(options: https.RequestOptions): http.Agent {
    if (!(options.agent instanceof http.Agent)) {
      throw new ClusterUnreachableError("proxy", "The kubeconfig's proxy-url is of a kind that is not supported.");
    }
    // The package caches it with the certificates of its first call; the next change needs another.
    this.#config = this.#fresh();
    return Object.assign(options.agent, {
      keepAlive: true,
      keepAliveMsecs: KEEP_ALIVE_DELAY_MS,
      maxFreeSockets: this.settings.maxFreeSockets,
    });
  }
}

function fingerprintOf({ ca, cert, key, pfx, servername, rejectUnauthorized }: https.RequestOptions): string {
  const digest = createHash("sha256");
  for (const part of [ca, cert, key, pfx]) digest.update(textOf(part)).update("\0");
  return digest.update(`${servername ?? "-"}\0${String(rejectUnauthorized)}`).digest("base64");
}

const textOf = (part: unknown): string | Buffer =>
  typeof part === "string" || Buffer.isBuffer(part) ? part : JSON.stringify(part ?? null);

function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

async function withTimeout(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ClusterUnreachableError("credentials", `No credentials within ${milliseconds} ms.`)),
      milliseconds,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
