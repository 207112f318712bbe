/**
 * The page of an experiment with known values.
 *
 * @module
 */
import type { ExperimentReport } from "../../src/cockpit/data/experiment_file.ts";
import { methodCostsFigure } from "../../src/experiments/kernel_study/figures/method_costs.ts";
import { sgdRankFigure } from "../../src/experiments/sgd_rank/figure.ts";
import { table } from "../../src/io/table.ts";
import { experimentPage } from "../../src/report/report_page.ts";
import { pageTables } from "../../src/report/experiment_tables.ts";
import { uniform } from "../../src/stats/random.ts";
import type { Chromium, OpenPage } from "./chromium.ts";

/** A text that would run a script if it were taken for markup. */
export const hostile = "</script><script>globalThis.hit=1</script><img src=x onerror=hit=1>&\u0001";

/** Values of the first curve: of the first replica, and of the second. */
export const accuracies = [90, 60, 30], spread = [92, 66, 30];

/** An experiment with known values: one curve over three batch sizes, five values of a claim. */
export function madeUp({ rows = 120, name = "made up" } = {}): ExperimentReport {
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
  const claim = {
    statistic: "mean",
    isPValue: false,
    pValue: null,
    nullHypothesis: null,
    holds: true,
    without: [],
  } as const;
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
        pValue: 0.0021,
        nullHypothesis: "a mean of 0 or less",
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
        isPValue: true,
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
export async function opened(browser: Chromium, report: ExperimentReport, options = {}): Promise<OpenPage> {
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
export async function saved(page: OpenPage["page"], button: string): Promise<Uint8Array<ArrayBuffer>> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return await Deno.readFile(await file.path());
}

/** Width and height of a picture, and how many of its pixels have a colour exactly. */
export async function pixels(
  browser: Chromium,
  png: Uint8Array<ArrayBuffer>,
  color: string,
): Promise<number[]> {
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
export const cells = (page: OpenPage["page"], column: number) =>
  page.locator(`.data tbody td:nth-child(${column})`).allTextContents();
