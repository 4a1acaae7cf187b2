/** A figure of /metrics with its labels. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What /metrics said. */
export interface Scrape {
  samples: Sample[];
  /** By the metric's name: `counter`, `gauge`, `histogram`, `summary`. */
  types: Map<string, string>;
  helps: Map<string, string>;
  /** The sum of the samples of this name with these labels. */
  of(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Reads Prometheus' text format, version 0.0.4; numbers as Go reads them, which is how Prometheus does. @throws for a line that is none of it */
export function parseMetrics(text: string): Scrape {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line);
    if (comment !== null) (comment[1] === "HELP" ? helps : types).set(comment[2] ?? "", comment[3] ?? "");
    else samples.push(sampleOf(line));
  }
  const of = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
    samples
      .filter(
        (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      )
      .reduce((sum, { value }) => sum + value, 0);
  return { samples, types, helps, of };
}

function sampleOf(line: string): Sample {
  const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (nan|[+-]?inf|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.exec(line);
  const [, name = "", text = "", value] = sample ?? [];
  const labels = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)];
  if (sample === null || labels.map(([whole]) => whole).join("") !== text)
    throw new Error(`no line of Prometheus' text format: ${line}`);
  return {
    name,
    labels: Object.fromEntries(labels.map(([, label = "", of = ""]): [string, string] => [label, of])),
    value: Number(value),
  };
}

/** Asks a running product. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  const type = response.headers.get("content-type");
  if (type !== "text/plain; version=0.0.4; charset=utf-8") throw new Error(`/metrics is ${type}`);
  return parseMetrics(await response.text());
}
