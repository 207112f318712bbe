import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { accuracies, cells, hostile, madeUp, opened, spread } from "../support/experiment_pages.ts";

Deno.test({
  name:
    "report of an experiment: tables sort and filter; dots and the cross-hair tell the values of the data",
  ignore: !hasChromium,
  async fn() {
    const report = madeUp();
    await using browser = await Chromium.launch();
    await using open = await opened(browser, report);
    const { page } = open;
    // Tables: up, down, as in the file; rows without a number last; the rest by pages.
    const values = report.tables[0].csv.trimEnd().split("\n").slice(1).map((line) =>
      Number(line.split(",")[1])
    );
    const known = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const heading = page.getByRole("columnheader", { name: "value" });
    const shown = async () => (await cells(page, 2)).map(Number);
    await heading.getByRole("button").click();
    assert.equal(await heading.getAttribute("aria-sort"), "ascending");
    assert.deepEqual(await shown(), known.slice(0, 50).map((value) => Number(value.toPrecision(6))));
    await page.getByRole("button", { name: "Last page" }).click();
    assert.equal((await shown()).at(-1), NaN);
    await heading.getByRole("button").press("Enter");
    assert.equal(await heading.getAttribute("aria-sort"), "descending");
    assert.equal((await shown())[0], Number(known.at(-1)!.toPrecision(6)));
    await page.getByLabel("filter").fill("ODD index=7");
    assert.deepEqual(await cells(page, 1), ["7"]);
    await page.getByText("rows 1–1 of 1, out of 120").waitFor();
    await page.waitForURL(/table1\.sort=-value/);
    // A dot of a claim, by the pointer and by keys.
    const strip = page.locator(".strip").first(), said = page.locator(".verdict output").first();
    await strip.locator("circle[data-index='2']").hover();
    assert.equal(await said.textContent(), "replica 3: 0.5");
    await page.mouse.move(0, 0);
    await strip.focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await said.textContent(), "replica 0: 0.125");
    assert.deepEqual(await page.locator(".badge").allTextContents(), [
      "holds",
      "holds",
      "cannot tell",
      "holds",
      "does not hold",
    ]);
    // Marks of the figure tell the values that it was drawn from.
    const reading = page.locator(".reading").first();
    const second = page.locator(".sheet circle.value").nth(1);
    await second.hover();
    assert.deepEqual(await reading.locator("div").allTextContents(), [
      "accuracy · first",
      "batch size: 32",
      `per cent: ${accuracies[1]}`,
      `band: ${accuracies[1]} to ${spread[1]}`,
    ]);
    const svg = page.locator(".sheet > svg").first();
    await svg.focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(
      await reading.textContent(),
      `accuracy · secondbatch size: 32per cent: ${accuracies[1] / 2}`,
    );
    // The legend hides, zoom magnifies, and the address keeps both.
    await page.getByRole("button", { name: "Show first" }).press("Enter");
    assert(!await second.isVisible());
    await page.getByRole("button", { name: "Larger: made_up.svg" }).click();
    const box = () => svg.getAttribute("viewBox");
    assert.match((await box())!, / 600 /);
    await page.waitForURL(/figure1\.hidden=0/);
    await svg.focus();
    await page.keyboard.press("0");
    assert.match((await box())!, /^0 0 900 /);
    open.assertQuiet();
  },
});

Deno.test({
  name:
    "report of an experiment: text is text, the address brings it back, narrow and dark are sound, 10⁵ rows",
  ignore: !hasChromium,
  async fn() {
    await using browser = await Chromium.launch();
    await using open = await opened(browser, madeUp({ rows: 100_000, name: hostile }), { width: 390 });
    const { page } = open;
    assert.equal(await page.evaluate("globalThis.hit"), undefined);
    await page.getByText(/This page holds one row in \d+, of 100,000; made_up.csv has all/).waitFor();
    await page.evaluate(
      "location.hash = 'table1.sort=-index&table1.page=2&figure1.view=2,100,50&figure1.hidden=1'",
    );
    await page.getByText(/rows 51–100 of/).waitFor();
    assert.match((await page.locator(".sheet > svg").first().getAttribute("viewBox"))!, /^100 50 450 /);
    await page.evaluate("location.hash = 'table1.sort=none&table1.page=x&figure1.view=9&figure1.hidden=7.y'");
    await page.getByText(/rows 1–50 of/).waitFor();
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await open.findFaults(), [], scheme);
    }
    for (const width of [390, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      const [wide, text] = await page.evaluate(
        "[document.documentElement.scrollWidth, document.body.outerHTML]",
      ) as [number, string];
      assert(wide <= width, `${wide} pixels at ${width}`);
      assert(
        !/="[^"<]*(NaN|undefined|Infinity)[^"<]*"/.test(text.replace(/title="[^"]*"/g, "")),
        "a wild attribute",
      );
    }
    open.assertQuiet();
  },
});
