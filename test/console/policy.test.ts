import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Network } from "./network.js";
import { startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
let network: Network;
beforeAll(async () => {
  [scene, network] = await Promise.all([startScene(), Network.start()]);
});
afterAll(async () => {
  await scene.stop();
  await network.stop();
});

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

describe("the console and other origins", () => {
  it.each(["/", "/secrets?status=FAILED", "/projects/checkout", "/no-such-page"])(
    "%s is served with a policy that names none",
    async (path) => {
      const response = await fetch(scene.app.url + path, { headers: { accept: "text/html" } });
      expect(response.headers.get("content-security-policy")).toBe(POLICY);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await response.text()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    },
  );

  it("asks for nothing elsewhere, whatever in the browser asks: seen from the network", async () => {
    const { page, to } = await visit(scene, "Ada", "/secrets", { network });
    await page.getByText("Live", { exact: true }).waitFor();
    for (const path of ["/secrets/new?as=yaml", "/projects/checkout", "/providers/new", "/clusters", "/history"])
      await to(path);
    expect([...network.hosts]).toEqual([new URL(scene.app.url).host]);
  });

  it("could ask for nothing elsewhere: the browser refuses it", async () => {
    const image = "https://elsewhere.example.com/x.png";
    const { page } = await visit(scene, "Ada", "/secrets", {
      network,
      complaints: /Content Security Policy/,
      // Playwright tells of it before the policy refuses it; the network never hears of it.
      foreign: [image],
    });
    const outcome = await page.evaluate(async (src) => {
      const element = new Image();
      const failed = new Promise<string>((resolve) => {
        element.addEventListener("error", () => resolve("refused"));
        element.addEventListener("load", () => resolve("loaded"));
      });
      element.src = src;
      const asked = await fetch("https://elsewhere.example.com/").then(
        () => "answered",
        () => "refused",
      );
      return [asked, await failed];
    }, image);
    expect(outcome).toEqual(["refused", "refused"]);
    expect([...network.hosts]).toEqual([new URL(scene.app.url).host]);
  });
});
