/** A serialised answer. */
export interface Answer {
  payload: Buffer;
  /** Making it looked at who asks, or at anything that changes: it is for their scope alone. */
  own: boolean;
}

/** Bytes of answers that are kept for the other scopes. */
const MAX_BYTES = 262_144;
/** What an answer that is kept costs beside its bytes. */
const ENTRY_BYTES = 256;

/**
 * Answers to one question (document and variables) about the newest transitions, for groups that differ by their scope alone. A question that asks for nothing but the
 * transition itself, which never changes, has one answer for all who may see it; whether it does is not guessed, but seen in the making of the answer.
 */
export class SharedAnswers {
  /** Groups that ask this question; alone, nothing is kept. */
  groups = 0;
  private own = false;
  private readonly known = new Map<bigint, { answer: Promise<Answer | null>; bytes: number }>();
  private bytes = 0;

  /** @param make makes the answer about the transition at this position, for the scope that asks */
  async payload(position: bigint, make: () => Promise<Answer>): Promise<Buffer> {
    if (this.own || this.groups < 2) return (await make()).payload;
    const known = this.known.get(position);
    if (known === undefined) {
      const making = make();
      this.keep(position, making);
      return (await making).payload;
    }
    const answer = await known.answer;
    return answer === null || answer.own ? (await make()).payload : answer.payload;
  }

  private keep(position: bigint, making: Promise<Answer>): void {
    const entry = {
      bytes: 0,
      answer: making.then(
        (answer) => {
          if (answer.own) this.forget();
          else if (this.known.get(position) === entry) this.count(entry, answer.payload.length + ENTRY_BYTES);
          return answer;
        },
        // Whoever made it is told; the others make their own.
        () => null,
      ),
    };
    this.known.set(position, entry);
  }

  private count(entry: { bytes: number }, bytes: number): void {
    entry.bytes = bytes;
    this.bytes += bytes;
    for (const [position, oldest] of this.known) {
      if (this.bytes <= MAX_BYTES || oldest === entry) return;
      this.known.delete(position);
      this.bytes -= oldest.bytes;
    }
  }

  /** What once depended on who asks may do so again. */
  private forget(): void {
    this.own = true;
    this.known.clear();
    this.bytes = 0;
  }
}
