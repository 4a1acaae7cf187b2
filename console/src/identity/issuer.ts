import type { Session, SessionEnd } from "./session.ts";
import { oneTabAtATime, tellTabs } from "./tabs.ts";

/** What the server gives (src/http/sign-in/routes.ts). */
interface Granted {
  accessToken: string;
  /** Milliseconds. */
  expiresIn: number;
  subject: string;
  name: string | null;
}

interface Token {
  value: string;
  /** When it is renewed, and when it ends, in milliseconds since the epoch. */
  renewAt: number;
  until: number;
}

export interface IssuerSessionEvents {
  /** Somebody signed out, here. */
  onEnd: (end: SessionEnd) => void;
  /** The issuer gives no more tokens: until somebody signs in again there are none. */
  onPause: () => void;
  /** There are tokens again. */
  onResume: () => void;
  /** Somebody else has signed in, in another tab. */
  onOther: () => void;
}

/** A token is renewed this long before it ends, in milliseconds, or for the last quarter of a short life. */
const MARGIN = 60_000;
/** Between attempts to renew, in milliseconds. */
const PAUSE = { least: 1_000, afterFailure: 5_000 };
const STILL_THERE =
  "Secretariat does not answer: only this tab has forgotten you. Sign in and out again once it does, or close the browser.";
/** setTimeout counts in 31 bits. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * The session of whoever signed in at the issuer, in whichever tab. Access tokens are kept in memory alone; the refresh token is in a cookie that no script can read.
 */
export class IssuerSession implements Session {
  readonly key: string;
  readonly name: string | null;
  #token: Token;
  #paused = false;
  #closed = false;
  #renewing: Promise<boolean> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    granted: Granted,
    private readonly events: IssuerSessionEvents,
  ) {
    this.key = granted.subject;
    this.name = granted.name;
    this.#token = tokenOf(granted);
    this.#renewLater();
  }

  /** Null: nobody is signed in. @throws Error where nobody answers now */
  static async resume(events: IssuerSessionEvents): Promise<IssuerSession | null> {
    const granted = await askForToken();
    if (granted === null) return null;
    tellTabs({ type: "signed-in", subject: granted.subject });
    return new IssuerSession(granted, events);
  }

  async authorization(): Promise<string> {
    if (!this.#paused && Date.now() >= this.#token.renewAt) {
      try {
        await this.#renew();
      } catch (error) {
        if (Date.now() >= this.#token.until) throw error;
      }
    }
    if (this.#paused) throw new Error("The sign-in has ended.");
    return `Bearer ${this.#token.value}`;
  }

  renew(): Promise<boolean> {
    return this.#renew();
  }

  signOut(): void {
    void this.#signOut();
  }

  /** Another tab has told what this one has to know. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #renew(): Promise<boolean> {
    this.#renewing ??= this.#askAgain().finally(() => {
      this.#renewing = null;
      this.#renewLater();
    });
    return this.#renewing;
  }

  async #askAgain(): Promise<boolean> {
    const granted = await askForToken();
    if (this.#closed) return false;
    if (granted === null) {
      this.#paused = true;
      this.events.onPause();
      return false;
    }
    if (granted.subject !== this.key) {
      this.close();
      this.events.onOther();
      return false;
    }
    this.#token = tokenOf(granted);
    if (this.#paused) this.events.onResume();
    this.#paused = false;
    return true;
  }

  #renewLater(): void {
    clearTimeout(this.#timer);
    if (this.#paused || this.#closed) return;
    const left = this.#token.renewAt - Date.now();
    const delay = left > 0 ? left : PAUSE.afterFailure;
    // What fails here is tried again, or told by the request that needs the token.
    this.#timer = setTimeout(
      () => void this.#renew().catch(() => {}),
      Math.min(MAX_TIMER, Math.max(PAUSE.least, delay)),
    );
  }

  async #signOut(): Promise<void> {
    this.close();
    try {
      const endSession = await askToSignOut();
      tellTabs({ type: "signed-out" });
      this.events.onEnd({ note: null, endSession });
    } catch {
      this.events.onEnd({ note: STILL_THERE, endSession: null });
    }
  }
}

function tokenOf({ accessToken, expiresIn }: Granted): Token {
  const until = Date.now() + expiresIn;
  return { value: accessToken, until, renewAt: until - Math.min(MARGIN, expiresIn / 4) };
}

/** The cookie that comes with the answer is kept even where the page is left meanwhile. */
const post = (path: string): Promise<Response> =>
  oneTabAtATime(() => fetch(path, { method: "POST", headers: { "x-requested-with": "secretariat" }, keepalive: true }));

async function askForToken(): Promise<Granted | null> {
  const response = await post("/auth/token");
  if (response.status === 204) return null;
  if (!response.ok) throw new Error(`The server gave no token: ${response.status}.`);
  const answer: unknown = await response.json();
  if (isRecord(answer)) {
    const { accessToken, expiresIn, subject, name } = answer;
    if (typeof accessToken === "string" && typeof expiresIn === "number" && typeof subject === "string")
      return { accessToken, expiresIn, subject, name: typeof name === "string" ? name : null };
  }
  throw new Error("The server gave no token.");
}

/** @returns where the session at the issuer is ended; null: nowhere. @throws Error where nobody answers */
async function askToSignOut(): Promise<string | null> {
  const response = await post("/auth/sign-out");
  if (!response.ok) throw new Error(`The server did not sign out: ${response.status}.`);
  const answer: unknown = await response.json();
  return isRecord(answer) && typeof answer["endSession"] === "string" ? answer["endSession"] : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
