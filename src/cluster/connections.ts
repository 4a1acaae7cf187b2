import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { KubeConfig, type Cluster, type Context, type User } from "@kubernetes/client-node";
import { parseDocument } from "yaml";
import { isRecord } from "./object-guards.js";

/** A cluster to be connected: the name that it has in the API, and how to reach it. */
export interface ClusterConnection {
  name: string;
  /** Its current context is the cluster. */
  kubeConfig: KubeConfig;
}

export interface ConnectionsInput {
  /** CLUSTER_CONTEXTS: comma list of `name=context`, or just contexts; null or empty: the cluster we run in, if any. */
  clusterContexts: string | null;
  /** KUBECONFIG: a path, or several with the platform's delimiter, of which the first that names something counts. */
  kubeconfig: string | null;
  /** CLUSTER_NAME: the name of the cluster we run in. */
  clusterName: string | null;
  /** Put before the path of the service account's files; for tests. */
  serviceAccountPrefix?: string;
}

const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/u;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** Nobody listens in on loopback: `kubectl proxy`, the simulated clusters. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/u;
const PROXY = /^(?:https?|socks(?:4a?|5h?)?):\/\//u;

/**
 * All connections, or all mistakes in the settings as sentences that name the setting. Neither of both: no cluster is configured. Without CLUSTER_CONTEXTS no kubeconfig
 * is touched (DESIGN.md, "From outside"). Nothing of a file's content is quoted but names: it holds credentials.
 */
export function loadConnections(input: ConnectionsInput): { connections: ClusterConnection[]; problems: string[] } {
  const { clusterContexts, kubeconfig } = input;
  if (clusterContexts === null || clusterContexts.trim() === "") return inCluster(input);
  if (kubeconfig === null || kubeconfig === "") {
    return {
      connections: [],
      problems: ["CLUSTER_CONTEXTS names contexts of a kubeconfig: set KUBECONFIG to its path."],
    };
  }
  const problems: string[] = [];
  const files = kubeconfig
    .split(delimiter)
    .filter((path) => path !== "")
    .flatMap((path) => {
      const loaded = loadFile(path);
      if (typeof loaded !== "string") return [loaded];
      problems.push(loaded);
      return [];
    });
  const wanted = readContexts(clusterContexts, problems);
  const known = files.flatMap((file) => file.contexts.map(({ name }) => name));
  const connections = wanted.flatMap(({ name, context }) => {
    const found = connect(context, files);
    if (found === null) {
      problems.push(
        `CLUSTER_CONTEXTS: there is no context "${context}" in ${kubeconfig}; it has: ${known.join(", ") || "none"}.`,
      );
      return [];
    }
    problems.push(...found.problems);
    return found.kubeConfig === null ? [] : [{ name, kubeConfig: found.kubeConfig }];
  });
  return problems.length > 0 ? { connections: [], problems } : { connections, problems };
}

function inCluster(input: ConnectionsInput): { connections: ClusterConnection[]; problems: string[] } {
  const prefix = input.serviceAccountPrefix ?? "";
  const host = process.env["KUBERNETES_SERVICE_HOST"] ?? "";
  if (host === "" || !existsSync(prefix + SERVICE_ACCOUNT_TOKEN)) return { connections: [], problems: [] };
  const name = input.clusterName ?? "in-cluster";
  if (!NAME.test(name)) return { connections: [], problems: [`CLUSTER_NAME: ${nameRule(name)}`] };
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster(prefix);
  return { connections: [{ name, kubeConfig }], problems: [] };
}

const nameRule = (name: string): string =>
  `"${name}" cannot be a cluster's name: 1 to 128 of A-Z a-z 0-9 . _ : / @ -, a letter or digit first.`;

/** `name=context, context` as pairs; mistakes are added to `problems`. */
function readContexts(text: string, problems: string[]): { name: string; context: string }[] {
  const pairs: { name: string; context: string }[] = [];
  for (const part of text.split(",").map((each) => each.trim())) {
    const equals = part.indexOf("=");
    const name = (equals < 0 ? part : part.slice(0, equals)).trim();
    const context = (equals < 0 ? part : part.slice(equals + 1)).trim();
    if (context === "") problems.push(`CLUSTER_CONTEXTS: "${part}" names no context; write name=context.`);
    else if (!NAME.test(name)) problems.push(`CLUSTER_CONTEXTS: ${nameRule(name)} Write name=context.`);
    else if (pairs.some((pair) => pair.name === name))
      problems.push(`CLUSTER_CONTEXTS: the name "${name}" is given twice.`);
    else if (pairs.some((pair) => pair.context === context)) {
      problems.push(`CLUSTER_CONTEXTS: the context "${context}" is given twice; one cluster has one name.`);
    } else pairs.push({ name, context });
  }
  return pairs;
}

