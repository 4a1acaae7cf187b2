import type { PageSizes } from "../paging.js";

/** Bounds of a GraphQL document, checked before anything of it is executed. */
export interface DocumentLimits {
  /** UTF-8 bytes of the document. */
  maxBytes: number;
  /** Lexical tokens; the parser stops at the first one too many. */
  maxTokens: number;
  /** Levels of nested fields. */
  maxDepth: number;
  /** Levels of nested fields below `__schema` and `__type`. */
  maxIntrospectionDepth: number;
  /** Fields with an alias, in the whole document. */
  maxAliases: number;
  /** Top-level fields of one operation, fragments spread out. */
  maxRootFields: number;
  /** Selections between one pair of braces: validation compares each with each. */
  maxSelections: number;
  /** Directives in the whole document. */
  maxDirectives: number;
  /** Roughly the fields of the largest answer that the operation can have; see limits/cost.ts. */
  maxCost: number;
  /** The same of what stands below `__schema` and `__type`. */
  maxIntrospectionCost: number;
  /** Bytes of checked documents that are kept parsed. One parsed takes some hundred times its own length in memory. */
  cacheBytes: number;
}

/** Bounds of the subscriptions of this process. */
export interface SubscriptionLimits {
  /** Subscriptions at a time. */
  maxSubscribers: number;
  /** Results that wait for one subscriber; one more ends it. */
  maxQueue: number;
  /** Transitions that wait to be executed for one group of equal subscriptions; one more ends the group. */
  maxPending: number;
  /** Transitions that are executed together, and read from the log at once while replaying. */
  chunk: number;
  /** Viewers whose rights are looked up at a time. */
  scopeConcurrency: number;
}

/** Every bound of the GraphQL layer. Settings, all of them. */
export interface GraphQLLimits {
  pages: PageSizes;
  document: DocumentLimits;
  subscriptions: SubscriptionLimits;
}

/**
 * Safe defaults. A page of 100 secrets with 10 assignments each costs about 6,000 and GraphiQL's introspection passes; the slowest document that passes the rest
 * is validated within some 100 ms.
 */
export const DEFAULT_GRAPHQL_LIMITS: GraphQLLimits = {
  pages: { defaultSize: 50, maxSize: 500 },
  document: {
    maxBytes: 65_536,
    maxTokens: 5_000,
    maxDepth: 15,
    maxIntrospectionDepth: 20,
    maxAliases: 50,
    maxRootFields: 20,
    maxSelections: 200,
    maxDirectives: 100,
    maxCost: 100_000,
    maxIntrospectionCost: 200_000,
    cacheBytes: 524_288,
  },
  subscriptions: { maxSubscribers: 20_000, maxQueue: 1_000, maxPending: 50_000, chunk: 100, scopeConcurrency: 8 },
};

/** The bounds that whoever runs the server may set; the others follow from them or stay as they are. */
export interface LimitSettings {
  maxPageSize: number;
  maxDepth: number;
  maxCost: number;
  maxAliases: number;
  maxTokens: number;
  /** Results that wait for one subscriber. */
  maxQueuedEvents: number;
}

/** All bounds, from those that were set. */
export function graphQLLimits(settings: LimitSettings): GraphQLLimits {
  const { pages, document, subscriptions } = DEFAULT_GRAPHQL_LIMITS;
  const { maxPageSize, maxDepth, maxCost, maxAliases, maxTokens, maxQueuedEvents } = settings;
  return {
    pages: { maxSize: maxPageSize, defaultSize: Math.min(pages.defaultSize, maxPageSize) },
    document: { ...document, maxDepth, maxCost, maxAliases, maxTokens },
    subscriptions: { ...subscriptions, maxQueue: maxQueuedEvents },
  };
}
