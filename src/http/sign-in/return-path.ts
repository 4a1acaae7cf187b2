/** Longer ones are not kept, as a cookie has them: several have to fit into the head of a request. */
const MAX_LENGTH = 1_500;
/** Any host will do, as long as nothing leads away from it. */
const HERE = "http://here.invalid";

/**
 * A path with query of this server, as a browser reads it: whatever would lead elsewhere (`//host`, `/\host`, an absolute address) becomes `/`, as does what
 * leads to the sign-in itself.
 */
export function localPath(given: string | null): string {
  if (given === null || !given.startsWith("/") || given.length > MAX_LENGTH) return "/";
  const url = URL.parse(given, HERE);
  if (url === null || url.origin !== HERE) return "/";
  const path = url.pathname + url.search;
  // Dots may have stood between two slashes.
  const isLocal = !path.startsWith("//") && encodeURIComponent(path).length <= MAX_LENGTH;
  return isLocal && !url.pathname.startsWith("/auth/") ? path : "/";
}
