import { expect } from "vitest";

// Vitest types its asymmetric matchers as `any`; these stand for a value of whatever type, and are not taken for one.

/** A text that holds this one. */
export const containing = (text: string): unknown => expect.stringContaining(text);
/** A text of this form. */
export const textLike = (pattern: RegExp): unknown => expect.stringMatching(pattern);
/** An object with at least these members. */
export const having = (members: Record<string, unknown>): unknown => expect.objectContaining(members);
/** A list with these items, in whatever order. */
export const including = (items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
