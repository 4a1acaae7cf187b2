/** A piece of a line of YAML, as it is coloured. */
export interface Part {
  kind: "comment" | "key" | "text" | "word" | "plain";
  text: string;
}

/** Indentation and dashes, a key with its colon, the rest. Only colours come of it: what is right YAML, the server says. */
const LINE = /^(\s*(?:- +)*)((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"{[][^#:]*):(?=\s|$))?(.*)$/s;
const COMMENT = /(?:^|\s)#.*$/s;
const WORD = /^\s*(?:true|false|null|~|-?\d+(?:\.\d+)?)\s*$/;

/** The pieces of one line, in order; put together they are the line. */
export function partsOf(line: string): Part[] {
  const [, lead = "", key = "", rest = ""] = LINE.exec(line) ?? [];
  const comment = /["']/.test(rest) ? "" : (COMMENT.exec(rest)?.[0] ?? "");
  const value = rest.slice(0, rest.length - comment.length);
  const parts: Part[] = [
    { kind: "plain", text: lead },
    { kind: "key", text: key },
    { kind: WORD.test(value) ? "word" : "text", text: value },
    { kind: "comment", text: comment },
  ];
  return parts.filter(({ text }) => text !== "");
}
