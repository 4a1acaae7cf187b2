/** A machine-readable reason and its text as one line for a person; null where there is neither. */
export function statusReasonOf(record: { reason: string | null; message: string | null }): string | null {
  if (record.reason === null) return record.message;
  return record.message === null ? record.reason : `${record.reason}: ${record.message}`;
}
