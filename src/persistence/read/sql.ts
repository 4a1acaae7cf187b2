/** What may stand as a parameter of a statement. */
export type Param = string | number | boolean | null | Date | readonly string[] | readonly number[];

/**
 * A piece of SQL and the parameters in it. Made by {@link sql}, where whatever is put in becomes a parameter unless it is itself a piece of SQL:
 * text from outside cannot become SQL by mistake.
 */
export class Sql {
  constructor(
    readonly texts: readonly string[],
    readonly params: readonly Param[],
  ) {}
}

export function sql(texts: TemplateStringsArray, ...parts: readonly (Sql | Param)[]): Sql {
  const outTexts = [texts[0] ?? ""];
  const outParams: Param[] = [];
  parts.forEach((part, i) => {
    const following = texts[i + 1] ?? "";
    if (part instanceof Sql) {
      const last = outTexts.length - 1;
      const [head = "", ...rest] = part.texts;
      outTexts[last] += head;
      outTexts.push(...rest);
      outParams.push(...part.params);
      outTexts[outTexts.length - 1] += following;
    } else {
      outParams.push(part);
      outTexts.push(following);
    }
  });
  return new Sql(outTexts, outParams);
}

/** SQL from this program's own text; never from anything that comes from outside. */
export const raw = (text: string): Sql => new Sql([text], []);

export const TRUE = raw("true");
export const FALSE = raw("false");

export function join(parts: readonly Sql[], separator: string): Sql {
  return parts.reduce((left, right, i) => (i === 0 ? right : sql`${left}${raw(separator)}${right}`), raw(""));
}

/** The conjunction; what is always true is left out. */
export function and(...conditions: readonly Sql[]): Sql {
  const telling = conditions.filter((condition) => condition !== TRUE);
  return telling.length === 0
    ? TRUE
    : join(
        telling.map((condition) => sql`(${condition})`),
        " AND ",
      );
}

/** The statement as the database takes it: `$1`, `$2` … and their values in order. */
export function compile(statement: Sql): { text: string; params: unknown[] } {
  const text = statement.texts.reduce((left, right, i) => `${left}$${i}${right}`);
  return { text, params: [...statement.params] };
}
