/** Reads one setting each and gathers every mistake, so that an operator mends all of them in one go. */
export class SettingsReader {
  readonly mistakes: string[] = [];
  readonly #read = new Set<string>();

  constructor(private readonly env: Readonly<Record<string, string | undefined>>) {}

  /** The names that were asked for: what the README has to list. */
  get names(): string[] {
    return [...this.#read].sort();
  }

  /** A setting that is empty counts as not set. */
  text(name: string): string | null {
    this.#read.add(name);
    const value = this.env[name]?.trim();
    return value === undefined || value === "" ? null : value;
  }

  /** Whether any of these is set, to whatever. */
  isSet(...names: string[]): boolean {
    return names.some((name) => this.text(name) !== null);
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = this.text(name);
    if (value === null) return fallback;
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.mistakes.push(`${name} must be one of ${values.join(", ")}.`);
    return fallback;
  }

  /** A whole number between two bounds, both included. */
  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.text(name);
    if (value === null) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    this.mistakes.push(`${name} must be a whole number from ${min} to ${max}.`);
    return fallback;
  }

  /** A comma list; surrounding spaces and empty parts are dropped. */
  list(name: string, fallback: readonly string[]): string[] {
    const value = this.text(name);
    if (value === null) return [...fallback];
    return value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  }

  /** A comma list of web origins as browsers send them (RFC 6454, 6.1): one written otherwise would never match, in silence. */
  origins(name: string): string[] {
    const origins = this.list(name, []);
    if (!origins.every(isOrigin))
      this.mistakes.push(
        `${name} must be a comma list of origins such as https://console.example.com: scheme, host and port, in lower case, without a path or a slash at the end.`,
      );
    return origins;
  }

  /** An address with one of the given protocols (`https:`). */
  url(name: string, protocols: readonly string[]): URL | null {
    const value = this.text(name);
    if (value === null) return null;
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url !== null && protocols.includes(url.protocol)) return url;
    // The value is not repeated: an address may hold a password.
    this.mistakes.push(`${name} must be an address that begins with ${protocols.map((p) => `${p}//`).join(" or ")}.`);
    return null;
  }

  /** A name or address to listen on; an IPv6 address with its brackets or without. */
  host(name: string, fallback: string): string {
    const value = this.text(name);
    if (value === null) return fallback;
    const bare = value.replace(/^\[(.*)\]$/, "$1");
    if (URL.canParse(`http://${inUrl(bare)}/`) && /^[\w.:-]+$/.test(bare)) return bare;
    this.mistakes.push(`${name} must be a name or an address, without scheme and port (PORT is a setting of its own).`);
    return fallback;
  }
}

/** A host as it stands in a URL: IPv6 addresses in brackets. */
export const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && origin === text;
}
