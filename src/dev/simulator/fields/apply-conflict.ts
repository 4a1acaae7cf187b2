import { ApiError } from "../api-error.js";
import { pathText } from "./field-set.js";

/** Who owns a field that an apply wants. */
interface Owner {
  manager: string;
  operation: string;
  apiVersion: string;
  subresource: string;
}

function managerText(entry: Owner): string {
  const name = `${JSON.stringify(entry.manager)}${entry.subresource === "" ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`}`;
  return entry.operation === "Update" ? `${name} using ${entry.apiVersion}` : name;
}

/** 409 of an apply, naming every field and who owns it, worded as the API server does. */
export function applyConflict(conflicts: { manager: Owner; path: string[] }[]): ApiError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${managerText(manager)}`,
    field: pathText(path),
  }));
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    return new ApiError(
      409,
      "Conflict",
      `Apply failed with 1 conflict: conflict with ${managerText(first.manager)}: ${pathText(first.path)}`,
      { causes },
    );
  }
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts)
    byManager.set(managerText(manager), [...(byManager.get(managerText(manager)) ?? []), `- ${pathText(path)}`]);
  const lines = [...byManager]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([manager, paths]) => [`conflicts with ${manager}:`, ...paths]);
  return new ApiError(409, "Conflict", `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`, {
    causes,
  });
}
