import type { Permission } from "../../domain/access/permissions.js";
import type { Action } from "../../domain/kinds.js";
import {
  badUserInput,
  conflict,
  forbidden,
  preconditionFailed,
  type PreconditionReason,
  type Problem,
} from "../../errors.js";

/**
 * What a command's checks found. All checks run before anything is thrown, so that a refusal names all of its kind at once; a preview shows the same findings
 * as problems.
 */
export class Findings {
  #forbidden: string | null = null;
  readonly #problems: Problem[] = [];
  readonly #conflicts: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #preconditions: { reason: PreconditionReason; problem: Problem }[] = [];

  /** The viewer may not do this at all: nothing else about it is theirs to know. */
  get isForbidden(): boolean {
    return this.#forbidden !== null;
  }

  /** Something in the input itself is wrong. */
  get hasProblems(): boolean {
    return this.#problems.length > 0;
  }

  /** Takes over what one action's permission says, under its own code. */
  permission(permissions: readonly Permission[], action: Action, path: string[] = []): void {
    const permission = one(permissions, action);
    if (permission.allowed) return;
    const message = permission.reason ?? REFUSED;
    if (permission.code === "PRECONDITION_FAILED" && permission.precondition !== null) {
      this.precondition(permission.precondition, path, message);
    } else if (permission.code === "BAD_USER_INPUT") {
      this.bad(path, message);
    } else if (permission.code === "CONFLICT") {
      this.conflict(path, message);
    } else {
      this.forbid(message);
    }
  }

  /**
   * Takes over from a permission only that the viewer may not do this at all, whatever state the thing is in: for commands that are accepted again on what is going
   * away, or that say more about the state.
   */
  right(permissions: readonly Permission[], action: Action): void {
    const { allowed, code, reason } = one(permissions, action);
    if (!allowed && code === "FORBIDDEN") this.forbid(reason ?? REFUSED);
  }

  /** Nothing is refused for it, but a preview tells of it. */
  warn(path: string[], message: string): void {
    this.#warnings.push({ path, message });
  }

  forbid(message: string): void {
    this.#forbidden ??= message;
  }

  /** The same problem of the same field is said once. */
  bad(path: string[], message: string): void {
    const said = this.#problems.some((p) => p.message === message && p.path.join("\0") === path.join("\0"));
    if (!said) this.#problems.push({ path, message });
  }

  /** @param under where the problems' own paths begin */
  addProblems(problems: readonly Problem[], under: readonly string[] = []): void {
    for (const { path, message } of problems) this.bad([...under, ...path], message);
  }

  conflict(path: string[], message: string): void {
    this.#conflicts.push({ path, message });
  }

  /** The same reason about the same thing is said once. */
  precondition(reason: PreconditionReason, path: string[], message: string): void {
    const said = this.#preconditions.some((p) => p.reason === reason && p.problem.path.join() === path.join());
    if (!said) this.#preconditions.push({ reason, problem: { path, message } });
  }

  /** @throws FORBIDDEN, alone: for where looking further would already tell what is not the viewer's to know */
  throwIfForbidden(): void {
    if (this.#forbidden !== null) throw forbidden(this.#forbidden);
  }

  /** @throws the first kind that there is, with all of that kind: FORBIDDEN, BAD_USER_INPUT, CONFLICT, PRECONDITION_FAILED */
  throwIfAny(): void {
    this.throwIfForbidden();
    if (this.#problems.length > 0) throw badUserInput(this.#problems);
    if (this.#conflicts.length > 0) throw conflict(messages(this.#conflicts), this.#conflicts);
    const [first] = this.#preconditions;
    if (first !== undefined) {
      throw preconditionFailed(first.reason, messages(this.#preconditions.map(({ problem }) => problem)));
    }
  }

  /** Everything that would be refused, as a preview says it. */
  toProblems(): Problem[] {
    if (this.#forbidden !== null) return [{ path: [], message: this.#forbidden }];
    return [
      ...this.#problems,
      ...this.#conflicts,
      ...this.#preconditions.map(({ problem }) => problem),
      ...this.#warnings,
    ];
  }
}

const REFUSED = "This is not allowed.";

function one(permissions: readonly Permission[], action: Action): Permission {
  const found = permissions.find((candidate) => candidate.action === action);
  if (found === undefined) throw new RangeError(`no permission is known for ${action}`);
  return found;
}

const messages = (problems: readonly Problem[]): string => problems.map(({ message }) => message).join(" ");
