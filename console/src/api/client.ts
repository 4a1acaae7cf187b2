import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { HttpLink } from "@apollo/client/link/http";
import { map } from "rxjs";

export interface ClientOptions {
  /** The Authorization header; undefined: none is sent. */
  authorization: () => Promise<string | undefined>;
  /** An answer came to a question that was asked at that moment (performance.now()). */
  answered: (askedAt: number) => void;
  /** The token is not good any more. */
  refused: () => void;
}

/** The normalised cache, and the way to the API over HTTP. Subscriptions come through live.ts. */
export function createClient({ authorization, answered, refused }: ClientOptions): ApolloClient {
  const watch = new ApolloLink((operation, forward) => {
    const askedAt = performance.now();
    return forward(operation).pipe(
      map((result) => {
        if (result.errors?.some((error) => error.extensions?.["code"] === "UNAUTHENTICATED") === true) refused();
        // After the answer was written into the cache.
        setTimeout(() => answered(askedAt));
        return result;
      }),
    );
  });
  const http = new HttpLink({
    uri: "/graphql",
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      const value = await authorization();
      if (value !== undefined) headers.set("authorization", value);
      return await fetch(input, { ...init, headers });
    },
  });
  return new ApolloClient({
    link: ApolloLink.from([watch, http]),
    cache: new InMemoryCache({
      possibleTypes: { Node: ["Assignment", "Cluster", "Project", "Provider", "Secret", "Transition"] },
      typePolicies: {
        Viewer: { keyFields: [] },
        ExternalSecretRef: { merge: true },
        SecretSpec: { merge: true },
        SecretTarget: { merge: true },
      },
    }),
    defaultOptions: { watchQuery: { fetchPolicy: "cache-and-network", nextFetchPolicy: "cache-first" } },
  });
}
