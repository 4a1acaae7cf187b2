/** What the walk through the access matrix has been at. */
export class Tally {
  readonly cells = new Set<string>();
  readonly paths = new Set<string>();
  private questions = 0;
  private hidden = 0;

  /** @param cell who and what @param path by which way @param seen whether it is there for them */
  count(cell: string, path: string, seen: boolean): void {
    this.cells.add(cell);
    this.paths.add(path);
    this.questions += 1;
    if (!seen) this.hidden += 1;
  }

  toString(): string {
    return `${this.cells.size} cells (viewer × thing) by ${this.paths.size} paths: ${this.questions} questions, ${this.hidden} of them about what is not there for the viewer`;
  }
}
