/// <reference lib="dom" />
/**
 * Runs of the live page in tests.
 *
 * @module
 */
import { firstSettings, type RunSettings } from "../../src/cockpit/live/settings.ts";
import type { OpenPage } from "./chromium.ts";

/** Settings of a run that takes a second. */
export const small: RunSettings = {
  ...firstSettings,
  layers: "8,6",
  samples: "33",
  learningRate: "0.01",
  steps: "60",
  probeEvery: "10",
  epsilons: "1e-4,1e-2",
  precision: "single",
};

/**
 * Waits until texts of a page are so.
 *
 * @param open The page.
 * @param selector Elements that have them.
 * @param text What they match.
 * @param count How many of them.
 */
export async function waitFor({ page }: OpenPage, selector: string, text: RegExp, count = 1): Promise<void> {
  await page.waitForFunction(
    ([selector, source, count]) => {
      const texts = [...document.querySelectorAll(selector)].map((each) => each.textContent ?? "");
      return texts.filter((text) => new RegExp(source).test(text)).length >= count;
    },
    [selector, text.source, count] as const,
    { timeout: 60_000 },
  );
}
