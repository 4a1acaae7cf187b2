/** All that reading needs of a database: one parameterised statement, its rows as node-postgres parses them by default. */
export interface ReadDatabase {
  query<T extends object>(sql: string, params?: unknown[]): Promise<T[]>;
}
