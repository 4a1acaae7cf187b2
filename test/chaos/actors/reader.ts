import { NoAnswer } from "../answers.js";
import type { Random } from "../random.js";
import { type World } from "../stage/world.js";
import type { Person } from "../stage/issuer.js";
import { Seen } from "../check/seen.js";

const QUERIES = [
  "{ me { subject role projects { totalCount nodes { name } } } projects(first: 50) { totalCount nodes { id name description status statusReason cluster { name status statusReason } } } }",
  "{ secrets(first: 50) { totalCount nodes { id name status statusReason provider { id name status statusReason config targets { status message cluster { name } } } assignmentCounts { status count } assignments(first: 20) { totalCount nodes { id status message project { id name } } } } } }",
  "{ history(first: 100) { totalCount nodes { id subject subjectId from to reason message actor secret { name } project { name } provider { name } cluster { name } } } }",
  "{ providers(first: 50) { totalCount nodes { id name storeName status statusReason secrets(first: 20) { totalCount nodes { name } } } } clusters { id name status projects(first: 50) { totalCount nodes { name } } } secretCounts { status count } }",
  '{ secrets(first: 20, filter: { search: "o1-" }, orderBy: { field: STATUS }) { totalCount nodes { name status statusReason history(first: 20) { totalCount nodes { message actor project { name } } } } } }',
];

/** Somebody who looks around. What was shown is kept. */
export class Reader {
  readonly seen = new Seen();
  reads = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    readonly person: Person,
  ) {}

  async step(): Promise<void> {
    try {
      const { text, body } = await this.world.api.send(this.person, this.random.pick(QUERIES));
      this.reads += 1;
      this.seen.take(text);
      for (const { extensions, message } of body.errors ?? []) {
        if (extensions?.code !== "INTERNAL_SERVER_ERROR")
          this.world.found(`READ of ${this.person.subject}: ${extensions?.code ?? "?"} ${message}`);
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }
}
