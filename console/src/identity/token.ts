import type { Session } from "./session.ts";

/** Kept for this tab alone, and sent to this server alone. */
const KEY = "secretariat:token";

/** A session with a token that somebody brought; it ends with the token. */
export function startTokenSession(token: string, onSignOut: () => void): Session {
  const value = token.trim().replace(/^Bearer\s+/i, "");
  sessionStorage.setItem(KEY, value);
  return {
    key: value,
    authorization: () => Promise.resolve(`Bearer ${value}`),
    signOut: () => {
      sessionStorage.removeItem(KEY);
      onSignOut();
    },
  };
}

/** The token of this tab; null: none yet. */
export const rememberedToken = (): string | null => sessionStorage.getItem(KEY);
