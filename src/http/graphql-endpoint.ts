import type { IncomingMessage } from "node:http";
import type { Viewer } from "../domain/viewer.js";
import { badUserInput, ExpectedError } from "../errors.js";
import type { Answer } from "./answer.js";
import { BodyError, parseBody, readBody, RequestAborted } from "./body.js";
import { type Counted, countOperation, INTERNAL } from "./count-operation.js";
import type { Metrics, OperationType } from "./metrics.js";
import { headersOf, searchOf } from "./request.js";

/** A GraphQL request as it came over HTTP. */
export interface GraphQLHttpRequest {
  method: string;
  /** With the question mark, or empty. */
  search: string;
  headers: ReadonlyMap<string, string>;
  /** The parsed JSON body; undefined: none was sent, or none that is JSON. */
  body: unknown;
}

export interface GraphQLHttpAnswer {
  status: number;
  headers: Iterable<readonly [string, string]>;
  body: string;
  /** What it was: null where it was refused before anybody knew; and the codes of the errors in the answer. */
  facts: { operation: Exclude<OperationType, "unknown"> | null; codes: readonly string[] };
}

/** What is needed of graphql. */
export interface GraphQLExecutor {
  execute(request: GraphQLHttpRequest, identity: { viewer: Viewer; requestId: string }): Promise<GraphQLHttpAnswer>;
  /** The answer's body for a failure before any GraphQL: the same shape and codes as everywhere. @param requestId for the log */
  formatError(error: unknown, requestId?: string): string;
}

export interface GraphQLEndpointOptions {
  graphql: GraphQLExecutor;
  /** @throws ExpectedError UNAUTHENTICATED */
  authenticate: (authorization: string | undefined) => Promise<Viewer>;
  maxBodyBytes: number;
  metrics: Metrics;
}

/** GraphQL over HTTP: sign-in, then the body, then the operation; each failure in GraphQL's own shape. */
export class GraphQLEndpoint {
  constructor(private readonly options: GraphQLEndpointOptions) {}

  /** @returns null where the client went away meanwhile */
  async answer(request: IncomingMessage, requestId: string): Promise<Answer | null> {
    const began = performance.now();
    const { answer, ...counted } = await this.#try(request, requestId);
    countOperation(this.options.metrics, { transport: "http", ...counted }, (performance.now() - began) / 1000);
    return answer;
  }

  async #try(request: IncomingMessage, requestId: string): Promise<{ answer: Answer | null } & Counted> {
    try {
      return await this.#execute(request, requestId);
    } catch (error) {
      if (error instanceof RequestAborted) return { answer: null, operation: "unknown", outcome: "aborted", codes: [] };
      const { status, told, headers = {} } = refusalOf(error, request);
      const { graphql } = this.options;
      const answer = refuse(request, status, graphql.formatError(told, requestId), headers);
      const code = told instanceof ExpectedError ? told.code : INTERNAL;
      return { answer, operation: "unknown", outcome: status < 500 ? "refused" : "failed", codes: [code] };
    }
  }

  async #execute(request: IncomingMessage, requestId: string): Promise<{ answer: Answer } & Counted> {
    const { authenticate, graphql, maxBodyBytes } = this.options;
    // Before the body: strangers are not listened to at length.
    const viewer = await authenticate(request.headers.authorization);
    const body = await readBody(request, maxBodyBytes);
    const {
      status,
      headers,
      body: result,
      facts,
    } = await graphql.execute(
      {
        method: request.method ?? "GET",
        search: searchOf(request),
        headers: headersOf(request),
        body: parseBody(request.headers["content-type"], body),
      },
      { viewer, requestId },
    );
    const { operation, codes } = facts;
    const failed = status >= 500 || codes.includes(INTERNAL);
    return {
      answer: { status, headers: Object.fromEntries(headers), body: result },
      operation: operation ?? "unknown",
      outcome: failed ? "failed" : status < 400 ? "answered" : "refused",
      codes,
    };
  }
}

interface Refusal {
  status: number;
  /** What the client is told of. */
  told: unknown;
  headers?: Readonly<Record<string, string>>;
}

function refusalOf(error: unknown, request: IncomingMessage): Refusal {
  if (error instanceof BodyError) return { status: error.status, told: asBadInput(error) };
  if (!(error instanceof ExpectedError)) return { status: 500, told: error };
  if (error.code !== "UNAUTHENTICATED") return { status: 400, told: error };
  return { status: 401, told: error, headers: { "www-authenticate": challenge(request) } };
}

function refuse(
  request: IncomingMessage,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): Answer {
  const accepted = request.headers.accept ?? "";
  const type = accepted.includes("application/graphql-response+json")
    ? "application/graphql-response+json"
    : "application/json";
  return { status, headers: { "content-type": `${type}; charset=utf-8`, ...headers }, body };
}

const asBadInput = ({ message }: BodyError): ExpectedError => badUserInput([{ path: [], message }]);

/** RFC 6750, 3: a code where a token was sent and is not good, none where it is missing. */
const challenge = (request: IncomingMessage): string =>
  `Bearer realm="secretariat"${request.headers.authorization === undefined ? "" : ', error="invalid_token"'}`;
