import { Client } from "pg";
import type { Stage } from "../stage/stage.js";
import { at } from "./json.js";

/** What bears our label and has no row: after a restore it must stay. @returns `cluster namespace/name` by uid */
export async function findOrphans(stage: Stage): Promise<Map<string, string>> {
  const client = new Client({ connectionString: stage.database.url });
  await client.connect();
  const found = new Map<string, string>();
  try {
    const { rows } = await client.query<{ id: string }>("SELECT id FROM assignment");
    const ids = new Set(rows.map(({ id }) => id));
    for (const cluster of stage.clusters) {
      for (const object of await cluster.objects("externalsecrets")) {
        const id = at(object, "metadata", "labels", "secretariat.io/assignment");
        const namespace = String(at(object, "metadata", "namespace"));
        // Namespaces that come and go take what is in them along.
        if (typeof id !== "string" || ids.has(id) || namespace.includes("churn")) continue;
        const place = `${namespace}/${String(at(object, "metadata", "name"))}`;
        found.set(String(at(object, "metadata", "uid")), `${cluster.name} ${place}`);
      }
    }
    return found;
  } finally {
    await client.end();
  }
}
