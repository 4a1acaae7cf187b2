import { z } from "zod";
import { createLogger } from "../../src/logger.js";
import type { Logger } from "../../src/domain/ports/logger.js";

/** The product's own logger, and what it wrote. */
export interface RecordingLog {
  logger: Logger;
  /** The lines, as they would stand in standard output. */
  lines: string[];
  /** The lines as objects. */
  entries(): Record<string, unknown>[];
}

const LINE = z.record(z.string(), z.unknown());

export function recordLog(): RecordingLog {
  const lines: string[] = [];
  const logger = createLogger("debug", { write: (line: string) => void lines.push(line) });
  return { logger, lines, entries: () => lines.map((line) => LINE.parse(JSON.parse(line))) };
}
