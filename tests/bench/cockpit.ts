/// <reference lib="dom" />
/**
 * The pages in headless Chromium: how soon they are seen, how fast they follow the threshold, and
 * how fast networks train in them.
 *
 * @module
 */
import { writeFragment } from "../../src/cockpit/live/page_settings.ts";
import { firstSettings } from "../../src/cockpit/live/settings.ts";
import { pageFiles } from "../../src/live/page_files.ts";
import { serveSite } from "../../src/live/server.ts";
import { lowerMedian } from "../../src/stats/median.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { run } from "../support/program.ts";
import { madeUpTrace, reportFile } from "../support/report_case.ts";
import { atMost, type Bench, type Line, type Section } from "./section.ts";
import { ratio, timeInTurns, type Times } from "./timing.ts";

/** Frames in which ε goes from one end of its slider to the other and back. */
const FRAMES = 240;
/** The run that trains in the page and outside of it. */
const SETTINGS = { ...firstSettings, precision: "single", steps: "2000" };
/** Vulkan driver that Chromium brings along: both train on it. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** A line of a figure that is no contest; judged as it is. */
function judged(times: Times, bar: number | null, unit: string, of = 1): Line {
  return { name: times.name, times, verdict: atMost(times.median / of, bar, unit) };
}

/** Opens a report: milliseconds until it is seen, and until it shows the run. */
async function opened(browser: Chromium, url: string): Promise<{ paint: number; ready: number }> {
  await using open = await browser.open(url);
  await open.page.locator(".controls").waitFor();
  return await open.page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    ready: performance.now(),
  }));
}

/** Drags the threshold of a report: milliseconds from input to painted frame, the median. */
async function dragged(browser: Chromium, url: string): Promise<number> {
  await using open = await browser.open(url);
  const { page } = open;
  await page.locator(".controls").waitFor();
  return lowerMedian(
    await page.evaluate(async (frames) => {
      const slider = document.querySelector<HTMLInputElement>("#epsilon")!;
      const low = Number(slider.min), high = Number(slider.max), times: number[] = [];
      // A message that is sent before a frame is painted arrives when it has been.
      const { port1, port2 } = new MessageChannel();
      const painted = () =>
        new Promise((resolve) => {
          port1.onmessage = resolve;
          port2.postMessage(null);
        });
      for (let i = 0; i < frames; i++) {
        await new Promise(requestAnimationFrame);
        const start = performance.now();
        slider.value = String(Math.round(low + (high - low) * Math.abs(1 - 2 * i / frames)));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await painted();
        times.push(performance.now() - start);
      }
      return times;
    }, FRAMES),
  );
}

/** Opens the live page in a new browser: milliseconds until something of it is so. */
async function untilSeen(url: string, text: RegExp, isStair: boolean): Promise<number> {
  await using browser = await Chromium.launch(true);
  await using open = await browser.open(url);
  const seen = await open.page.waitForFunction(
    ([source, isStair]) => {
      const run = document.querySelector("section.run");
      if (!new RegExp(source).test(run?.querySelector(".progress")?.textContent ?? "")) return null;
      // The first stair has ended where a second one stands beside it.
      const strips = [...run!.querySelectorAll('[data-panel^="rank-"] .stairs')];
      if (isStair && !strips.some((strip) => strip.querySelectorAll("rect").length > 1)) return null;
      return performance.now();
    },
    [text.source, isStair] as const,
    { timeout: 120_000, polling: 50 },
  );
  return (await seen.jsonValue())!;
}

/** Trains in a process of Deno's own, on SwiftShader: milliseconds of training. */
async function trainedOutside(): Promise<number> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("live_peer.ts", import.meta.url).href, JSON.stringify(SETTINGS)],
    env: { VK_ICD_FILENAMES: SWIFTSHADER },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the run outside of the page has failed");
  return Number(new TextDecoder().decode(stdout));
}

