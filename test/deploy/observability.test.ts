import { parser } from "@prometheus-io/lezer-promql";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { eventually } from "../support/eventually.js";
import { type Scrape, scrape } from "../support/metrics.js";
import { Scene } from "../support/scene.js";

/* What deploy/ asks Prometheus for, against what a running product shows. */

const read = (path: string): string => readFileSync(new URL(`../../deploy/${path}`, import.meta.url), "utf8");

const ALERTS = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Secretariat[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().regex(/^\d+[smh]$/),
          labels: z.strictObject({ severity: z.enum(["info", "warning", "critical"]) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});
const DASHBOARD = z.object({
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      type: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).optional(),
    }),
  ),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string() })) }),
});

const alerts = ALERTS.parse(parse(read("prometheus/alerts.yaml"))).groups.flatMap(({ rules }) => rules);
const dashboard = DASHBOARD.parse(JSON.parse(read("grafana/secretariat.json")));
const queries = [
  ...alerts.map(({ alert, expr }) => ({ title: alert, expr })),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
];

/** What Prometheus itself adds to each sample. */
const ADDED = new Set(["job", "instance"]);

let scene: Scene;
let now: Scrape;

beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"] });
  await scene.synced();
  await scene.admin.send("{ nonsense }");
  now = await scrape(scene.app.url);
}, 60_000);
afterAll(() => scene?.stop());

/** Every label of a metric's samples. */
const labelsOf = (metric: string): Set<string> =>
  new Set(now.samples.filter(({ name }) => name === metric).flatMap(({ labels }) => Object.keys(labels)));

/** As Grafana fills in its variables. */
const filled = (expr: string): string =>
  expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$(?:cluster|job)\b/g, ".*");

interface Selector {
  metric: string;
  labels: string[];
  /** The function that it is given to. */
  in: string | null;
}

/** The parts of an expression, by Prometheus' own grammar. @throws for what is no PromQL */
function partsOf(expr: string): { selectors: Selector[]; groupings: string[][] } {
  const selectors: Selector[] = [];
  const groupings: string[][] = [];
  const calls: string[] = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      const text = expr.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expr}`);
      if (node.name === "FunctionCall") calls.push(text.slice(0, text.indexOf("(")).trim());
      if (node.name === "VectorSelector") {
        const metric = /^[a-zA-Z_:][\w:]*/.exec(text)?.[0] ?? "";
        const labels = [...text.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label);
        selectors.push({ metric, labels, in: calls.at(-1) ?? null });
      }
      if (node.name === "GroupingLabels") groupings.push([...text.matchAll(/[a-zA-Z_]\w*/g)].map(([label]) => label));
    },
    leave: (node) => {
      if (node.name === "FunctionCall") calls.pop();
    },
  });
  return { selectors, groupings };
}

describe.each(queries)("$title", ({ expr }) => {
  const { selectors, groupings } = partsOf(filled(expr));

  it("asks for metrics that there are, by labels that they have, as their types want it", () => {
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, labels, in: call } of selectors) {
      const family = now.types.has(metric) ? metric : metric.replace(/_(?:bucket|sum|count)$/, "");
      const type = now.types.get(family);
      expect(type, `there is no ${metric}`).toBeDefined();
      const known = labelsOf(metric);
      // A counter that nothing was counted of yet has no sample: its labels are seen in others' use.
      const unknown = [...labels, ...groupings.flat()].filter((label) => !known.has(label) && !ADDED.has(label));
      if (known.size > 0) expect(unknown, metric).toEqual([]);
      // A counter is only good as a rate, a gauge only as it is.
      const isRate = call === "rate" || call === "increase";
      expect([metric, isRate]).toEqual([metric, type === "counter" || metric.endsWith("_bucket")]);
      if (metric.endsWith("_bucket")) expect(groupings.flat()).toContain("le");
    }
  });
});

it("measures what happened", async () => {
  const received = scene.transitions(null);
  const { secret } = await scene.synced();
  await eventually(() => received.events.some(({ subjectId, to }) => subjectId === secret.id && to === "SYNCED"));
  const then = await scrape(scene.app.url);
  const grown = (name: string, labels: Record<string, string> = {}): number =>
    then.of(name, labels) - now.of(name, labels);
  expect(grown("secretariat_sync_duration_seconds_count", { cluster: "berlin" })).toBe(1);
  expect(grown("secretariat_subscription_deliveries_total")).toBeGreaterThanOrEqual(received.events.length);
  expect(grown("secretariat_graphql_requests_total", { operation: "mutation", outcome: "answered" })).toBe(3);
  expect(grown("secretariat_graphql_requests_total", { transport: "websocket", operation: "subscription" })).toBe(1);
  expect(now.of("secretariat_graphql_errors_total", { code: "GRAPHQL_VALIDATION_FAILED" })).toBe(1);
  for (const lag of ["notify", "tailer"]) expect(grown(`secretariat_${lag}_lag_seconds_count`)).toBeGreaterThan(0);
  expect(then.of("secretariat_leader", { cluster: "berlin" })).toBe(1);
  expect(then.samples.find(({ name }) => name === "secretariat_watch_staleness_seconds")?.labels).toEqual({
    cluster: "berlin",
  });
  expect(then.of("secretariat_database_connections")).toBeGreaterThan(0);
  expect(then.of("secretariat_tailer_idle_seconds")).toBeLessThan(10);
  received.stop();
});

it("counts the watches that begin again", async () => {
  const restarts = async (): Promise<number> => (await scrape(scene.app.url)).of("secretariat_watch_restarts_total");
  const before = await restarts();
  // Refused at its next list or watch, whose turn a dropped connection brings on.
  const refused = scene
    .cluster()
    .faults.add({ match: { verb: "watch" }, effect: { kind: "status", code: 500 }, times: 2 });
  scene.cluster().dropWatches();
  await eventually(async () => (await restarts()) > before);
  refused.remove();
});

it("compares only with what labels can say", () => {
  const outcomes = queries.flatMap(({ expr }) =>
    [...expr.matchAll(/(\w+)=~?"([^"$]+)"/g)].map(([, label, value]) => `${label} ${value}`),
  );
  expect(new Set(outcomes)).toEqual(new Set(["outcome failed", "operation query|mutation", "result error"]));
});

it("is about every metric of ours", () => {
  const asked = queries.map(({ expr }) => expr).join("\n");
  const ours = [...now.types.keys()].filter((name) => name.startsWith("secretariat_"));
  expect(ours.filter((name) => !asked.includes(name))).toEqual([]);
});

it("lays its panels side by side, none over another", () => {
  const taken = new Map<string, string>();
  for (const { title, gridPos } of dashboard.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.get(`${x} ${y}`), title).toBeUndefined();
        taken.set(`${x} ${y}`, title);
      }
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

it("has no grammar that lets anything pass", () => {
  for (const wrong of [
    "sum by (cluster (x)",
    "rate(x[5m)",
    "x >",
    "histogram_quantile(0.9, sum by (le) (rate(x[5m]))",
    "x{a=b}",
  ])
    expect(() => partsOf(wrong), wrong).toThrow("no PromQL");
});
