import { useCallback, useEffect, useState } from "react";
import { rememberedPerson, startDevelopmentSession } from "../identity/development.ts";
import { IssuerSession } from "../identity/issuer.ts";
import type { Person } from "../identity/people.ts";
import { identityKind, type Session, type SessionEnd } from "../identity/session.ts";
import { hearTabs } from "../identity/tabs.ts";
import { rememberedToken, startTokenSession } from "../identity/token.ts";

export type SessionState =
  | { phase: "opening" }
  /** Whether somebody is signed in could not be found out. */
  | { phase: "unknown" }
  | { phase: "out"; end: SessionEnd | null }
  | {
      phase: "in";
      session: Session;
      /** The sign-in has ended and can be taken up again: what is shown stays. */
      paused: boolean;
    };

export interface SessionControl {
  state: SessionState;
  bePerson: (person: Person) => void;
  bringToken: (token: string) => void;
  retry: () => void;
}

/** Who is signed in to this tab. */
export function useSession(): SessionControl {
  const [state, setState] = useState<SessionState>({ phase: "opening" });
  const onEnd = useCallback((end: SessionEnd) => setState({ phase: "out", end }), []);
  const begin = useCallback((session: Session | null) => {
    setState(session === null ? { phase: "out", end: null } : { phase: "in", session, paused: false });
  }, []);
  const open = useCallback(async (): Promise<void> => {
    setState({ phase: "opening" });
    const pause = (paused: boolean) => (current: SessionState) =>
      current.phase === "in" ? { ...current, paused } : current;
    try {
      begin(
        await IssuerSession.resume({
          onEnd,
          onPause: () => setState(pause(true)),
          onResume: () => setState(pause(false)),
          onOther: () => void open(),
        }),
      );
    } catch {
      setState({ phase: "unknown" });
    }
  }, [begin, onEnd]);

  useEffect(() => {
    if (identityKind() === "issuer") void open();
    else begin(remembered(onEnd));
  }, [begin, onEnd, open]);

  useEffect(() => {
    if (identityKind() !== "issuer") return;
    return hearTabs((message) => {
      if (state.phase === "opening") return;
      const session = state.phase === "in" && state.session instanceof IssuerSession ? state.session : null;
      if (message.type === "signed-out") {
        session?.close();
        onEnd({ note: null, endSession: null });
      } else if (session?.key !== message.subject) {
        session?.close();
        void open();
      } else if (state.phase === "in" && state.paused) void session.renew().catch(() => {});
    });
  }, [state, onEnd, open]);

  return {
    state,
    bePerson: (person) => begin(startDevelopmentSession(person, onEnd)),
    bringToken: (token) => begin(startTokenSession(token, onEnd)),
    retry: () => void open(),
  };
}

function remembered(onEnd: (end: SessionEnd) => void): Session | null {
  if (identityKind() === "development") {
    const person = rememberedPerson();
    return person === undefined ? null : startDevelopmentSession(person, onEnd);
  }
  const token = rememberedToken();
  return token === null ? null : startTokenSession(token, onEnd);
}
