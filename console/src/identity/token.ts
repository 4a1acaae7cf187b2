import type { Session, SessionEnd } from "./session.ts";

/** Kept for this tab alone, and sent to this server alone. */
const KEY = "secretariat:token";

/** A session with a token that somebody brought; it ends with the token. */
export function startTokenSession(token: string, onEnd: (end: SessionEnd) => void): Session {
  const value = token.trim().replace(/^Bearer\s+/i, "");
  sessionStorage.setItem(KEY, value);
  const end = (note: string | null): void => {
    sessionStorage.removeItem(KEY);
    onEnd({ note, endSession: null });
  };
  return {
    key: value,
    name: null,
    authorization: () => Promise.resolve(`Bearer ${value}`),
    renew: (why) => {
      end(why);
      return Promise.resolve(false);
    },
    signOut: () => end(null),
  };
}

/** The token of this tab; null: none yet. */
export const rememberedToken = (): string | null => sessionStorage.getItem(KEY);
