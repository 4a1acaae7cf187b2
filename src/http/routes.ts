import type { IncomingMessage } from "node:http";
import { methodNotAllowed, text, type Answer } from "./answer.js";
import type { ConsoleFiles } from "./console.js";
import { answerOptions, corsHeaders } from "./cors.js";
import type { GraphiQLFiles } from "./graphiql.js";
import type { GraphQLEndpoint } from "./graphql-endpoint.js";
import type { Readiness } from "./health.js";
import type { Metrics } from "./metrics.js";
import { refuseOrigin, type OriginRules } from "./origin.js";
import { pathOf } from "./request.js";
import type { SignInRoutes } from "./sign-in/routes.js";

export interface RoutesOptions {
  endpoint: GraphQLEndpoint;
  readiness: Readiness;
  metrics: Metrics;
  /** Null: GRAPHIQL is off. */
  graphiql: GraphiQLFiles | null;
  /** Null: it was not built. */
  console: ConsoleFiles | null;
  /** Null: OIDC_CLIENT_ID is not set. */
  signIn: SignInRoutes | null;
  origins: OriginRules;
  isStopping(): boolean;
}

const GRAPHIQL = "/graphiql/";
const SIGN_IN = "/auth/";
const READ = "GET, HEAD";
const OPERATE = "GET, POST, OPTIONS";

/** What stands at which path. */
export class Routes {
  constructor(private readonly options: RoutesOptions) {}

  /** Probes and scrapers, which come by address and not by name; null: none of theirs. */
  async forMachines(request: IncomingMessage): Promise<Answer | null> {
    const path = pathOf(request);
    const route = { "/healthz": healthz, "/readyz": this.#readyz, "/metrics": this.#metrics }[path];
    if (route === undefined) return null;
    return isReading(request) ? await route() : methodNotAllowed(READ);
  }

  /** Everything else. @returns null where the client went away meanwhile */
  async forPeople(request: IncomingMessage, requestId: string): Promise<Answer | null> {
    const path = pathOf(request);
    if (path === "/graphql") return await this.#graphql(request, requestId);
    if (path.startsWith(SIGN_IN)) return (await this.options.signIn?.answer(request, requestId)) ?? nothing;
    const file = path.startsWith(GRAPHIQL)
      ? (this.options.graphiql?.file(path.slice(GRAPHIQL.length), request) ?? null)
      : null;
    if (file !== null) return isReading(request) ? file : methodNotAllowed(READ);
    const page = path.startsWith(GRAPHIQL) ? null : (this.options.console?.answer(path, request) ?? null);
    if (page !== null) return isReading(request) ? page : methodNotAllowed(READ);
    if (path === "/") return isReading(request) ? redirect : methodNotAllowed(READ);
    return nothing;
  }

  /** Null, or the refusal of a request that comes from somewhere it may not. */
  refuse(request: IncomingMessage): Answer | null {
    const refusal = refuseOrigin(request, this.options.origins);
    return refusal === null ? null : text(403, refusal);
  }

  async #graphql(request: IncomingMessage, requestId: string): Promise<Answer | null> {
    const { endpoint, origins } = this.options;
    const answer =
      request.method === "OPTIONS"
        ? answerOptions(request, origins)
        : wantsPage(request)
          ? this.#page(request)
          : request.method === "GET" || request.method === "POST"
            ? await endpoint.answer(request, requestId)
            : methodNotAllowed(OPERATE);
    return answer === null ? null : { ...answer, headers: { ...answer.headers, ...corsHeaders(request, origins) } };
  }

  #page(request: IncomingMessage): Answer {
    return (
      this.options.graphiql?.page(request) ??
      text(404, "GraphiQL is switched off here. GraphQL is answered to POST, and to GET that accepts JSON.")
    );
  }

  readonly #readyz = async (): Promise<Answer> => {
    if (this.options.isStopping()) return text(503, "stopping");
    const { ready, reason } = await this.options.readiness.check();
    return text(ready ? 200 : 503, reason);
  };

  readonly #metrics = async (): Promise<Answer> => {
    const { registry } = this.options.metrics;
    return { status: 200, headers: { "content-type": registry.contentType }, body: await registry.metrics() };
  };
}

const nothing = text(404, "There is nothing here. GraphQL is at /graphql.");
const healthz = (): Answer => text(200, "alive");
const redirect: Answer = text(302, "GraphQL is at /graphql.", { location: "/graphql" });

const isReading = ({ method }: IncomingMessage): boolean => method === "GET" || method === "HEAD";

/** A browser that is sent to the address wants the page, whatever is in the query; GraphQL over GET accepts JSON. */
const wantsPage = (request: IncomingMessage): boolean =>
  isReading(request) && (request.headers.accept ?? "").includes("text/html");
