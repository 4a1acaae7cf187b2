import { createClient, type Client, type FormattedExecutionResult } from "graphql-ws";
import { WebSocket } from "ws";

/** An answer as it came over the wire. */
export interface Answer {
  status: number;
  data: Record<string, unknown> | null;
  errors: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; reason?: string; problems?: { path: string[]; message: string }[]; reference?: string };
  }[];
}

export interface Person {
  subject: string;
  role?: "PLATFORM_ADMIN" | "TEAM_MEMBER";
  groups?: string[];
}

/** One person's way to the API: real HTTP and real WebSockets, with a token of the development identity. */
export class ApiClient {
  private constructor(
    private readonly url: string,
    readonly token: string | null,
  ) {}

  /** @param person null: no token is sent, which in development is `developer` */
  static async of(url: string, person: Person | null): Promise<ApiClient> {
    if (person === null) return new ApiClient(url, null);
    const response = await fetch(`${url}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        subject: person.subject,
        role: person.role ?? "TEAM_MEMBER",
        groups: person.groups ?? [],
      }),
    });
    const answer: unknown = await response.json();
    if (typeof answer !== "object" || answer === null || !("access_token" in answer))
      throw new Error(`no token: ${JSON.stringify(answer)}`);
    return new ApiClient(url, String(answer.access_token));
  }

  /** A client that sends this token, good or bad. */
  static withToken(url: string, token: string): ApiClient {
    return new ApiClient(url, token);
  }

  /** Sends an operation; errors are answered, not thrown. */
  async send(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape that the GraphQL specification gives
    const body = (await response.json()) as Partial<Answer>;
    return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
  }

  /** Sends an operation that must succeed. @returns its data, typed by the caller's own knowledge of the operation */
  async ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const answer = await this.send(query, variables);
    if (answer.errors.length > 0 || answer.data === null)
      throw new Error(`the operation failed: ${JSON.stringify(answer.errors)}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller knows what was asked for
    return answer.data as T;
  }

  /** Opens a WebSocket connection of its own; closed by `dispose`. */
  socket(): Client {
    return createClient({
      url: `${this.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      connectionParams: () => (this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
      onNonLazyError: () => {
        // Told to every operation as well.
      },
    });
  }
}

/** Everything that a subscription delivered so far, and whether it has ended. */
export interface Received<T> {
  events: T[];
  errors: unknown[];
  ended: boolean;
  stop(): void;
}

/** Runs a subscription and gathers what comes. `field` is its root field. */
export function gather<T>(
  client: Client,
  query: string,
  field: string,
  variables: Record<string, unknown> = {},
): Received<T> {
  const received: Received<T> = { events: [], errors: [], ended: false, stop: () => {} };
  const take = (result: FormattedExecutionResult<Record<string, unknown>, unknown>): void => {
    if (result.errors !== undefined) received.errors.push(...result.errors);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    else received.events.push(result.data?.[field] as T);
  };
  received.stop = client.subscribe(
    { query, variables },
    {
      next: take,
      error: (error) => {
        received.errors.push(...[error].flat());
        received.ended = true;
      },
      complete: () => {
        received.ended = true;
      },
    },
  );
  return received;
}
