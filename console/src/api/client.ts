import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { HttpLink } from "@apollo/client/link/http";
import { map } from "rxjs";

export interface ClientOptions {
  /** The Authorization header; undefined: none is sent. */
  authorization: () => Promise<string | undefined>;
  /** An answer came to a question that was asked at that moment (performance.now()). */
  answered: (askedAt: number) => void;
  /** The server does not take the token, for that reason. @returns whether there is another one now */
  refused: (why: string) => Promise<boolean>;
}

/** The normalised cache, and the way to the API over HTTP. Subscriptions come through live.ts. */
export function createClient({ authorization, answered, refused }: ClientOptions): ApolloClient {
  const watch = new ApolloLink((operation, forward) => {
    const askedAt = performance.now();
    return forward(operation).pipe(
      map((result) => {
        // After the answer was written into the cache.
        setTimeout(() => answered(askedAt));
        return result;
      }),
    );
  });
  const http = new HttpLink({
    uri: "/graphql",
    fetch: async (input, init) => {
      const ask = async (): Promise<Response> => {
        const headers = new Headers(init?.headers);
        const value = await authorization();
        if (value !== undefined) headers.set("authorization", value);
        return await fetch(input, { ...init, headers });
      };
      const response = await ask();
      // Nothing was read of the operation yet, so it may be sent again.
      return response.status === 401 && (await refused(await messageOf(response.clone()))) ? await ask() : response;
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

/** The words of the first error in an answer. */
async function messageOf(response: Response): Promise<string> {
  try {
    const answer: unknown = await response.json();
    const errors = typeof answer === "object" && answer !== null && "errors" in answer ? answer.errors : null;
    const first: unknown = Array.isArray(errors) ? errors[0] : null;
    if (typeof first === "object" && first !== null && "message" in first) return String(first.message);
  } catch {
    // Somebody between us and the server answered.
  }
  return "Your sign-in has ended. Sign in again.";
}
