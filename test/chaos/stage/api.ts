import { type Body, dataOf, NoAnswer } from "../answers.js";
import type { Random } from "../random.js";
import type { Issuer, Person } from "./issuer.js";
import type { Replica } from "./replica.js";

const LIMIT = 15_000;

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return "unknown";
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
}

/** Asks the replicas, now this one and now that one, as this person and that. */
export class Api {
  readonly #tokens = new Map<string, string>();
  /** How often each code was answered, and why there was no answer. */
  readonly refusals = new Map<string, number>();

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly issuer: Issuer,
    private readonly random: Random,
  ) {}

  async tokenOf(person: Person): Promise<string> {
    const known = this.#tokens.get(person.subject);
    if (known !== undefined) return known;
    const token = await this.issuer.token(person);
    this.#tokens.set(person.subject, token);
    return token;
  }

  /** Most often one that runs; now and then one that does not, or stands still. */
  pick(): Replica {
    const running = this.replicas.filter((replica) => replica.running);
    return this.random.pick(running.length === 0 || this.random.next() < 0.02 ? this.replicas : running);
  }

  /**
   * Sends an operation that should succeed.
   * @returns its data, typed by the caller's own knowledge of the operation
   * @throws NoAnswer, Refusal
   */
  async ask<T>(person: Person, query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { body } = await this.send(person, query, variables);
    const [error] = body.errors ?? [];
    if (error !== undefined) this.#count(error.extensions?.code ?? "UNKNOWN");
    return dataOf(body) as T; // oxlint-disable-line typescript/no-unsafe-type-assertion -- the caller knows what was asked for
  }

  #count(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  /** Sends an operation. @returns the answer and its text @throws NoAnswer */
  async send(
    person: Person,
    query: string,
    variables: Record<string, unknown> = {},
    replica = this.pick(),
  ): Promise<{ body: Body; text: string }> {
    try {
      const response = await fetch(`${replica.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${await this.tokenOf(person)}` },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(LIMIT),
      });
      const text = await response.text();
      const body: Body = JSON.parse(text); // oxlint-disable-line typescript/no-unsafe-assignment -- the shape is GraphQL's, and what is in `data` the caller's operation
      return { body, text };
    } catch (error) {
      this.#count(`no answer (${causeOf(error)})`);
      throw new NoAnswer(`no answer from ${replica.name}`, { cause: error });
    }
  }
}
