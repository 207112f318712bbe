import { bundlePage } from "../../src/live/bundle_page.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { servePage } from "../support/serve_page.ts";
import { eigenvaluesOf } from "../support/tracked.ts";
import type { TensorsOutcome } from "./tensors_work.ts";

const epsilons = [1e-2, 1e-4, 1e-6];

/** Asserts that ranks are those of the features that the program itself read, in float64. */
function assertRanks({ layers, failed, svg }: TensorsOutcome): void {
  assert.deepEqual(failed, []);
  assert.deepEqual(layers.map(({ step }) => step), [0, 4, 8, 12, 16, 20].flatMap((step) => [step, step]));
  for (const { step, loss, rows, columns, data, ranks } of layers) {
    assert(loss > 0 && loss < 100, `loss ${loss} at step ${step}`);
    const values = eigenvaluesOf({ rows, columns, data: Float32Array.from(data) });
    assert.deepEqual(
      ranks,
      epsilons.map((epsilon) => values.filter((value) => value > epsilon).length).map((rank) => [rank, rank]),
      `step ${step}`,
    );
  }
  assert(layers[layers.length - 1].loss < layers[0].loss);
  assert.match(svg, /first · 9 neurons.*second · 7 neurons/s);
}

// Both keep their devices open.
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "TensorFlow.js, tracked on its own device: ranks are those of its tensors",
  ...options,
  fn: async () => assertRanks(await (await import("./tensors_work.ts")).trackTensorFlow()),
});

Deno.test({
  name: "jax-js, tracked on its own device: ranks are those of its arrays",
  ...options,
  fn: async () => assertRanks(await (await import("./tensors_work.ts")).trackJax()),
});

Deno.test({
  name: "TensorFlow.js in Chromium, tracked on its own device: ranks are those of its tensors",
  ignore: !hasChromium,
  async fn() {
    const page = new URL("./tensors_page.ts", import.meta.url);
    await using server = servePage(await bundlePage(page));
    await using browser = await Chromium.launch(true);
    await using open = await browser.open(server.url);
    await open.page.waitForFunction("globalThis.outcome", null, { timeout: 120_000 });
    const outcome = await open.page.evaluate("outcome") as TensorsOutcome;
    open.assertQuiet();
    assertRanks(outcome);
  },
});
