import { Client } from "pg";
import { ApiClient, type Person } from "../../support/client.js";
import { Scene, uuidOf } from "../../support/scene.js";
import { textLike } from "../../support/matching.js";

/** What one document is asked with, and the whole answer to it. */
export interface Arranged {
  variables?: Record<string, unknown>;
  /** The whole `data`: of a subscription the first event's. */
  expected: unknown;
  /** Who asks; an admin where it is left out. */
  client?: ApiClient;
  /** Selected fields that have no value in this answer, and have one in another case's. */
  empty?: string[];
  /** Puts back what would be in other cases' way; also after a failure. */
  cleanup?: () => Promise<void>;
  /** What is to be true of the answer besides. */
  afterwards?: (data: unknown) => Promise<void>;
}

/** One document, whose every selected field is compared with a value that the database, the cluster or the request has from elsewhere. */
export interface Case {
  name: string;
  document: string;
  arrange(world: World): Promise<Arranged>;
}

type Row = Record<string, unknown>;
const TABLES = ["cluster", "project", "provider", "provider_target", "secret", "assignment", "transition"] as const;

/** A scene, and the rows behind what the API shows. */
export class World {
  private constructor(
    readonly scene: Scene,
    private readonly database: Client,
  ) {}

  static async start(): Promise<World> {
    const scene = await Scene.start({ simulator: { missingKeyText: "backend" } });
    const database = new Client(scene.app.databaseUrl);
    await database.connect();
    return new World(scene, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.scene.stop();
  }

  /** The row of an id of the API. */
  readonly row = async (table: (typeof TABLES)[number], id: string): Promise<Row> => {
    const [row] = await this.rows(`SELECT * FROM ${table} WHERE id = $1`, [uuidOf(id)]);
    if (row === undefined) throw new Error(`no ${table} ${id}`);
    return row;
  };

  readonly rows = async (statement: string, values: unknown[]): Promise<Row[]> =>
    (await this.database.query<Row>(statement, values)).rows;

  /** A signed-in person with whatever claims. */
  async person(claims: Person & { email?: string; name?: string }): Promise<ApiClient> {
    const response = await fetch(`${this.scene.app.url}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role: "TEAM_MEMBER", groups: [], ...claims }),
    });
    const answer: unknown = await response.json();
    return ApiClient.withToken(this.scene.app.url, String(Reflect.get(Object(answer), "access_token")));
  }
}

/** A time of the database as the API shows it. */
export function time(value: unknown): string {
  if (!(value instanceof Date)) throw new Error(`no time: ${String(value)}`);
  return value.toISOString();
}

export const CONNECTION = (node: string): string =>
  `edges { cursor node { ${node} } } nodes { ${node} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount`;

export const CURSOR: unknown = textLike(/^[\w=-]{10,}$/u);

/** A first page. */
export function firstPage(nodes: readonly unknown[], totalCount: number): unknown {
  return {
    edges: nodes.map((node) => ({ cursor: CURSOR, node })),
    nodes,
    pageInfo: {
      hasNextPage: totalCount > nodes.length,
      hasPreviousPage: false,
      startCursor: CURSOR,
      endCursor: CURSOR,
    },
    totalCount,
  };
}
