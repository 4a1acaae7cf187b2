const IDS = /\b(?:clu|prj|prv|sec|asg)_[0-9a-f-]{36}\b/gu;
const PROJECTS = /\bprj-[a-z0-9]+/gu;

/** All ids and names of projects that somebody was shown, each once. Every project of a run has a name that no other text has in it. */
export class Seen {
  readonly ids = new Set<string>();
  readonly projects = new Set<string>();

  take(text: string): void {
    for (const [id] of text.matchAll(IDS)) this.ids.add(id);
    for (const [name] of text.matchAll(PROJECTS)) this.projects.add(name);
  }
}
