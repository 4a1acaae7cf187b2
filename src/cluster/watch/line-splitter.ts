const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines. Works on bytes, so that a character cut in two by a chunk stays whole. */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** @param maxLineBytes a longer line is an error, whether it has ended yet or not */
  constructor(private readonly maxLineBytes: number) {}

  /**
   * @returns the lines that the chunk completes, empty ones left out
   * @throws RangeError for a line that is too long
   */
  push(chunk: Buffer): string[] {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#keep(chunk);
      return [];
    }
    let complete = chunk.subarray(0, last);
    if (this.#restBytes > 0) {
      complete = Buffer.concat([...this.#rest, complete]);
      this.#rest = [];
      this.#restBytes = 0;
    }
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(last + 1));
    const lines = complete.toString("utf8").split("\n");
    return lines.filter((line) => {
      // Characters, not bytes: a line within the bound is never refused, one of several times the bound always is.
      if (line.length > this.maxLineBytes) throw new RangeError(`a line is longer than ${this.maxLineBytes} bytes`);
      return line !== "";
    });
  }

  #keep(part: Buffer): void {
    this.#rest.push(part);
    this.#restBytes += part.length;
    if (this.#restBytes > this.maxLineBytes) throw new RangeError(`a line is longer than ${this.maxLineBytes} bytes`);
  }
}
