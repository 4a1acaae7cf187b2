import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** A migrated database that nobody is connected to: `createTestDatabase` copies it. */
    postgresTemplateUrl: string;
  }
}

export interface TestDatabase {
  /** `postgres://…` of a database of its own, migrated, with an installation of its own key. */
  url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/**
 * A fresh database for one test file, copied from the migrated template in some tens of milliseconds.
 * @param options.migrated false: an empty database without any table
 */
export async function createTestDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const templateUrl = new URL(inject("postgresTemplateUrl"));
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const template = options.migrated === false ? "template0" : templateUrl.pathname.slice(1);
  await administer(templateUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = new URL(templateUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(templateUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(templateUrl: URL, statement: string): Promise<void> {
  const url = new URL(templateUrl);
  url.pathname = "/postgres";
  const client = new Client(url.href);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
