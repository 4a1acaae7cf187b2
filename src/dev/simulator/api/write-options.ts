/** What a write request says besides its object. */
export interface WriteOptions {
  /** Field manager. */
  manager: string;
  dryRun?: boolean;
  /** Strict: an unknown field is a 400; Warn: it is dropped and named in `warnings`. */
  fieldValidation?: "Strict" | "Warn" | "Ignore";
  /** Collects what the server warns of. */
  warnings?: string[];
  subresource?: "" | "status" | "finalize";
}
