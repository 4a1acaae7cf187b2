import * as http from "node:http";
import * as https from "node:https";
import { ClusterUnreachableError } from "../kubernetes-error.js";
import type { RequestCredentials } from "./credentials.js";

export interface TransportRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** With its query. */
  path: string;
  body?: string;
  contentType?: string;
  /** Milliseconds from sending to the end of the answer (of a stream: to its head). */
  timeout?: number;
  signal?: AbortSignal;
  /** Asked at the last moment, once it is the request's turn; what it throws is what the caller gets, and nothing is sent. */
  beforeSending?: () => void;
}

export interface TransportResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface ExchangeContext {
  /** Where the server is; `path` without a slash at its end. */
  base: { protocol: string; hostname: string; port: string; path: string };
  credentials: RequestCredentials;
  /** Milliseconds. */
  timeout: number;
  maxBodyBytes: number;
  /** Functions that end what is under way; this exchange's is in it while it lasts. */
  ongoing: Set<(error: Error) => void>;
}

/** Connections that the server closed while idle are noticed only when used; more in a row than this is another trouble. */
const MAX_STALE = 3;
const KEEP_ALIVE_DELAY_MS = 30_000;
const USER_AGENT = "secretariat";

/**
 * One request and its answer.
 * @param streaming answers with status 200 are handed over as streams, once their head is there; destroying them is the caller's
 * @throws whatever Node throws, ClusterUnreachableError for a time limit or bound of ours, the signal's reason
 */
export function exchange(
  context: ExchangeContext,
  request: TransportRequest,
  streaming: boolean,
  stale = 0,
): Promise<TransportResponse | http.IncomingMessage> {
  const { base, credentials, timeout, ongoing } = context;
  const { signal, body } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(asError(signal.reason));
      return;
    }
    const outgoing = (base.protocol === "https:" ? https : http).request({
      protocol: base.protocol,
      hostname: base.hostname,
      port: base.port === "" ? undefined : base.port,
      path: base.path + request.path,
      method: request.method,
      agent: credentials.agent,
      headers: headersOf(request, credentials),
    });

    let finished = false;
    let answered = false;
    const finish = (): void => {
      finished = true;
      clearTimeout(timer);
      ongoing.delete(fail);
      signal?.removeEventListener("abort", onAbort);
    };
    const fail = (error: Error): void => {
      finish();
      reject(error);
      // Without the error: a connection that has its whole answer has nobody left to hear it, and it would end the process.
      outgoing.destroy();
    };
    const onAbort = (): void => fail(asError(signal?.reason));
    const timer = setTimeout(() => {
      fail(new ClusterUnreachableError("timeout", `${base.hostname} gave no answer within ${timeout} ms.`));
    }, timeout);
    ongoing.add(fail);
    signal?.addEventListener("abort", onAbort, { once: true });

    outgoing.on("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS));
    outgoing.on("error", (error) => {
      // Giving up makes an error of its own.
      if (finished) return;
      // Never for POST: it may have been carried out.
      if (!answered && outgoing.reusedSocket && isCut(error) && request.method !== "POST" && stale < MAX_STALE) {
        finish();
        resolve(exchange(context, request, streaming, stale + 1));
      } else fail(error);
    });
    outgoing.on("response", (response) => {
      answered = true;
      if (streaming && response.statusCode === 200) {
        clearTimeout(timer);
        response.once("close", finish);
        resolve(response);
      } else {
        collect(response, context.maxBodyBytes, fail, (text) => {
          finish();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      }
    });
    outgoing.end(body);
  });
}

function headersOf(request: TransportRequest, credentials: RequestCredentials): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = {
    ...credentials.headers,
    Accept: "application/json",
    "User-Agent": USER_AGENT,
  };
  if (request.body !== undefined) {
    headers["Content-Type"] = request.contentType ?? "application/json";
    headers["Content-Length"] = Buffer.byteLength(request.body);
  }
  return headers;
}

function collect(
  response: http.IncomingMessage,
  maxBytes: number,
  fail: (error: Error) => void,
  done: (body: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) fail(new ClusterUnreachableError("protocol", `The answer is longer than ${maxBytes} bytes.`));
    else chunks.push(chunk);
  });
  response.on("error", fail);
  response.on("end", () => {
    if (response.complete) done(Buffer.concat(chunks).toString("utf8"));
  });
}

const isCut = (error: NodeJS.ErrnoException): boolean => error.code === "ECONNRESET" || error.code === "EPIPE";
const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error("aborted"));
