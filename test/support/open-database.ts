import type { DataSource } from "typeorm";
import { createDataSource } from "../../src/persistence/data-source.js";
import type { DataSourceSettings } from "../../src/persistence/data-source.js";
import { silentLogger } from "./logger.js";
import { createTestDatabase } from "./postgres.js";

export interface OpenDatabase {
  url: string;
  dataSource: DataSource;
  /** One more pool on the same database, as another replica has it. */
  another(settings?: Partial<DataSourceSettings>): Promise<DataSource>;
  close(): Promise<void>;
}

/** Settings of a test's connections: quick to give up. */
export function testSettings(url: string, settings: Partial<DataSourceSettings> = {}): DataSourceSettings {
  return {
    url,
    poolSize: 10,
    lockTimeout: 5_000,
    idleInTransactionTimeout: 5_000,
    statementTimeout: 20_000,
    logger: silentLogger,
    ...settings,
  };
}

/** A fresh database and a connected data source on it. */
export async function openDatabase(
  options: { migrated?: boolean; settings?: Partial<DataSourceSettings> } = {},
): Promise<OpenDatabase> {
  const { migrated = true, settings } = options;
  const database = await createTestDatabase({ migrated });
  const opened: DataSource[] = [];
  const open = async (own: Partial<DataSourceSettings> = {}): Promise<DataSource> => {
    const dataSource = createDataSource(testSettings(database.url, { ...settings, ...own }));
    await dataSource.initialize();
    opened.push(dataSource);
    return dataSource;
  };
  return {
    url: database.url,
    dataSource: await open(),
    another: open,
    async close() {
      await Promise.all(opened.filter(({ isInitialized }) => isInitialized).map((dataSource) => dataSource.destroy()));
      await database.drop();
    },
  };
}
