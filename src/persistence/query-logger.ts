import type { Logger as TypeOrmLogger } from "typeorm";
import type { Logger } from "../domain/ports/logger.js";

/** Passes TypeORM's own words on. Statements and parameters are left out: parameters hold what people typed. */
export class QueryLogger implements TypeOrmLogger {
  constructor(private readonly logger: Logger) {}

  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(milliseconds: number): void {
    this.logger.warn({ milliseconds }, "slow database statement");
  }
  logSchemaBuild(message: string): void {
    this.logger.debug({}, message);
  }
  logMigration(message: string): void {
    this.logger.info({}, message);
  }
  log(level: "log" | "info" | "warn", message: unknown): void {
    if (level === "warn") this.logger.warn({}, String(message));
    else this.logger.debug({}, String(message));
  }
}
