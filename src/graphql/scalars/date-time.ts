import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-](\d{2}):(\d{2}))$/;

/** A moment as RFC 3339 writes it, with a time zone; null for everything else, impossible dates included. */
export function parseDateTime(text: string): Date | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > lastDay) return null;
  if ((hour ?? 24) > 23 || (minute ?? 60) > 59 || (second ?? 60) > 59) return null;
  if (Number(match[9] ?? 0) > 23 || Number(match[10] ?? 0) > 59) return null;
  const moment = new Date(text.toUpperCase());
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function parse(value: unknown): Date {
  const moment = typeof value === "string" ? parseDateTime(value) : null;
  if (moment === null) {
    throw new GraphQLError('A DateTime is RFC 3339 text with a time zone, for example "2026-11-24T13:00:00Z".');
  }
  return moment;
}

/** RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339), always answered in UTC with milliseconds. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: "DateTime",
  description:
    'A moment as RFC 3339 writes it, answered in UTC: "2026-11-24T13:00:00.000Z". Any time zone is accepted.',
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize(value) {
    if (!(value instanceof Date)) throw new TypeError("a DateTime field must resolve to a Date");
    return value.toISOString();
  },
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
});
