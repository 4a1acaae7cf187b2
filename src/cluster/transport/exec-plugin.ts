import { spawn } from "node:child_process";
import { ClusterUnreachableError } from "../kubernetes-error.js";

/** `users[].user.exec` of a kubeconfig, as far as it is obeyed. */
export interface ExecConfig {
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  apiVersion: string;
  provideClusterInfo: boolean;
}

/** What a plugin answered: `status` of an ExecCredential. */
export interface ExecCredential {
  token: string | null;
  clientCertificateData: string | null;
  clientKeyData: string | null;
  /** Milliseconds since the epoch; null: until the server refuses it. */
  expiresAt: number | null;
}

const MAX_OUTPUT = 1024 * 1024;
const MAX_COMPLAINT = 4096;
const KILL_AFTER_MS = 2_000;
const DEFAULT_API_VERSION = "client.authentication.k8s.io/v1";

const isRecord = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const textOrNull = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Reads the `exec` part of a user, whatever it is. @throws ClusterUnreachableError where there is no command */
export function readExecConfig(exec: unknown): ExecConfig {
  const command = isRecord(exec) ? textOrNull(exec["command"]) : null;
  if (!isRecord(exec) || command === null) {
    throw new ClusterUnreachableError("credentials", "The kubeconfig's exec plugin has no command.");
  }
  const { args, env } = exec;
  return {
    command,
    args: Array.isArray(args) ? args.map(String) : [],
    env: (Array.isArray(env) ? env : []).flatMap((entry: unknown) =>
      isRecord(entry) && typeof entry["name"] === "string"
        ? [{ name: entry["name"], value: textOrNull(entry["value"]) ?? "" }]
        : [],
    ),
    apiVersion: textOrNull(exec["apiVersion"]) ?? DEFAULT_API_VERSION,
    provideClusterInfo: exec["provideClusterInfo"] === true,
  };
}

/** What a plugin wrote to stderr, fit for an error: without anything that could be a token. */
function complaintOf(stderr: string): string {
  const text = stderr.replaceAll(/[A-Za-z0-9+_.=~-]{32,}/gu, "…").trim();
  return text === "" ? "" : `: ${text}`;
}

function parseCredential(output: string, command: string): ExecCredential {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    // The reason would quote the output, which may hold a token.
    throw new ClusterUnreachableError("credentials", `The credential plugin ${command} wrote no JSON.`);
  }
  const status = isRecord(parsed) && parsed["kind"] === "ExecCredential" ? parsed["status"] : undefined;
  if (!isRecord(status)) {
    throw new ClusterUnreachableError(
      "credentials",
      `The credential plugin ${command} wrote no ExecCredential with a status.`,
    );
  }
  const expiry = Date.parse(textOrNull(status["expirationTimestamp"]) ?? "");
  const credential = {
    token: textOrNull(status["token"]),
    clientCertificateData: textOrNull(status["clientCertificateData"]),
    clientKeyData: textOrNull(status["clientKeyData"]),
    expiresAt: Number.isNaN(expiry) ? null : expiry,
  };
  if (credential.token === null && (credential.clientCertificateData === null || credential.clientKeyData === null)) {
    throw new ClusterUnreachableError(
      "credentials",
      `The credential plugin ${command} gave neither a token nor a certificate with its key.`,
    );
  }
  return credential;
}

/**
 * Runs a credential plugin (client.authentication.k8s.io) once, without a terminal. The package's own runner never ends one that hangs and
 * doesn't tell it KUBERNETES_EXEC_INFO.
 * @param cluster told to the plugin where it asks for it
 * @param timeout milliseconds, after which it is killed
 * @throws ClusterUnreachableError "credentials", without anything of what may be a token
 */
export function runExecPlugin(
  exec: ExecConfig,
  cluster: { [key: string]: unknown },
  timeout: number,
): Promise<ExecCredential> {
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster } : {}) },
  };
  const env: NodeJS.ProcessEnv = { ...process.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  for (const { name, value } of exec.env) env[name] = value;

  return new Promise((resolve, reject) => {
    let output = "";
    let complaint = "";
    let failure: string | null = null;
    const child = spawn(exec.command, exec.args, { env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    let killTimer: NodeJS.Timeout | undefined;
    const end = (why: string): void => {
      failure ??= why;
      child.kill("SIGTERM");
      killTimer ??= setTimeout(() => {
        child.kill("SIGKILL");
        // A grandchild may hold the pipes open for ever.
        child.stdout.destroy();
        child.stderr.destroy();
      }, KILL_AFTER_MS);
    };
    const timer = setTimeout(() => end(`did not answer within ${timeout} ms`), timeout);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.length > MAX_OUTPUT) end("wrote too much");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (complaint.length < MAX_COMPLAINT) complaint += text.slice(0, MAX_COMPLAINT);
    });
    child.on("error", (error) => {
      failure ??= `cannot be run: ${error.message}`;
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      if (failure === null && code !== 0) failure = `ended with ${signal ?? `code ${code}`}`;
      if (failure !== null) {
        reject(
          new ClusterUnreachableError(
            "credentials",
            `The credential plugin ${exec.command} ${failure}${complaintOf(complaint)}`,
          ),
        );
        return;
      }
      try {
        resolve(parseCredential(output, exec.command));
      } catch (error) {
        reject(error);
      }
    });
  });
}
