import type { LogPlace } from "../../domain/ports/transition-stream.js";
import type { GraphQLContext } from "../context.js";
import { visibleId } from "../filters.js";
import type { TransitionSubject } from "../../domain/kinds.js";
import { badUserInput } from "../../errors.js";
import type { Selection } from "./selection.js";

/** A sealed cursor is far shorter; what is longer is none, and is not looked at. */
const MAX_CURSOR_LENGTH = 1_024;

/** The arguments that subscriptions have among them. */
export interface SubscriptionArguments {
  secretId?: string | null;
  projectId?: string | null;
  providerId?: string | null;
  since?: string | null;
}

/**
 * What the subscription fields answer as their source: checked, with nothing opened yet. `subscribe` of subscriptions/subscribe.ts opens it with the hub, where equal
 * subscriptions are executed once for all; it is no stream that graphql-js itself could execute.
 */
export class TransitionSource implements AsyncIterable<never> {
  constructor(
    readonly selection: Selection,
    readonly from: LogPlace,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<never> {
    throw new TypeError("a TransitionSource is opened with the hub");
  }
}

/**
 * Checks a subscription's arguments, and finds where in the log it begins: after `since`, or after everything that is there now.
 * @throws NOT_FOUND for an id that the viewer cannot see; BAD_USER_INPUT and PRECONDITION_FAILED CursorExpired for `since`
 */
export async function openSource(
  context: GraphQLContext,
  subject: TransitionSubject | null,
  args: SubscriptionArguments,
): Promise<TransitionSource> {
  const { since } = args;
  // Asked before all else: what happens from here on is not to be missed.
  const now = since === null || since === undefined ? context.stream.currentPlace() : null;
  const [secretId, projectId, providerId, place] = await Promise.all([
    visibleId(context, "secret", args.secretId),
    visibleId(context, "project", args.projectId),
    visibleId(context, "provider", args.providerId),
    now,
  ]);
  const selection: Selection = {
    subject,
    secretId: secretId ?? null,
    projectId: projectId ?? null,
    providerId: providerId ?? null,
  };
  if (place !== null) return new TransitionSource(selection, place);
  if (since === null || since === undefined || since.length > MAX_CURSOR_LENGTH) {
    throw badUserInput([{ path: ["since"], message: "This is no cursor of a transition." }]);
  }
  return new TransitionSource(selection, await context.stream.open(since));
}
