import { PEOPLE, type Person } from "./people.ts";
import type { Session, SessionEnd } from "./session.ts";

/** Kept for this tab alone. */
const KEY = "secretariat:person";
/** A token is made anew this long before it ends, in milliseconds. */
const MARGIN = 30_000;

interface Token {
  value: string;
  /** When it ends, in milliseconds since the epoch. */
  until: number;
}

/** A session as a sample person of the development identity. */
export function startDevelopmentSession(person: Person, onEnd: (end: SessionEnd) => void): Session {
  sessionStorage.setItem(KEY, person.subject);
  let token: Token | null = null;
  let minting: Promise<Token> | null = null;
  return {
    key: person.subject,
    name: person.name,
    authorization: async () => {
      if (token === null || token.until < Date.now() + MARGIN) {
        minting ??= mint(person).finally(() => (minting = null));
        token = await minting;
      }
      return `Bearer ${token.value}`;
    },
    // The server made new keys when it was started again.
    renew: () => {
      token = null;
      return Promise.resolve(true);
    },
    signOut: () => {
      sessionStorage.removeItem(KEY);
      onEnd({ note: null, endSession: null });
    },
  };
}

/** The person of this tab; undefined: nobody yet. */
export const rememberedPerson = (): Person | undefined =>
  PEOPLE.find(({ subject }) => subject === sessionStorage.getItem(KEY));

async function mint({ subject, role, groups, name }: Person): Promise<Token> {
  const response = await fetch("/dev/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject, role, groups, name, email: `${subject}@example.com` }),
  });
  const answer: unknown = await response.json();
  if (typeof answer !== "object" || answer === null || !("access_token" in answer))
    throw new Error("The development identity gave no token.");
  const seconds = "expires_in" in answer ? Number(answer.expires_in) : 60;
  return { value: String(answer.access_token), until: Date.now() + seconds * 1000 };
}
