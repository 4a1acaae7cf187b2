import { ApolloProvider } from "@apollo/client/react";
import { useEffect, useMemo, useState } from "react";
import { createClient } from "../api/client.ts";
import { START, type Me } from "../api/live-documents.ts";
import { Live } from "../api/live.ts";
import { failureOf } from "../api/errors.ts";
import type { Session } from "../identity/session.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNote, Loading } from "../ui/note.tsx";
import { PlaceProvider } from "./viewer.tsx";

/** Opens the house for a session: asks who it is, then where the stream stands, then shows the pages. */
export function SessionGate({
  session,
  onRefused,
  children,
}: {
  session: Session;
  /** The token is not, or no longer, good. */
  onRefused: (message: string) => void;
  children: React.ReactNode;
}): React.JSX.Element {
  const [me, setMe] = useState<Me | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const { client, live } = useMemo(() => {
    const made: { live?: Live } = {};
    const apollo = createClient({
      authorization: () => session.authorization(),
      answered: (askedAt) => made.live?.answered(askedAt),
      refused: () => onRefused("Your sign-in has ended. Sign in again."),
    });
    made.live = new Live({ client: apollo, authorization: () => session.authorization() });
    return { client: apollo, live: made.live };
  }, [session, onRefused]);

  useEffect(() => {
    let current = true;
    const begin = async (): Promise<void> => {
      try {
        const { data } = await client.query({ query: START, fetchPolicy: "network-only" });
        if (!current || data === undefined) return;
        live.start(data.transitionCursor);
        setMe(data.me);
      } catch (reason) {
        if (!current) return;
        if (failureOf(reason).code === "UNAUTHENTICATED") onRefused(failureOf(reason).message);
        else setError(reason);
      }
    };
    void begin();
    return () => {
      current = false;
      live.stop();
    };
  }, [client, live, attempt, onRefused]);

  const place = useMemo(
    () => (me === null ? null : { me, live, signOut: () => session.signOut() }),
    [me, live, session],
  );
  if (place === null)
    return (
      <main className="sign-in">
        {error === null ? (
          <Loading />
        ) : (
          <div className="stack">
            <ErrorNote error={error} />
            <Button
              onPress={() => {
                setError(null);
                setAttempt(attempt + 1);
              }}
            >
              Try again
            </Button>
          </div>
        )}
      </main>
    );
  return (
    <ApolloProvider client={client}>
      <PlaceProvider value={place}>{children}</PlaceProvider>
    </ApolloProvider>
  );
}
