import type { Viewer, ViewerScope } from "../../domain/viewer.js";
import type { ReadDatabase } from "./database.js";
import { isText } from "./input.js";
import { sql } from "./sql.js";
import { run } from "./statements.js";

/** The projects that are named like a group of the viewer's, and those that they were added to by hand. */
export async function scopeOf(db: ReadDatabase, viewer: Viewer): Promise<ViewerScope> {
  if (viewer.role === "PLATFORM_ADMIN") return { admin: true };
  const groups = viewer.groups.filter(isText);
  const subject = isText(viewer.subject) ? viewer.subject : null;
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT p.id FROM project p WHERE p.name = ANY(${groups}::text[])
      UNION SELECT m.project_id FROM project_member m WHERE m.subject = ${subject}::text`,
  );
  return { admin: false, projectIds: rows.map((row) => row.id).sort() };
}
