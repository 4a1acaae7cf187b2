/** Somebody is signed in: who, and a token that is fresh whenever it is asked for. */
export interface Session {
  /** Tells two sessions apart: whatever was read in one is not shown in another. */
  key: string;
  /** How the issuer names the person; null: it does not. */
  name: string | null;
  /** The Authorization header. @throws Error where there is no token to be had now */
  authorization(): Promise<string | undefined>;
  /**
   * The server does not take the token: another one, in its place.
   * @param why the server's words
   * @returns false: there is none, and the session has ended
   * @throws Error where nobody answers now
   */
  renew(why: string): Promise<boolean>;
  signOut(): void;
}

/** How a session came to its end. */
export interface SessionEnd {
  /** What to tell; null: whoever it was signed out. */
  note: string | null;
  /** Where the session at the issuer is ended too; null: nowhere that is known. */
  endSession: string | null;
}

/** How the server lets people sign in; written into the page by src/http/console.ts. */
export const identityKind = (): string =>
  document.querySelector('meta[name="secretariat-identity"]')?.getAttribute("content") ?? "";
