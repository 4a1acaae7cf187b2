import type { DesiredState } from "../domain/ports/desired-state.js";
import type { Logger } from "../domain/ports/logger.js";
import type { ReadModel } from "../domain/ports/read-model.js";
import type { LogPlace, TransitionStream } from "../domain/ports/transition-stream.js";
import type { Viewer, ViewerScope } from "../domain/viewer.js";
import type { Facts } from "./facts.js";
import { Loaders } from "./loaders.js";
import type { PageSizes } from "./paging.js";

/** What the whole process shares, and every operation needs. */
export interface SharedContext {
  readonly readModel: ReadModel;
  readonly desiredState: DesiredState;
  readonly stream: TransitionStream;
  readonly pages: PageSizes;
  /** Our installation's id, as the label on every object of ours says it; null: manifests that were not applied yet are shown without it. */
  readonly installation: string | null;
  readonly logger: Logger;
}

/** What resolvers are given: one for each operation, and for each delivery of a subscription. */
export interface GraphQLContext extends SharedContext {
  readonly viewer: Viewer;
  /** What the viewer may see, resolved when the operation began; of a subscription, when the delivery did. */
  readonly scope: ViewerScope;
  /** Replaced after each change of a mutation, so that its answer is read afresh. */
  loaders: Loaders;
  /** Where the stream stood before anything was read; null where the operation did not ask. */
  streamPlace: Promise<LogPlace> | null;
  /** Of the HTTP request or the WebSocket connection; in every log line about it. */
  readonly requestId: string;
  /** What becomes of it, for whoever counts; of operations over HTTP alone. */
  readonly facts?: Facts;
}

/** Who asks, and where their request is found in the log. */
export interface Request {
  viewer: Viewer;
  requestId: string;
}

/** The context of an operation. */
export async function createContext(shared: SharedContext, { viewer, requestId }: Request): Promise<GraphQLContext> {
  const scope = await shared.readModel.scopeOf(viewer);
  return {
    ...shared,
    viewer,
    scope,
    loaders: new Loaders(shared.readModel, scope),
    streamPlace: null,
    requestId,
    logger: shared.logger.child({ requestId }),
  };
}

/** The same operation's context for another moment: nothing remembered, and what the viewer may see as it is now. */
export function renewContext(context: GraphQLContext, scope: ViewerScope): GraphQLContext {
  return { ...context, scope, loaders: new Loaders(context.readModel, scope), streamPlace: null };
}

/** To be called once a mutation has changed something: whatever is read from here on is read afresh. */
export function changed(context: GraphQLContext): Loaders {
  context.loaders = new Loaders(context.readModel, context.scope);
  return context.loaders;
}
