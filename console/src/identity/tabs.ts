/** What the tabs of one browser tell each other: they share the sign-in. */
export type TabMessage = { type: "signed-in"; subject: string } | { type: "signed-out" };

const NAME = "secretariat:session";
/** One for the page: what a tab tells it does not hear itself. */
let channel: BroadcastChannel | null = null;

const channelOfPage = (): BroadcastChannel => (channel ??= new BroadcastChannel(NAME));

export function tellTabs(message: TabMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel is of one origin
  channelOfPage().postMessage(message);
}

/** @returns what ends it */
export function hearTabs(listener: (message: TabMessage) => void): () => void {
  const hear = ({ data }: MessageEvent<TabMessage>): void => listener(data);
  channelOfPage().addEventListener("message", hear);
  return () => channelOfPage().removeEventListener("message", hear);
}

/** One tab at a time: each refresh token is good for one use, and the next use needs what came of the last. */
export async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(NAME, work);
}
