import { randomUUID } from "node:crypto";
import { GraphQLError, type GraphQLFormattedError, Kind } from "graphql";
import type { Logger } from "../domain/ports/logger.js";
import { ExpectedError, badUserInput, type Problem } from "../errors.js";

/** Codes of what a client itself caused and that is no ExpectedError; Apollo's names, the same over HTTP and WebSocket. */
const CLIENT_CODES: ReadonlySet<unknown> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
  "BAD_REQUEST",
  "BAD_USER_INPUT",
  "SUBSCRIBER_TOO_SLOW",
]);

/** Nodes that graphql-js blames when a variable or an argument does not fit, at run time. */
const INPUT_NODES: ReadonlySet<string> = new Set([
  Kind.VARIABLE_DEFINITION,
  Kind.ARGUMENT,
  Kind.VARIABLE,
  Kind.DIRECTIVE,
]);

/** HTTP status that Apollo takes from an error and does not show. */
export const httpStatus = (status: number): { http: { status: number } } => ({ http: { status } });

/** An ExpectedError as a GraphQL error that ends a request before it is executed: status 400 over HTTP. */
function requestError(error: ExpectedError): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: httpStatus(400) });
}

/** Every limit that a document passes, as one BAD_USER_INPUT. */
export const refuse = (problems: readonly Problem[]): GraphQLError => requestError(badUserInput(problems));

/**
 * Ends a subscription whose subscriber reads slower than transitions come.
 * @param since cursor of the last transition that was handed over: resuming from it misses nothing
 */
export function tooSlow(since: string): GraphQLError {
  return new GraphQLError(
    "This subscription was ended because its transitions were not read as fast as they came. Nothing is lost: " +
      "subscribe again with `since` set to the cursor of the last transition that you received, or to extensions.since.",
    { extensions: { code: "SUBSCRIBER_TOO_SLOW", since } },
  );
}

/** The ExpectedError that a GraphQL error was made of, however often it was wrapped on its way. */
function expectedIn(error: unknown): ExpectedError | null {
  let current = error;
  // Wrapping is a few levels deep at most; the bound keeps a cycle from looping for ever.
  for (let depth = 0; depth < 10; depth += 1) {
    if (current instanceof ExpectedError) return current;
    if (!(current instanceof GraphQLError)) return null;
    current = current.originalError;
  }
  return null;
}

/** Whether graphql-js itself threw it over an argument or variable of the client's; a plain Error below it is a defect. */
function isInputError(error: GraphQLError): boolean {
  let innermost = error;
  while (innermost.originalError instanceof GraphQLError) innermost = innermost.originalError;
  if (innermost.originalError !== undefined) return false;
  const kind = innermost.nodes?.[0]?.kind;
  return kind !== undefined && INPUT_NODES.has(kind);
}

/** The code that names the client's own mistake; null where the failure is ours. */
function clientCodeOf(error: GraphQLError): string | null {
  const code: unknown = error.extensions["code"];
  if (typeof code === "string" && CLIENT_CODES.has(code)) return code;
  return isInputError(error) ? "BAD_USER_INPUT" : null;
}

/**
 * Makes of whatever was thrown what a client may read; the only place where that is decided, for HTTP and WebSocket alike.
 * An unexpected failure is logged whole under a reference id, and the client gets that id alone (contract.graphql, at its end).
 */
export class ErrorFormatter {
  /** One failure reaches the formatter once for each field that it broke; it is logged once. */
  private readonly references = new WeakMap<object, string>();
  private readonly requests = new WeakMap<object, string>();

  constructor(private readonly logger: Logger) {}

  /** Says whose request failed, for failures that are formatted where nobody knows: their line in the log names it. */
  attribute(error: unknown, requestId: string): void {
    const cause = causeOf(error);
    if (typeof cause === "object" && cause !== null) this.requests.set(cause, requestId);
  }

  /**
   * @param error anything that was thrown, wrapped by graphql-js or not
   * @param requestId whose request failed, where it is known
   */
  format(error: unknown, requestId?: string): GraphQLFormattedError {
    if (error instanceof FormattedError) return error.toJSON();
    if (requestId !== undefined) this.attribute(error, requestId);
    const place = error instanceof GraphQLError ? { locations: error.locations, path: error.path } : {};
    const expected = expectedIn(error);
    if (expected !== null) {
      const { problems, reason } = expected.details;
      return shown(expected.message, place, {
        code: expected.code,
        ...(problems === undefined || problems.length === 0 ? {} : { problems }),
        ...(reason === undefined ? {} : { reason }),
      });
    }
    const code = error instanceof GraphQLError ? clientCodeOf(error) : null;
    if (error instanceof GraphQLError && code !== null) {
      const { http: _http, stacktrace: _stacktrace, ...extensions } = error.extensions;
      return shown(error.message, place, { ...extensions, code });
    }
    const reference = this.referenceOf(error, place.path);
    return shown(`Internal server error. Whoever runs this server finds it in the log as ${reference}.`, place, {
      code: "INTERNAL_SERVER_ERROR",
      reference,
    });
  }

  /** The same as a GraphQLError, for what wants one: its JSON is exactly what {@link format} answers. */
  formatToError(error: unknown, requestId?: string): GraphQLError {
    return new FormattedError(this.format(error, requestId), error instanceof GraphQLError ? error : null);
  }

  private referenceOf(error: unknown, path: readonly (string | number)[] | undefined): string {
    const cause = causeOf(error);
    const key = typeof cause === "object" && cause !== null ? cause : null;
    const known = key === null ? undefined : this.references.get(key);
    if (known !== undefined) return known;
    const reference = randomUUID();
    if (key !== null) this.references.set(key, reference);
    const requestId = key === null ? undefined : this.requests.get(key);
    const whose = requestId === undefined ? {} : { requestId };
    this.logger.error({ reference, ...whose, path, err: loggable(cause) }, "unexpected failure");
    return reference;
  }
}

/** What was thrown, without graphql-js's wrapper. */
const causeOf = (error: unknown): unknown => (error instanceof GraphQLError ? (error.originalError ?? error) : error);

/** An error as it is; graphql-js's wrapper of something else is not let through, since it carries the thing. */
function loggable(cause: unknown): unknown {
  if (!(cause instanceof Error)) return describe(cause);
  return "thrownValue" in cause ? describe(cause.thrownValue) : cause;
}

/** What was thrown that is no Error: its kind alone, since its text may be anything. */
const describe = (value: unknown): string => `a thrown ${value === null ? "null" : typeof value}`;

type Place = Partial<Pick<GraphQLError, "locations" | "path">>;

function shown(message: string, place: Place, extensions: Record<string, unknown>): GraphQLFormattedError {
  return {
    message,
    ...(place.locations === undefined ? {} : { locations: place.locations }),
    ...(place.path === undefined ? {} : { path: place.path }),
    extensions,
  };
}

/** A formatted error where a GraphQLError is asked for. */
class FormattedError extends GraphQLError {
  constructor(
    private readonly formatted: GraphQLFormattedError,
    at: GraphQLError | null,
  ) {
    super(formatted.message, {
      ...(at?.path === undefined ? {} : { path: at.path }),
      extensions: formatted.extensions,
    });
  }

  override toJSON(): GraphQLFormattedError {
    return this.formatted;
  }
}
