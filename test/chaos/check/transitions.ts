import type { Past } from "./journal.js";

/**
 * Each subject's transitions begin with null, each `from` is the `to` before it, and the last `to` is the status that stands there.
 * @param now null: this past is over, its statuses are not there any more
 */
export function checkChains({ transitions }: Past, now: ReadonlyMap<string, string> | null): string[] {
  const findings: string[] = [];
  const last = new Map<string, string | null>();
  for (const { subject, subject_id: id, from_status: from, to_status: to, position, reason } of transitions) {
    const key = `${subject} ${id}`;
    const before = last.get(key) ?? null;
    if (from !== before) findings.push(`CHAIN ${key}: from ${from} after ${before} (${reason}, position ${position})`);
    last.set(key, to);
  }
  if (now === null) return findings;
  for (const [key, to] of last)
    if (to !== (now.get(key) ?? null))
      findings.push(`CHAIN ${key}: the log says ${to}, the table ${now.get(key) ?? null}`);
  for (const key of now.keys()) if (!last.has(key)) findings.push(`CHAIN ${key}: no transition at all`);
  return findings;
}

/** A change and its transition are one transaction: what PostgreSQL saw of each row in each transaction is what the log says of it. @param since the transaction from which on PostgreSQL looks */
export function checkTransactions({ transitions, audit }: Past, since: bigint): string[] {
  const said = new Map<string, { from: string | null; to: string | null }>();
  for (const { tx, subject, subject_id: id, from_status: from, to_status: to } of transitions) {
    if (from === to || BigInt(tx) < since) continue;
    const key = `${tx} ${subject} ${id}`;
    const known = said.get(key);
    said.set(key, { from: known === undefined ? from : known.from, to });
  }
  const seen = new Map<string, { from: string | null; to: string | null }>();
  for (const { kind, tx, subject, subject_id: id, was, now } of audit) {
    if (kind !== "status" || BigInt(tx) < since) continue;
    const key = `${tx} ${subject} ${id}`;
    const known = seen.get(key);
    seen.set(key, { from: known === undefined ? was : known.from, to: now });
  }
  const findings: string[] = [];
  for (const [key, { from, to }] of seen) {
    if (from === to) continue;
    const told = said.get(key);
    if (told === undefined)
      findings.push(`UNTOLD ${key}: ${from} became ${to}, and no transition of that transaction says so`);
    else if (told.from !== from || told.to !== to)
      findings.push(`MISTOLD ${key}: ${from} became ${to}, and the transition says ${told.from} > ${told.to}`);
  }
  for (const [key, { from, to }] of said) {
    const did = seen.get(key);
    if (did === undefined && from !== to) findings.push(`MADE UP ${key}: ${from} > ${to}, and the row did not change`);
  }
  return findings;
}
