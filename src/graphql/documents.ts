import { createHash } from "node:crypto";
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from "graphql";
import { httpStatus, refuse } from "./errors.js";
import { documentProblems } from "./limits/document-limits.js";
import type { DocumentLimits } from "./limits/settings.js";

/** Errors of validation that are named for one document. */
export const MAX_VALIDATION_ERRORS = 50;

/** The parser's own words for too many tokens, which no other syntax error has. */
const TOO_MANY_TOKENS = /contains more tha[nt] \d+ tokens/;

/** A document that may be executed, or why not. */
export type Prepared =
  | { document: DocumentNode; refusal: null; errors: null }
  /** It passes a limit, or is empty; told before anything else is looked at. */
  | { document: null; refusal: GraphQLError; errors: null }
  /** It does not parse or is not valid. */
  | { document: null; refusal: null; errors: readonly GraphQLError[] };

const refused = (message: string): Prepared => ({
  document: null,
  refusal: refuse([{ path: [], message }]),
  errors: null,
});

const coded = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    originalError: error.originalError ?? null,
    extensions: { ...error.extensions, code, ...httpStatus(400) },
  });

/**
 * Parses, measures and validates documents, and keeps those that are good, the longest unused going first. Both transports ask here, so that both refuse the
 * same. Also Apollo's document store, which asks by the SHA-256 of the text.
 */
export class Documents {
  private readonly kept = new Map<string, { document: DocumentNode; bytes: number }>();
  private keptBytes = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: DocumentLimits,
  ) {}

  prepare(source: string): Prepared {
    const bytes = Buffer.byteLength(source);
    if (bytes > this.limits.maxBytes) {
      return refused(`The document is ${bytes} bytes long; at most ${this.limits.maxBytes} are allowed.`);
    }
    const key = createHash("sha256").update(source).digest("hex");
    const known = this.find(key);
    if (known !== undefined) return { document: known, refusal: null, errors: null };
    const prepared = this.check(source);
    if (prepared.document !== null) this.keep(key, prepared.document, bytes);
    return prepared;
  }

  private check(source: string): Prepared {
    let document: DocumentNode;
    try {
      document = parse(source, { maxTokens: this.limits.maxTokens });
      const problems = documentProblems(document, this.limits);
      if (problems.length > 0) return { document: null, refusal: refuse(problems), errors: null };
      const errors = validate(this.schema, document, undefined, { maxErrors: MAX_VALIDATION_ERRORS });
      if (errors.length > 0) {
        return {
          document: null,
          refusal: null,
          errors: errors.map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED")),
        };
      }
    } catch (error) {
      // The parser and some rules call themselves for each level: what overflows the stack is nested deeper than anything sensible.
      if (error instanceof RangeError) return refused("The document is nested too deeply.");
      if (!(error instanceof GraphQLError)) throw error;
      if (TOO_MANY_TOKENS.test(error.message)) {
        return refused(`The document has more than ${this.limits.maxTokens} tokens. Put values into variables.`);
      }
      const failure = coded(error, "GRAPHQL_PARSE_FAILED");
      // Apollo would have words of its own for an empty one, and WebSocket has no Apollo.
      if (source === "") return { document: null, refusal: failure, errors: null };
      return { document: null, refusal: null, errors: [failure] };
    }
    return { document, refusal: null, errors: null };
  }

  private find(key: string): DocumentNode | undefined {
    const entry = this.kept.get(key);
    if (entry === undefined) return undefined;
    this.kept.delete(key);
    this.kept.set(key, entry);
    return entry.document;
  }

  private keep(key: string, document: DocumentNode, bytes: number): void {
    this.kept.set(key, { document, bytes });
    this.keptBytes += bytes;
    for (const [oldest, entry] of this.kept) {
      if (this.keptBytes <= this.limits.cacheBytes) return;
      this.kept.delete(oldest);
      this.keptBytes -= entry.bytes;
    }
  }

  /** Apollo's store: what was prepared is found, what was not is Apollo's to parse and validate, with the same result. */
  readonly store = {
    get: (key: string): Promise<DocumentNode | undefined> =>
      Promise.resolve(this.find(key.slice(key.lastIndexOf(":") + 1))),
    set: (): Promise<void> => Promise.resolve(),
    delete: (): Promise<boolean> => Promise.resolve(false),
  };
}
