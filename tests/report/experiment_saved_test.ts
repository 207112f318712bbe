import { lineStyle } from "../../src/plot/core/palette.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { accuracies, cells, madeUp, opened, pixels, saved } from "../support/experiment_pages.ts";

Deno.test({
  name:
    "report of an experiment: a figure is saved as it is shown; bars tell their values; replicas have names",
  ignore: !hasChromium,
  async fn() {
    const report = madeUp(), [{ svg: text }] = report.figures, { color } = lineStyle(0);
    await using browser = await Chromium.launch();
    await using open = await opened(browser, report);
    const { page } = open, decoder = new TextDecoder();
    // Whole, the figure is that of the file; in part, it is what is on screen.
    assert.equal(decoder.decode(await saved(page, "Save what is on screen as SVG: made_up.svg")), text);
    const height = Number(/ height="(\d+)"/.exec(text)![1]);
    const [wide, high, blue] = await pixels(
      browser,
      await saved(page, "Save what is on screen as PNG: made_up.svg"),
      color,
    );
    assert.deepEqual([wide, high], [1800, 2 * height]);
    assert(blue > 500, `${blue} pixels of the first curve`);
    await page.getByRole("button", { name: "Show first" }).press("Enter");
    await page.getByRole("button", { name: "Larger: made_up.svg" }).click();
    const part = decoder.decode(await saved(page, "Save what is on screen as SVG: made_up.svg"));
    assert.match(part, / viewBox="\d+(\.\d+)? \d+(\.\d+)? 600 /);
    assert.doesNotMatch(part, /class="crosshair|class="[^"]*muted/);
    assert(text.includes(`class="value" `) && part.split(`class="value"`).length === 1 + accuracies.length);
    const hidden = await pixels(
      browser,
      await saved(page, "Save what is on screen as PNG: made_up.svg"),
      color,
    );
    assert.deepEqual(hidden, [1800, 2 * height, 0]);
    // A bar by the pointer, and by keys after the dots; a method that is hidden has none.
    const bars = page.locator(".figure").nth(1), reading = bars.locator(".reading");
    await bars.locator("rect.share").first().hover();
    const told = ["n = 8 · eigh, single", "share of the peak: 25 %", "dispatches: 1,234"];
    assert.deepEqual(await reading.locator("div").allTextContents(), told);
    const other = ["n = 8 · eigh, double", "share of the peak: 0.4 %", "dispatches: 7"];
    await page.keyboard.press("Escape");
    await bars.locator("svg").first().focus();
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await reading.locator("div").allTextContents(), other);
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await reading.locator("div").allTextContents(), told);
    await page.keyboard.press("ArrowRight");
    // A cross is one mark, at its middle.
    await page.keyboard.press("ArrowRight");
    assert.match((await reading.textContent())!, /matrices a batch: 1time a matrix, ms: 8/);
    // Replicas have their own numbers, and those without a value are in the table.
    const verdict = page.locator(".verdict").first();
    await verdict.getByText("5 values").click();
    assert.deepEqual(await verdict.locator("tbody tr").allTextContents(), [
      "00.125",
      "10.25",
      "2none",
      "30.5",
      "4none",
      "50.25",
      "60.375",
    ]);
    assert.match((await verdict.locator("p").first().textContent())!, /; replicas 2, 4 have none$/);
    open.assertQuiet();
  },
});

Deno.test({
  name: "report of an experiment: on paper a table has 200 rows, its headings, and how many are left",
  ignore: !hasChromium,
  async fn() {
    await using browser = await Chromium.launch();
    await using open = await opened(browser, madeUp({ rows: 321 }));
    const { page } = open, rows = page.locator(".data tbody tr");
    await page.getByRole("button", { name: "Next page" }).click();
    assert.equal(await rows.count(), 50);
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => void globalThis.dispatchEvent(new Event("beforeprint")));
    assert.equal(await rows.count(), 200);
    assert.equal((await cells(page, 1))[0], "0");
    assert(await page.getByText("made_up.csv: rows 1–200 of 321; 121 more are in the file").isVisible());
    assert(await page.getByRole("columnheader", { name: "value" }).getByRole("button").isVisible());
    assert(!await page.getByRole("button", { name: "Next page" }).isVisible());
    await page.evaluate(() => void globalThis.dispatchEvent(new Event("afterprint")));
    await page.emulateMedia({ media: "screen" });
    assert.equal(await rows.count(), 50);
    await page.getByText(/^rows 51–100 of 321/).waitFor();
    // A printer asks for the same by itself.
    const pdf = await page.pdf();
    assert(pdf.length > 1000);
    assert.equal(await rows.count(), 50);
    open.assertQuiet();
  },
});
