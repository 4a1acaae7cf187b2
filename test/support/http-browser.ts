export interface HttpRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** What a browser does of HTTP alone: cookies, redirects, forms. */
export class HttpBrowser {
  /** By host (cookies know no ports), then by name. */
  readonly #jars = new Map<string, Map<string, string>>();
  /** Every `Set-Cookie` that came, whole. */
  readonly setCookies: string[] = [];

  /** @param places where origins really are: `https://secretariat.example.com` at `http://127.0.0.1:1234`, as behind a proxy */
  constructor(private readonly places: ReadonlyMap<string, string>) {}

  /** One request; redirects are not followed. */
  async ask(address: string, init: HttpRequest = {}): Promise<Response> {
    const url = new URL(address);
    const jar = this.jar(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch((this.places.get(url.origin) ?? url.origin) + url.pathname + url.search, {
      ...init,
      redirect: "manual",
      headers: { ...(cookie === "" ? {} : { cookie }), ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      this.setCookies.push(line);
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/;\s*(?:max-age=0\b|expires=thu, 01 jan 1970)/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects to the first answer that is none, or to an address that `stop` knows. @returns where it ended */
  async go(
    address: string,
    stop: (url: URL) => boolean = () => false,
    init: HttpRequest = {},
  ): Promise<{ url: URL; response: Response | null }> {
    let url = new URL(address);
    let request = init;
    for (let hop = 0; hop < 12; hop++) {
      if (stop(url)) return { url, response: null };
      const response = await this.ask(url.href, request);
      const location = response.headers.get("location");
      if (location === null) return { url, response };
      await response.body?.cancel();
      url = new URL(location, url);
      request = {};
    }
    throw new Error(`too many redirects, the last to ${url.origin}${url.pathname}`);
  }

  /** The cookies of an address's host, to be looked at and changed. */
  jar(url: URL | string): Map<string, string> {
    const { hostname } = new URL(url);
    const jar = this.#jars.get(hostname) ?? new Map<string, string>();
    this.#jars.set(hostname, jar);
    return jar;
  }

  /** Another one that has the same cookies: another tab, or somebody who has copied them, or an answer that never came. */
  copy(places = this.places): HttpBrowser {
    const other = new HttpBrowser(places);
    for (const [host, jar] of this.#jars) other.#jars.set(host, new Map(jar));
    return other;
  }
}
