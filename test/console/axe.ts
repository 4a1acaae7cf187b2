import axe, { type run } from "axe-core";
import type { Page } from "playwright-core";

declare global {
  // oxlint-disable-next-line eslint/no-var -- how TypeScript declares what a script puts into the page
  var axe: { run: typeof run };
}

/** Light and dark, wide and narrow. */
export const LOOKS = [
  { theme: "light", width: 1400 },
  { theme: "dark", width: 1400 },
  { theme: "dark", width: 390 },
  { theme: "light", width: 390 },
] as const;

/** Everything that axe calls serious or critical, in words, in each of the looks; and where a page is wider than its window. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const { theme, width } of LOOKS) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    for (const finding of await violations(page)) found.push(`${theme}, ${width} px wide: ${finding}`);
  }
  return found;
}

async function violations(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    const words = found
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .slice(0, 3)
            .map(({ html }) => html.slice(0, 160))
            .join(" | ")}`,
      );
    const { scrollWidth } = document.documentElement;
    return scrollWidth > innerWidth ? [...words, `the page is ${scrollWidth} px wide`] : words;
  });
}
