import { ApolloProvider } from "@apollo/client/react";
import { useEffect, useMemo, useState } from "react";
import { createClient } from "../api/client.ts";
import { START, type Me } from "../api/live-documents.ts";
import { Live } from "../api/live.ts";
import type { Session } from "../identity/session.ts";
import { Button } from "../ui/button.tsx";
import { ErrorNote, Loading } from "../ui/note.tsx";
import { PlaceProvider } from "./viewer.tsx";

/** Opens the house for a session: asks who it is, then where the stream stands, then shows the pages. */
export function SessionGate({ session, children }: { session: Session; children: React.ReactNode }): React.JSX.Element {
  const [me, setMe] = useState<Me | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const { client, live } = useMemo(() => {
    const made: { live?: Live } = {};
    const authorization = (): Promise<string | undefined> => session.authorization();
    const refused = (why: string): Promise<boolean> => session.renew(why);
    const apollo = createClient({
      authorization,
      refused,
      answered: (askedAt) => made.live?.answered(askedAt),
    });
    made.live = new Live({ client: apollo, authorization, refused });
    return { client: apollo, live: made.live };
  }, [session]);

  useEffect(() => {
    let current = true;
    const begin = async (): Promise<void> => {
      try {
        const { data } = await client.query({ query: START, fetchPolicy: "network-only" });
        if (!current || data === undefined) return;
        live.start(data.transitionCursor);
        setMe(data.me);
      } catch (reason) {
        if (current) setError(reason);
      }
    };
    void begin();
    return () => {
      current = false;
      live.stop();
    };
  }, [client, live, attempt]);

  const place = useMemo(
    () =>
      me === null ? null : { me, name: me.name ?? session.name ?? me.subject, live, signOut: () => session.signOut() },
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
