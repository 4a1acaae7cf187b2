/** Somebody is signed in: who, and a token that is fresh whenever it is asked for. */
export interface Session {
  /** Tells two sessions apart: whatever was read in one is not shown in another. */
  key: string;
  /** The Authorization header. @throws Error where there is no token to be had any more */
  authorization(): Promise<string | undefined>;
  signOut(): void;
}

/** How the server lets people sign in; written into the page by src/http/console.ts. */
export const identityKind = (): string =>
  document.querySelector('meta[name="secretariat-identity"]')?.getAttribute("content") ?? "";
