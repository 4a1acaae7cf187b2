import { foreignText } from "../../domain/foreign-text.js";
import { Interner } from "./interner.js";

const NO_MEMBERS: { readonly [key: string]: string } = Object.freeze({});
const NONE: readonly string[] = Object.freeze([]);

/**
 * One instance of what repeats over many objects. Whatever an object showed before is tried first: it is mostly still true, and comparing is cheaper than looking up.
 */
export class Sharing {
  readonly #texts = new Interner<string>();
  readonly #cleaned = new Interner<string>();
  readonly #members = new Interner<{ readonly [key: string]: string }>();
  readonly #lists = new Interner<readonly string[]>();

  text(text: string, previous?: string | null): string {
    return text === previous ? previous : this.#texts.get(text, (same) => same);
  }

  /** `foreignText`, done once for each text. */
  readonly clean = (text: string): string => this.#cleaned.get(text, foreignText);

  list(list: readonly string[] | undefined, previous?: readonly string[]): readonly string[] {
    if (list === undefined || list.length === 0) return NONE;
    if (previous?.length === list.length && list.every((item, index) => item === previous[index])) return previous;
    return this.#lists.get(list.join("\u0000"), () => Object.freeze([...list]));
  }

  /** All members but two. */
  members(
    members: { readonly [key: string]: string } | undefined,
    [one, other]: readonly [string, string],
    previous?: { readonly [key: string]: string },
  ): { readonly [key: string]: string } {
    if (members === undefined) return NO_MEMBERS;
    let [count, same] = [0, 0];
    for (const name in members) {
      if (name === one || name === other) continue;
      count += 1;
      if (previous?.[name] === members[name]) same += 1;
    }
    if (count === 0) return NO_MEMBERS;
    if (previous !== undefined && count === same && count === Object.keys(previous).length) return previous;
    const { [one]: _one, [other]: _other, ...rest } = members;
    return this.#members.get(JSON.stringify(rest), () => Object.freeze(rest));
  }
}
