import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * Starts the Chromium that is installed, or the one that CHROMIUM names.
 * @throws Error that says how to get one
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error("There is no Chromium: install one (Debian: apt-get install chromium), or name it in CHROMIUM.");
  return await chromium.launch({
    executablePath,
    // Its own sandbox needs privileges that containers and root lack; it opens this test's own pages alone.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // It would ask its maker about every form.
      "--disable-features=AutofillServerCommunication",
    ],
  });
}
