import type { ExperimentReport } from "../../src/cockpit/data/experiment_file.ts";
import { methodCostsFigure } from "../../src/experiments/kernel_study/figures/method_costs.ts";
import { sgdRankFigure } from "../../src/experiments/sgd_rank/figure.ts";
import { table } from "../../src/io/table.ts";
import { experimentPage } from "../../src/report/report_page.ts";
import { lineStyle } from "../../src/plot/core/palette.ts";
import { pageTables } from "../../src/report/experiment_tables.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium, type OpenPage } from "../support/chromium.ts";

const hostile = "</script><script>globalThis.hit=1</script><img src=x onerror=hit=1>&\u0001";
const accuracies = [90, 60, 30], spread = [92, 66, 30];

/** An experiment with known values: one curve over three batch sizes, five values of a claim. */
function madeUp({ rows = 120, name = "made up" } = {}): ExperimentReport {
  const random = uniform(3), values = Array.from({ length: rows }, (_, i) => ({ i, value: random() - 0.5 }));
  const made = table(values, {
    index: { help: "from 0", value: ({ i }) => i },
    value: { help: "of chance", value: ({ i, value }) => i === 4 ? NaN : value },
    text: { help: hostile, value: ({ i }) => i % 2 === 0 ? hostile : "odd" },
  });
  const svg = sgdRankFigure({
    title: name,
    subtitle: "",
    knobs: [{ name: "batch size", values: [8, 32, 64] }],
    curves: ["first", "second"],
    rows: [{
      label: "accuracy",
      name: "per cent",
      series: [[[accuracies, spread], [accuracies.map((value) => value / 2)]]],
    }],
    replicas: 2,
  });
  const bars = methodCostsFigure({
    title: name,
    subtitle: "",
    panels: [{
      label: "n = 8",
      series: [
        {
          method: { name: "eigh", precision: "single" },
          points: [1, 16].map((batch) => ({ batch, milliseconds: 8 / batch, certain: null })),
          peakShare: 0.25,
          dispatches: 1234,
        },
        {
          method: { name: "eigh", precision: "double" },
          points: [{ batch: 16, milliseconds: 2, certain: 0.5 }],
          peakShare: 0.004,
          dispatches: 7,
        },
      ],
    }],
  });
  const claim = { statistic: "mean", pValue: null, holds: true, without: [] } as const;
  return {
    facts: {
      title: name,
      subtitle: name,
      command: "deno task sgd-rank --steps 5",
      sections: [{ title: "Configuration", rows: [["seed", "0"]] }],
    },
    verdicts: [
      {
        ...claim,
        claim: `more is more ${name}`,
        value: 0.3,
        interval: [0.1, 0.5],
        values: [0.125, 0.25, 0.5, 0.25, 0.375],
        replicas: [0, 1, 3, 5, 6],
        without: [2, 4],
        demand: { above: 0 },
      },
      {
        ...claim,
        claim: "one",
        value: 1,
        interval: [NaN, NaN],
        values: [1],
        replicas: [0],
        demand: { equals: 1 },
      },
      {
        ...claim,
        claim: "none",
        value: NaN,
        interval: [NaN, NaN],
        values: [],
        replicas: [],
        without: [0, 1],
        demand: { below: 0 },
        holds: false,
      },
      {
        ...claim,
        claim: "small p",
        value: 1e-9,
        interval: [1e-5, 0.3],
        pValue: 1e-9,
        values: [1e-5, 0.3],
        replicas: [0, 1],
        demand: { below: 0.05 },
      },
      {
        ...claim,
        claim: "wild",
        value: NaN,
        interval: [NaN, NaN],
        values: [NaN, Infinity, 2],
        replicas: [0, 1, 2],
        demand: { above: 1 },
        holds: false,
      },
    ],
    figures: [{ file: "made_up.svg", svg }, { file: "bars.svg", svg: bars }],
    tables: pageTables([{ file: "made_up.csv", help: made.columns, pieces: () => made.pieces() }]),
  };
}

/** Opens the page of an experiment. */
async function opened(browser: Chromium, report: ExperimentReport, options = {}): Promise<OpenPage> {
  const path = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(path, (await experimentPage(report)).join(""));
    const open = await browser.open(`file://${path}`, options);
    await open.page.locator(".facts").waitFor();
    return open;
  } finally {
    await Deno.remove(path);
  }
}

/** What a button saves. */
async function saved(page: OpenPage["page"], button: string): Promise<Uint8Array<ArrayBuffer>> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return await Deno.readFile(await file.path());
}

/** Width and height of a picture, and how many of its pixels have a colour exactly. */
async function pixels(browser: Chromium, png: Uint8Array<ArrayBuffer>, color: string): Promise<number[]> {
  await using open = await browser.open("about:blank");
  return await open.page.evaluate(async ([text, color]) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d") as unknown as {
      drawImage(image: ImageBitmap, x: number, y: number): void;
      getImageData(...box: number[]): { readonly data: Uint8ClampedArray };
    };
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const wanted = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (wanted.every((value, c) => data[i + c] === value)) count++;
    return [width, height, count];
  }, [png.toBase64(), color] as const);
}

/** Cells of a column of the table that is shown. */
const cells = (page: OpenPage["page"], column: number) =>
  page.locator(`.data tbody td:nth-child(${column})`).allTextContents();

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