interface LoadedFile {
  contexts: Context[];
  clusters: Cluster[];
  users: User[];
}

/** @returns what it holds, or what is wrong with it */
function loadFile(path: string): LoadedFile | string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return `KUBECONFIG: ${path} cannot be read (${code}).`;
  }
  if (text.length > MAX_FILE_BYTES) return `KUBECONFIG: ${path} is larger than ${MAX_FILE_BYTES} bytes.`;
  const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const line = text.slice(0, mistake.pos[0]).split("\n").length;
    return `KUBECONFIG: ${path} is no YAML (line ${line}).`;
  }
  const content: unknown = document.toJS();
  if (!isRecord(content)) return `KUBECONFIG: ${path} is no kubeconfig.`;
  const config = new KubeConfig();
  try {
    // The package reads `token-file` once; kubeconfig's own word is `tokenFile`, and it is left to us.
    config.loadFromString(text);
    config.makePathsAbsolute(resolve(dirname(path)));
  } catch (error) {
    // A YAML parser's message quotes lines, which may hold a token.
    const why =
      error instanceof Error && /^(?:clusters|users|contexts)\[\d+\]/u.test(error.message) ? `: ${error.message}` : "";
    return `KUBECONFIG: ${path} is no kubeconfig${why}.`;
  }
  const raw = Array.isArray(content["users"]) ? content["users"].filter(isRecord) : [];
  const users = config.users.map((user) => {
    const entry = raw.find(({ name }) => name === user.name)?.["user"];
    return completed(user, isRecord(entry) ? entry : {}, resolve(dirname(path)));
  });
  return { contexts: config.contexts, clusters: config.clusters, users };
}

/** The user with what kubectl does beyond the package: `tokenFile`, and paths relative to the kubeconfig. */
function completed(user: User, raw: { [key: string]: unknown }, directory: string): User {
  const { tokenFile, exec } = raw;
  if (typeof tokenFile === "string" && tokenFile !== "") {
    // As in client-go, before a token beside it.
    const { token: _token, ...rest } = user;
    const path = isAbsolute(tokenFile) ? tokenFile : join(directory, tokenFile);
    return { ...rest, authProvider: { name: "tokenFile", config: { tokenFile: path } } };
  }
  const command = isRecord(exec) ? exec["command"] : null;
  if (isRecord(exec) && typeof command === "string" && /[/\\]/u.test(command) && !isAbsolute(command)) {
    return { ...user, exec: { ...exec, command: join(directory, command) } };
  }
  return user;
}

/** @returns the context with its cluster and user alone; null where no file has the context */
function connect(
  name: string,
  files: readonly LoadedFile[],
): { kubeConfig: KubeConfig | null; problems: string[] } | null {
  const context = find(files, (file) => file.contexts, name);
  if (context === undefined) return null;
  const cluster = find(files, (file) => file.clusters, context.cluster);
  if (cluster === undefined)
    return { kubeConfig: null, problems: [`KUBECONFIG: context "${name}": there is no cluster "${context.cluster}".`] };
  const wantsUser: string | undefined = context.user;
  const user = wantsUser === undefined ? { name: "anonymous" } : find(files, (file) => file.users, wantsUser);
  const problems = judge(cluster, user ?? null);
  if (user === undefined) problems.push(`there is no user "${context.user}".`);
  if (user === undefined || problems.length > 0) {
    return { kubeConfig: null, problems: problems.map((problem) => `KUBECONFIG: context "${name}": ${problem}`) };
  }
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(cluster, user);
  return { kubeConfig, problems };
}

function find<T extends { name: string }>(
  files: readonly LoadedFile[],
  of: (file: LoadedFile) => T[],
  name: string,
): T | undefined {
  for (const file of files) {
    const found = of(file).find((entry) => entry.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function judge(cluster: Cluster, user: User | null): string[] {
  const problems: string[] = [];
  const server = URL.canParse(cluster.server) ? new URL(cluster.server) : null;
  if (server === null || !/^https?:$/u.test(server.protocol)) {
    problems.push(`the server of cluster "${cluster.name}" is no http(s) address.`);
  } else if (server.protocol === "http:" && !cluster.skipTLSVerify && !LOOPBACK.test(server.hostname)) {
    problems.push(
      `the server of cluster "${cluster.name}" is not https; if that is meant, set insecure-skip-tls-verify: true.`,
    );
  }
  const { proxyUrl = "" } = cluster;
  if (proxyUrl !== "" && (!PROXY.test(proxyUrl) || !URL.canParse(proxyUrl))) {
    problems.push(`the proxy-url of cluster "${cluster.name}" is no http, https or socks address.`);
  }
  for (const file of [cluster.caFile, user?.certFile, user?.keyFile]) {
    if (file !== undefined && file !== null && file !== "" && !existsSync(file))
      problems.push(`there is no file ${file}.`);
  }
  return problems;
}
