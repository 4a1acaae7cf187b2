/** Bounds of free texts, in UTF-16 units. Kubernetes has no opinion on them; they keep rows and answers small. */
export const LIMITS = {
  description: 1000,
  /** OpenID Connect Core, section 2: a `sub` is at most 255 characters. */
  subject: 255,
} as const;
