/** Sockets that are written to before whatever else waits has its turn: some 2 ms. */
const AT_ONCE = 256;
/** Milliseconds between two rounds of more sockets than that: what comes meanwhile is written together. */
const PAUSE_MS = 5;

/**
 * Gathers what is to be written, in rounds: each socket is written to once in a round, however many results it gets. A round begins at the end of the turn of the event loop in
 * which it was first asked for; where many sockets are written to, others have their turn between, and the next round waits a little.
 */
export class WriteTurns {
  private round: (() => void)[] = [];
  private written = 0;
  private next: (() => void)[] = [];
  private scheduled = false;
  /** Of performance.now: the next round does not begin before. */
  private notBefore = 0;

  /** @param onIdle called when everything is written */
  constructor(private readonly onIdle: () => void) {}

  /** @param write called in the next round */
  add(write: () => void): void {
    this.next.push(write);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const wait = this.round.length > 0 || this.notBefore === 0 ? 0 : this.notBefore - performance.now();
    if (wait > 0) setTimeout(this.run, wait);
    else setImmediate(this.run);
  }

  private readonly run = (): void => {
    if (this.round.length === 0) {
      this.round = this.next;
      this.next = [];
    }
    const until = Math.min(this.written + AT_ONCE, this.round.length);
    for (; this.written < until; this.written += 1) this.round[this.written]?.();
    if (this.written === this.round.length) {
      this.notBefore = this.round.length > AT_ONCE ? performance.now() + PAUSE_MS : 0;
      this.round = [];
      this.written = 0;
    }
    this.scheduled = false;
    if (this.round.length > 0 || this.next.length > 0) this.schedule();
    else this.onIdle();
  };
}
