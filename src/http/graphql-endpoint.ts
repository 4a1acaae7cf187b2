import type { IncomingMessage } from "node:http";
import type { Logger } from "../domain/ports/logger.js";
import type { Viewer } from "../domain/viewer.js";
import { badUserInput, ExpectedError } from "../errors.js";
import type { Answer } from "./answer.js";
import { BodyError, parseBody, readBody, RequestAborted } from "./body.js";
import type { Metrics, Outcome } from "./metrics.js";
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
}

/** What is needed of graphql. */
export interface GraphQLExecutor {
  execute(request: GraphQLHttpRequest, identity: { viewer: Viewer; requestId: string }): Promise<GraphQLHttpAnswer>;
  /** The answer's body for a failure before any GraphQL: the same shape and codes as everywhere. */
  formatError(error: unknown): string;
}

export interface GraphQLEndpointOptions {
  graphql: GraphQLExecutor;
  /** @throws ExpectedError UNAUTHENTICATED */
  authenticate: (authorization: string | undefined) => Promise<Viewer>;
  maxBodyBytes: number;
  metrics: Metrics;
  logger: Logger;
}

/** GraphQL over HTTP: sign-in, then the body, then the operation; each failure in GraphQL's own shape. */
export class GraphQLEndpoint {
  constructor(private readonly options: GraphQLEndpointOptions) {}

  /** @returns null where the client went away meanwhile */
  async answer(request: IncomingMessage, requestId: string): Promise<Answer | null> {
    const began = performance.now();
    const { answer, outcome } = await this.#try(request, requestId);
    const { metrics } = this.options;
    metrics.requests.inc({ transport: "http", outcome });
    metrics.requestSeconds.observe({ outcome }, (performance.now() - began) / 1000);
    return answer;
  }

  async #try(request: IncomingMessage, requestId: string): Promise<{ answer: Answer | null; outcome: Outcome }> {
    try {
      const answer = await this.#execute(request, requestId);
      return { answer, outcome: answer.status < 400 ? "answered" : answer.status < 500 ? "refused" : "failed" };
    } catch (error) {
      if (error instanceof RequestAborted) return { answer: null, outcome: "aborted" };
      if (error instanceof BodyError)
        return { answer: this.#refuse(request, error.status, asBadInput(error)), outcome: "refused" };
      if (!(error instanceof ExpectedError)) {
        this.options.logger.error({ err: error, requestId }, "a request failed");
        return { answer: this.#refuse(request, 500, error), outcome: "failed" };
      }
      if (error.code !== "UNAUTHENTICATED") return { answer: this.#refuse(request, 400, error), outcome: "refused" };
      const answer = this.#refuse(request, 401, error, { "www-authenticate": challenge(request) });
      return { answer, outcome: "refused" };
    }
  }

  async #execute(request: IncomingMessage, requestId: string): Promise<Answer> {
    const { authenticate, graphql, maxBodyBytes } = this.options;
    // Before the body: strangers are not listened to at length.
    const viewer = await authenticate(request.headers.authorization);
    const body = await readBody(request, maxBodyBytes);
    const {
      status,
      headers,
      body: result,
    } = await graphql.execute(
      {
        method: request.method ?? "GET",
        search: searchOf(request),
        headers: headersOf(request),
        body: parseBody(request.headers["content-type"], body),
      },
      { viewer, requestId },
    );
    return { status, headers: Object.fromEntries(headers), body: result };
  }

  #refuse(
    request: IncomingMessage,
    status: number,
    error: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Answer {
    const accepted = request.headers.accept ?? "";
    const type = accepted.includes("application/graphql-response+json")
      ? "application/graphql-response+json"
      : "application/json";
    return {
      status,
      headers: { "content-type": `${type}; charset=utf-8`, ...headers },
      body: this.options.graphql.formatError(error),
    };
  }
}

const asBadInput = ({ message }: BodyError): ExpectedError => badUserInput([{ path: [], message }]);

/** RFC 6750, 3: a code where a token was sent and is not good, none where it is missing. */
const challenge = (request: IncomingMessage): string =>
  `Bearer realm="secretariat"${request.headers.authorization === undefined ? "" : ', error="invalid_token"'}`;
