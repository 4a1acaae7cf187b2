import type { ValueTransformer } from "typeorm";

/** PostgreSQL's bigint as a JavaScript bigint; the driver gives it as a string. */
export const bigintTransformer: ValueTransformer = {
  to: (value: bigint | null | undefined) => (typeof value === "bigint" ? value.toString() : value),
  from: (value: string | null) => (value === null ? null : BigInt(value)),
};
