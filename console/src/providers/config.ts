import type { AuthMethod, KindForm } from "./kinds.ts";

/** What is written in a provider's form, by path. */
export type ConfigDraft = Readonly<Record<string, string>>;

/** The config as the API takes it: what is empty is left out. */
export function configOf(
  form: KindForm,
  method: AuthMethod,
  draft: ConfigDraft,
  isOrganization: boolean,
): Record<string, unknown> {
  const config: Record<string, unknown> = { ...method.fixed };
  for (const { path, organizationOnly = false, initial = "" } of [...form.fields, ...method.fields]) {
    const value = (draft[path] ?? initial).trim();
    if (value !== "" && (isOrganization || !organizationOnly)) put(config, path.split("."), value);
  }
  return config;
}

function put(into: Record<string, unknown>, [first = "", ...rest]: string[], value: string): void {
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
    else if (value !== null && value !== undefined)
      draft[path] = typeof value === "string" ? value : JSON.stringify(value);
  };
  walk(config, "");
  return draft;
}

/** The way of signing in that a config uses; null: one that the form does not know, or with parts that it has no field for. */
export function methodOf(form: KindForm, draft: ConfigDraft): AuthMethod | null {
  const paths = Object.keys(draft);
  const uses = ({ mark, fixed = {} }: AuthMethod): boolean =>
    Object.entries(fixed).every(([path, value]) => draft[path] === value) &&
    (mark === undefined
      ? !paths.some((path) => path.startsWith("auth."))
      : paths.some((path) => path.startsWith(mark)));
  const method = form.methods.find(uses);
  if (method === undefined) return null;
  const known = new Set(
    [...form.fields, ...method.fields].map(({ path }) => path).concat(Object.keys(method.fixed ?? {})),
  );
  return paths.every((path) => known.has(path)) ? method : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
