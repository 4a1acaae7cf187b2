import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PATHS } from "./stage/paths.js";

/** Below node_modules, so that packages are found from there. */
const PLACE = join(PATHS.dist, "..", "node_modules", ".cache", "secretariat-chaos");

interface Patch {
  /** Below dist/src. */
  file: string;
  from: string;
  to: string;
}

/** A product that is broken on purpose, in its compiled files. */
export interface Mutant {
  name: string;
  broken: string;
  /** Faults that bring it out; without: all. */
  faults: readonly string[];
  patches: readonly Patch[];
}

/** What the checker has to find. The texts are those of the compiled files; where one is no longer found the mutant is no longer one, and the run says so. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "no-position-lock",
    broken: "positions are given without the lock: their order is not that of the commits",
    faults: ["database slow"],
    patches: [
      {
        file: "persistence/transition-log.js",
        from: "(SELECT pg_advisory_xact_lock('${ADVISORY_LOCK}'::bigint))",
        to: "(SELECT 1 AS ${ADVISORY_LOCK.length > 0 ? 'unlocked' : ''})",
      },
    ],
  },
  {
    name: "roll-up-before-lock",
    broken: "a secret is rolled up without its lock",
    faults: ["database slow", "cluster out of reach"],
    patches: [
      {
        file: "persistence/cluster-state/roll-up-secrets.js",
        from: "FROM secret WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`",
        to: "FROM secret WHERE id = ANY ($1::uuid[]) ORDER BY id`",
      },
    ],
  },
  {
    name: "status-without-guard",
    broken: "a status is written whatever became of the row since it was judged",
    faults: ["database slow", "operator slow", "API slow"],
    patches: [
      {
        file: "persistence/cluster-state/apply-rows.js",
        from: `WHERE t.id = c.id AND t.xmin::text = c.seen
     RETURNING t.id\``,
        to: `WHERE t.id = c.id
     RETURNING t.id\``,
      },
    ],
  },
  {
    name: "history-without-filter",
    broken: "history shows everybody everything",
    faults: ["watch dropped"],
    patches: [
      {
        file: "persistence/read/visibility.js",
        from: "export const seesTransition = (scope, transition) => seesProject(",
        to: "export const seesTransition = (scope, transition) => true ? TRUE : seesProject(",
      },
    ],
  },
  {
    name: "stream-without-filter",
    broken: "subscriptions deliver everybody everything",
    faults: ["watch dropped"],
    patches: [
      {
        file: "domain/access/visibility.js",
        from: "export function canSeeTransition(scope, transition) {",
        to: "export function canSeeTransition(scope, transition) {\n    return true;",
      },
    ],
  },
  {
    name: "scope-looked-at-once",
    broken: "the right to see is looked at when a subscription begins, and not again",
    faults: ["watch dropped"],
    patches: [
      {
        file: "graphql/subscriptions/hub.js",
        from: 'if (batch.some(({ subject }) => subject === "PROJECT"))',
        to: "if (false)",
      },
    ],
  },
  {
    name: "hub-before-commit",
    broken: "subscribers are told before the transaction is committed",
    faults: ["database connections cut", "database slow", "database restart"],
    patches: [
      {
        file: "persistence/transition-log.js",
        from: "    return BigInt(last);",
        to: `    const many = BigInt(transitions.length);
    globalThis.tellEarly?.(transitions.map((t, i) => ({ ...t, position: BigInt(last) - many + BigInt(i + 1), id: ids[i], at: new Date() })));
    return BigInt(last);`,
      },
      {
        file: "persistence/transaction.js",
        from: 'client.query("COMMIT"),',
        to: 'delay(25).then(() => client.query("COMMIT")),',
      },
      {
        file: "persistence/transition-log.js",
        from: "const rows = await query(INSERT, [transitions.map(() => randomUUID()), ...columns]);",
        to: "const ids = transitions.map(() => randomUUID());\n    const rows = await query(INSERT, [ids, ...columns]);",
      },
      {
        file: "persistence/tailer.js",
        from: "        this.listener.start();",
        to: `        globalThis.tellEarly = (batch) => {
            const last = batch.at(-1);
            if (this.place !== null && batch[0].position > this.place.position) {
                this.place = { position: last.position, transitionId: last.id };
                const [hub, ...others] = this.listeners;
                this.tell(() => hub?.(batch));
                setTimeout(() => others.forEach((listener) => this.tell(() => listener(batch))), 300);
            }
        };
        this.listener.start();`,
      },
    ],
  },
  {
    name: "answered-before-commit",
    broken: "a mutation is answered while its COMMIT is under way",
    faults: ["database connections cut", "database slow", "kill -9", "database killed"],
    patches: [
      {
        file: "persistence/transaction.js",
        from: "        position = await commit(runner, client, run, { noted, sent });",
        to: "        position = 0n;\n        void commit(runner, client, run, { noted, sent }).catch(() => abandon(runner)).then(() => runner.release());",
      },
      {
        file: "persistence/transaction.js",
        from: "    await runner.release();\n    if (position > 0n)",
        to: "    if (position > 0n)",
      },
    ],
  },
  {
    name: "ownership-not-checked",
    broken: "whatever stands under the name counts as ours",
    faults: ["watch dropped"],
    patches: [
      {
        file: "cluster/reconcile/managers.js",
        from: "=> ours?.installation === installation && ours.id === id;",
        to: "=> true;",
      },
      {
        file: "cluster/reconcile/ensure-object.js",
        from: "if (foreignManagers(object.managers).some((manager) => manager.ownsSpec))\n        return await withdraw",
        to: "if (false)\n        return await withdraw",
      },
    ],
  },
  {
    name: "cursor-without-check",
    broken: "a cursor of another past is taken for one of this",
    faults: ["database restored", "database backed up"],
    patches: [{ file: "persistence/tailer.js", from: "if (stands)", to: "if (stands || true)" }],
  },
  {
    name: "no-fencing",
    broken: "whoever led goes on, whatever the database says",
    faults: ["SIGSTOP past the takeover", "database out of reach of a replica", "database slow"],
    patches: [
      {
        file: "cluster/lease.js",
        from: "return this.#term !== null && performance.now() < this.#deadline ? this.#term : null;",
        to: "return this.#term;",
      },
      { file: "cluster/lease.js", from: "    #lose() {", to: "    #lose() {\n        if (!this.#stopped) return;" },
      {
        file: "persistence/cluster-state/leadership.js",
        from: "return rows.length === 1;\n}\n/** Who leads",
        to: "return true;\n}\n/** Who leads",
      },
      {
        file: "persistence/cluster-state/leadership.js",
        from: "    return row;",
        to: "    return { ...row, leading: true };",
      },
    ],
  },
  {
    name: "synced-without-looking",
    broken: "Ready counts as an answer to the newest spec, whichever it was for",
    faults: ["operator away", "operator slow", "backend away"],
    patches: [
      {
        file: "domain/status/assignment-status.js",
        from: "    return object.syncedResourceVersion.slice(0, dash) === String(object.generation);",
        to: "    return true;",
      },
    ],
  },
  {
    name: "swapped-contexts",
    broken: "nobody looks whether a name leads to the same cluster as before",
    faults: ["contexts swapped"],
    patches: [
      {
        file: "cluster/cluster-controller.js",
        from: "if (before !== null && before !== found.kubeSystemUid) {",
        to: "if (false) {",
      },
      // The other name has it, and the database lets only one have it: both keep from writing as well.
      { file: "cluster/cluster-controller.js", from: "if (twin !== undefined)", to: "if (false)" },
      {
        file: "cluster/cluster-controller.js",
        from: "if ((await this.#report(term, standing)) && this.#leader === leader)",
        to: "if (this.#leader === leader)",
      },
    ],
  },
  {
    name: "deaf-after-restart",
    broken: "a leader that begins does not look at everything",
    faults: ["kill -9", "SIGTERM and another start"],
    patches: [
      {
        file: "cluster/reconcile/leader.js",
        from: "    async start() {\n        await this.fullPass();",
        to: "    async start() {",
      },
    ],
  },
];

/**
 * A copy of the compiled product with the mutant's replacements.
 * @returns its main.js, and what removes it
 * @throws Error where a text is not found exactly once
 */
export async function makeMutant(mutant: Mutant): Promise<{ main: string; remove: () => Promise<void> }> {
  const directory = join(PLACE, `${mutant.name}-${process.pid}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const part of ["src", "migrations"])
    await cp(join(PATHS.dist, part), join(directory, part), { recursive: true });
  await writeFile(join(directory, "package.json"), '{ "type": "module" }');
  for (const { file, from, to } of mutant.patches) {
    const path = join(directory, "src", file);
    const text = await readFile(path, "utf8");
    if (text.split(from).length !== 2)
      throw new Error(`the mutant ${mutant.name} does not fit any more: ${file} does not have exactly once: ${from}`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
  const remove = async (): Promise<void> => {
    await rm(directory, { recursive: true, force: true });
    await rm(dirname(directory)).catch(() => {});
  };
  return { main: join(directory, "src", "main.js"), remove };
}
