import type { BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { eventually } from "../support/eventually.js";
import type { Network } from "./network.js";
import type { Scene } from "./scene.js";

export interface VisitOptions {
  theme?: "light" | "dark";
  width?: number;
  height?: number;
  network?: Network;
  /** What the browser may complain of in this visit; else nothing. */
  complaints?: RegExp;
  /** What else the page is made to ask for, to see that it cannot. */
  foreign?: readonly string[];
}

/** Somebody's page of the console. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Goes to another address of the console, as by a link from elsewhere, and waits until all of it is there. */
  to(path: string): Promise<void>;
  /** Waits until the page has what it asked for, and has drawn it. */
  settled(): Promise<void>;
  /** Everything that the API told this page. */
  answers(): Promise<string>;
}

/** Longer than anything takes on a busy machine, in milliseconds. */
const LIMIT = 60_000;

/**
 * Opens the console as a sample person, who signs in as people do: by choosing who they are. When the test ends, the page is closed, and the test fails if the page asked
 * another origin for anything, if the browser complained of something, or if the API refused something: a control that would be refused must not be there.
 */
export async function visit(scene: Scene, person: string, path: string, options: VisitOptions = {}): Promise<Visit> {
  const opened = await open(scene, options);
  await opened.page.goto(scene.app.url + path);
  await opened.page.getByRole("button", { name: person }).click();
  await opened.page.getByRole("navigation", { name: "Main" }).waitFor();
  return opened;
}

/** A page that shows nothing yet, under the same conditions. */
export async function open(scene: Scene, options: VisitOptions = {}): Promise<Visit> {
  const { theme = "light", width = 1400, height = 900, network, complaints, foreign = [] } = options;
  const context = await scene.browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    ...(network === undefined ? {} : { proxy: { server: network.url } }),
  });
  context.setDefaultTimeout(LIMIT);
  const page = await context.newPage();
  const record = watch(page, scene.app.url);
  onTestFinished(async () => {
    const answers = await record.answers();
    await context.close();
    const { host } = new URL(scene.app.url);
    expect(record.requests.filter((url) => new URL(url).host !== host)).toEqual(foreign);
    expect(record.complaints.filter((text) => complaints?.test(text) !== true)).toEqual([]);
    expect(answers.match(REFUSAL)).toBe(null);
  });
  const settled = async (): Promise<void> => {
    await eventually(async () => record.underWay() === 0 && (await page.evaluate(isCalm)), LIMIT);
    await record.answers();
  };
  return {
    context,
    page,
    settled,
    answers: record.answers,
    async to(path) {
      await page.goto(scene.app.url + path);
      await page.getByRole("navigation", { name: "Main" }).waitFor();
      await settled();
    },
  };
}

/** In an answer's errors; `permissions` say such things too, and have no extensions. */
const REFUSAL = /"extensions":\{[^{}]*"code":"FORBIDDEN"[^{}]*\}/;

/** After two frames: whether something is drawn and nothing says that it waits. */
const isCalm = (): Promise<boolean> =>
  new Promise((resolve) => {
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        resolve(
          document.querySelector("h1, h2") !== null && document.querySelector(".spin, [aria-busy='true']") === null,
        ),
      ),
    );
  });

function watch(page: Page, url: string) {
  const requests: string[] = [];
  const complaints: string[] = [];
  const frames: string[] = [];
  const bodies: Promise<string>[] = [];
  let underWay = 0;
  page.on("request", (request) => {
    underWay += 1;
    requests.push(request.url());
  });
  page.on("requestfinished", () => (underWay -= 1));
  page.on("requestfailed", () => (underWay -= 1));
  page.on("response", (response) => {
    // The page may be gone before the browser tells what it got.
    if (response.url() === `${url}/graphql`) bodies.push(response.text().catch(() => ""));
  });
  page.on("websocket", (socket) => {
    requests.push(socket.url());
    socket.on("framereceived", ({ payload }) => frames.push(String(payload)));
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text().slice(0, 300));
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return {
    requests,
    complaints,
    underWay: () => underWay,
    answers: async () => [...(await Promise.all(bodies)), ...frames].join("\n"),
  };
}
