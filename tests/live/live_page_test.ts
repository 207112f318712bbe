/// <reference lib="dom" />
import { commandLine } from "../../src/cockpit/live/command.ts";
import { writeFragment } from "../../src/cockpit/live/page_settings.ts";
import { readSettings } from "../../src/cockpit/live/settings.ts";
import { U } from "../../src/linalg/rounding.ts";
import { pageFiles } from "../../src/live/page_files.ts";
import { serveSite } from "../../src/live/server.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium, type OpenPage } from "../support/chromium.ts";
import { openGpu } from "../support/gpu.ts";
import { small, waitFor } from "../support/live_case.ts";

const gpu = await openGpu();
const report = new TextEncoder().encode("<title>report</title>");

/** Most bytes of the page, without a report. */
const MOST_BYTES = 1.5e6;

/** Text of a file that a button of a run gives. */
async function downloaded({ page }: OpenPage, run: string, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("region", { name: run }).getByRole("button", { name: button }).click(),
  ]);
  return await Deno.readTextFile(await download.path());
}

Deno.test("live page: it fits, and imports nothing", async () => {
  const files = await pageFiles();
  assert.deepEqual([...files.keys()], ["index.html", "live.css", "live.js"]);
  const bytes = [...files.values()].reduce((sum, { content }) => sum + new Blob([content]).size, 0);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes`);
  assert.doesNotMatch(String(files.get("live.js")!.content), /linkedom|\bimport\s*["'{]|from\s*["']node:/);
});

Deno.test({
  name:
    "live page: two runs train in Chromium as in Deno, and can be paused, stepped, changed and taken away",
  ignore: !hasChromium,
  async fn() {
    await using server = serveSite({ files: await pageFiles(), feed: null }, 0);
    await using browser = await Chromium.launch(true);
    const runs = [small, { ...small, init: "structured" }];
    await using open = await browser.open(`${server.url}#${writeFragment({ runs, speed: null })}`);
    const { page } = open;
    await waitFor(open, ".progress", /done/, 2);
    for (const [i, name] of ["Run A", "Run B"].entries()) {
      const rows = (await downloaded(open, name, "Trace as CSV")).trimEnd().split("\n").map((line) =>
        line.split(",")
      );
      using training = await Training.create(gpu, await readSettings(runs[i]));
      const { probes } = await training.finish();
      const cell = (row: readonly string[], column: string) => Number(row[rows[0].indexOf(column)]);
      const found = rows.slice(1);
      assert.equal(found.length, 7 * 2 * 2);
      for (const { step, loss, layers } of probes) {
        for (const { layer, ranks } of layers) {
          for (const { epsilon, rank, low, high } of ranks) {
            const row = found.find((row) =>
              cell(row, "step") === step && cell(row, "layer") === layer && cell(row, "epsilon") === epsilon
            )!;
            // See tests/browser/doors_test.ts: fewer than 128 roundings in each step.
            assert.ok(
              Math.abs(cell(row, "loss") - loss) <= 128 * U * (step + 1) * loss,
              `step ${step}: ${row}`,
            );
            if (low === high) assert.equal(cell(row, "rank"), rank, `${name}, step ${step}: ${row}`);
          }
        }
      }
      const svg = await downloaded(open, name, "Figure as SVG");
      assert.match(svg, /^<svg .*ε = 10⁻⁴.*<\/svg>$/s);
      const line = await page.getByRole("region", { name }).locator("pre").textContent();
      assert.equal(line, commandLine(runs[i]));
    }
    // Parts open in both runs; a pointer reads both at its step, until it leaves or is pressed.
    await page.locator(".part-numbers > summary").first().click();
    await page.locator(".part-spectrum > summary").last().click();
    const table = (name: string) => page.getByRole("region", { name }).locator(".readout tbody tr").first();
    await page.locator("[data-panel=spectrum] circle").first().waitFor();
    assert.equal(await page.locator("[data-panel=spectrum], [data-panel=eigenfunctions]").count(), 4);
    await page.evaluate(() => scrollTo(0, 0));
    const place = (await page.locator("[data-panel=loss] .clip").first().boundingBox())!;
    const middle = [place.x + place.width / 2, place.y + 40] as const;
    await page.mouse.move(...middle);
    await waitFor(open, ".progress", / · at step 30 · loss /, 2);
    assert.deepEqual(await Promise.all(["Run A", "Run B"].map((name) => table(name).innerText())), [
      "step\t30",
      "step\t30",
    ]);
    await page.mouse.move(2, 2);
    await waitFor(open, ".progress", /^step 60 of 60 · loss /, 2);
    await page.mouse.move(...middle);
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.move(2, 2);
    await waitFor(open, ".progress", / · at step 30 · loss /, 2);
    // Axes are the same: what is highest in either.
    for (const panel of ["loss", "rank-1", "rank-2", "waterfall"]) {
      const labels = await page.locator(`[data-panel=${panel}]`).evaluateAll((figures) =>
        figures.map((figure) =>
          [...figure.querySelectorAll(".back text")].map((text) => text.textContent).slice(0, -1)
        )
      );
      assert.equal(labels.length, 2);
      assert.deepEqual(labels[0], labels[1], panel);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await open.findFaults(), [], colorScheme);
    }

    // By keyboard: the speed is lowered, the run begins again, pauses, and goes one probe further.
    await page.getByLabel("speed").focus();
    await page.keyboard.press("End");
    const control = (name: string) => page.getByRole("button", { name, exact: true });
    await control("Reset").press("Enter");
    await waitFor(open, ".progress", /^step [1-9]\d? of 60(?!.*done)/);
    await control("Pause").press("Space");
    const at = async () =>
      Number(/^step (\d+)/.exec(await page.locator(".progress").first().textContent() ?? "")?.[1]);
    const before = await at();
    await control("Step").press("Enter");
    await waitFor(open, ".progress", new RegExp(`^step ${(Math.floor(before / 10) + 1) * 10} of`));
    assert.equal(await control("Train").count(), 1);
    await page.waitForURL(/&speed=10&view\.open=spectrum\.numbers$/);

    // A setting is typed in: the address follows, the focus stays in the form.
    const widths = page.getByLabel("hidden widths").first();
    await widths.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("5,0");
    await page.keyboard.press("Tab");
    await waitFor(open, ".message", /hidden widths/);
    await page.waitForURL(/layers=5%2C0/);
    assert.equal(await page.evaluate("document.activeElement.id"), "a-activation");
    await page.goto(`${server.url}#${writeFragment({ runs: [{ ...small, layers: "5" }], speed: null })}`);
    await control("Train").click();
    await waitFor(open, ".progress", /^step 60 of 60 .* done/);
    await waitFor(open, ".transport button", /^Train$/);
    assert.equal(await page.locator("section.run:visible").count(), 1);

    // Points drawn by hand are the next task.
    await page.getByText("Draw points by hand").first().click();
    const pad = (await page.locator(".pad svg").first().boundingBox())!;
    await page.mouse.move(pad.x + 60, pad.y + 60);
    await page.mouse.down();
    for (let i = 1; i <= 8; i++) await page.mouse.move(pad.x + 60 + 20 * i, pad.y + 60 + 4 * i);
    await page.mouse.up();
    await page.getByRole("button", { name: "Train on them" }).first().click();
    assert.match(await page.locator("#a-task").inputValue(), /^points (-?[\d.]+ -?[\d.]+(, |$)){9}/);
    await waitFor(open, ".progress", /^step 60 of 60 .* done/);
    open.assertQuiet();
  },
});

Deno.test({
  name: "live page: without WebGPU it says so, and leads to a run that was recorded",
  ignore: !hasChromium,
  async fn() {
    await using server = serveSite({ files: await pageFiles({ report }), feed: null }, 0);
    await using browser = await Chromium.launch();
    await using open = await browser.open(server.url, { width: 390, isDark: true });
    await waitFor(open, "[role=alert]", /No network can train here: .*WebGPU/);
    assert.deepEqual(await open.findFaults(), []);
    await open.page.getByRole("link", { name: "A run that was recorded" }).click();
    assert.equal(await open.page.title(), "report");
  },
});