/** Trains in the page: milliseconds of training, as its rate at the end tells. */
async function trainedInPage(url: string): Promise<number> {
  await using browser = await Chromium.launch(true);
  await using open = await browser.open(url);
  const rate = await open.page.waitForFunction(
    () =>
      /step 1,[89].*? ([\d,]+) steps\/s/.exec(document.querySelector(".progress")?.textContent ?? "")?.[1],
    null,
    { timeout: 120_000, polling: 20 },
  );
  return 1000 * Number(SETTINGS.steps) / Number((await rate.jsonValue())!.replace(",", ""));
}

/**
 * Reports and the live page in Chromium.
 */
export async function cockpitBench({ quick, repeats, skip }: Bench): Promise<Section[]> {
  if (!hasChromium) {
    skip("Chromium is not here: install chromium, or do without the pages");
    return [];
  }
  return [
    ...await reportSections(quick, repeats),
    ...await liveSections(repeats),
  ];
}

/** Sections of the reports of runs. */
async function reportSections(quick: boolean, repeats: number): Promise<Section[]> {
  const folder = await Deno.makeTempDir({ prefix: "staircase-bench-" });
  try {
    const { code, err } = await run(["--quiet", "--out", "run"], { cwd: folder });
    if (code !== 0) throw new Error(`staircase has failed: ${err}`);
    const path = `${folder}/run/report.html`, url = `file://${path}`;
    await using browser = await Chromium.launch();
    const [paint, drag] = await timeInTurns([
      { name: "first paint", measure: async () => (await opened(browser, url)).paint },
      { name: "ε dragged, a frame", measure: () => dragged(browser, url) },
    ], { repeats });
    const { size } = await Deno.stat(path);
    const found: Section[] = [{
      title: "report.html of the default run in Chromium, ms",
      lines: [
        judged(paint, 1, " s", 1000),
        judged(drag, 16, " ms"),
        { name: "size of the file", times: null, verdict: atMost(size / 1e6, 2, " MB") },
      ],
      facts: { frames: FRAMES },
      notes: [],
    }];
    if (quick) return found;
    using long = await reportFile(madeUpTrace({ replicas: 8, probes: 1e5 }));
    const [ready] = await timeInTurns([
      { name: "opened", measure: async () => (await opened(browser, long.url)).ready },
    ], { repeats });
    found.push({
      title: "report.html of 8 replicas × 100,000 probes in Chromium, ms",
      lines: [
        judged(ready, 3, " s", 1000),
        { name: "size of the file", times: null, verdict: atMost(long.bytes / 1e6, 20, " MB") },
      ],
      facts: {},
      notes: [],
    });
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sections of the live page. */
async function liveSections(repeats: number): Promise<Section[]> {
  const files = await pageFiles();
  const bytes = [...files.values()].reduce((sum, { content }) => sum + new Blob([content]).size, 0);
  await using server = serveSite({ files, feed: null }, 0);
  const own = `${server.url}#${writeFragment({ runs: [SETTINGS], speed: null })}`;
  const [step, stair] = await timeInTurns([
    { name: "first step seen", measure: () => untilSeen(server.url, /^step/, false) },
    { name: "first stair seen", measure: () => untilSeen(server.url, /^step/, true) },
  ], { repeats, warmUp: false });
  const [page, outside] = await timeInTurns([
    { name: "in Chromium", measure: () => trainedInPage(own) },
    { name: "in Deno", measure: trainedOutside },
  ], { repeats, warmUp: false });
  return [{
    title: "the live page in Chromium on SwiftShader, from opening, ms",
    lines: [
      judged(step, null, " s", 1000),
      judged(stair, 10, " s", 1000),
      { name: "size of its files", times: null, verdict: atMost(bytes / 1e6, 1.5, " MB") },
    ],
    facts: {},
    notes: [],
  }, {
    title: `${SETTINGS.steps} steps of ${SETTINGS.layers} on SwiftShader: training, ms`,
    lines: [
      { name: page.name, times: page, verdict: atMost(ratio(page, outside), 1.5) },
      { name: outside.name, times: outside, verdict: null },
    ],
    facts: { settings: SETTINGS },
    notes: [],
  }];
}
