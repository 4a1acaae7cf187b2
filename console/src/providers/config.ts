import type { ChoiceOption, ChoicePart, FieldPart, KindForm, Part } from "./form-parts.ts";

/** What is written in a provider's form, by path. */
export type ConfigDraft = Readonly<Record<string, string>>;
/** The way that was chosen, by the choice's id; the first where none was. */
export type Chosen = Readonly<Record<string, string>>;

/** For whom the form is filled in. */
export interface Circumstances {
  /** The organization's provider: references name their namespace. */
  isOrganization: boolean;
  isAdmin: boolean;
}

export const partsOf = (form: KindForm): Part[] => [...form.place, ...form.auth];

/** The ways that may be chosen here, and the one that is used already. */
export const optionsOf = (
  { id, options }: ChoicePart,
  chosen: Chosen,
  { isAdmin }: Circumstances,
): readonly ChoiceOption[] =>
  options.filter((option) => isAdmin || option.adminsOnly !== true || option.id === chosen[id]);

export function chosenOption(part: ChoicePart, chosen: Chosen, circumstances: Circumstances): ChoiceOption | undefined {
  const options = optionsOf(part, chosen, circumstances);
  return options.find(({ id }) => id === chosen[part.id]) ?? options[0];
}

export const isShown = ({ organizationOnly = false }: FieldPart, { isOrganization }: Circumstances): boolean =>
  isOrganization || !organizationOnly;

/** The config as the API takes it: what is empty is left out. */
export function configOf(
  parts: readonly Part[],
  draft: ConfigDraft,
  chosen: Chosen,
  circumstances: Circumstances,
): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  const walk = (list: readonly Part[]): void => {
    for (const part of list) {
      if (part.part === "field") {
        const value = (draft[part.path] ?? part.initial ?? "").trim();
        if (value !== "" && isShown(part, circumstances)) put(config, part.path.split("."), valueOf(part, value));
        continue;
      }
      const option = chosenOption(part, chosen, circumstances);
      for (const [path, value] of Object.entries(option?.fixed ?? {})) put(config, path.split("."), value);
      walk(option?.parts ?? []);
    }
  };
  walk(parts);
  return config;
}

function valueOf({ type }: FieldPart, value: string): unknown {
  if (type === "list")
    return value
      .split(/[,\n]/)
      .map((one) => one.trim())
      .filter((one) => one !== "");
  // What is no number goes as it is: the server says at the field what it must be.
  if (type === "number") return /^\d+$/.test(value) ? Number(value) : value;
  return value;
}

function put(into: Record<string, unknown>, [first = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const next: Record<string, unknown> = isRecord(inner) ? inner : {};
  into[first] = next;
  put(next, rest, value);
}

/** A config that is there already, laid out by path. */
export function draftOfConfig(config: unknown): ConfigDraft {
  const draft: Record<string, string> = {};
  const walk = (value: unknown, path: string): void => {
    if (isRecord(value))
      for (const [name, inner] of Object.entries(value)) walk(inner, path === "" ? name : `${path}.${name}`);
    else if (Array.isArray(value)) draft[path] = value.map(String).join(", ");
    else if (value !== null && value !== undefined)
      draft[path] = typeof value === "string" ? value : JSON.stringify(value);
  };
  walk(config, "");
  return draft;
}

/** The ways that a config uses; null: one that the form does not know, or with parts that it has no field for. */
export function chosenIn(parts: readonly Part[], draft: ConfigDraft): Chosen | null {
  const paths = Object.keys(draft);
  const has = (mark: string): boolean => paths.some((path) => path === mark || path.startsWith(`${mark}.`));
  const chosen: Record<string, string> = {};
  const known = new Set<string>();
  const walk = (list: readonly Part[]): boolean =>
    list.every((part) => {
      if (part.part === "field") {
        known.add(part.path);
        return true;
      }
      const isMarked = part.options.some(({ mark }) => mark !== undefined && has(mark));
      const option = part.options.find(
        ({ mark, fixed = {} }) =>
          Object.entries(fixed).every(([path, value]) => draft[path] === value) &&
          (mark === undefined ? !isMarked : has(mark)),
      );
      if (option === undefined) return false;
      chosen[part.id] = option.id;
      for (const path of Object.keys(option.fixed ?? {})) known.add(path);
      return walk(option.parts);
    });
  return walk(parts) && paths.every((path) => known.has(path)) ? chosen : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
