import { bundlePage } from "../../src/live/bundle_page.ts";
import { U } from "../../src/linalg/rounding.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { servePage } from "../support/serve_page.ts";
import { type DoorsOutcome, useDoors } from "./doors_work.ts";

const ENTRY = new URL("./doors_page.ts", import.meta.url);

Deno.test("the doors of browsers: a bundle imports nothing, and asks for Deno only to read digits", async () => {
  const script = await bundlePage(ENTRY, { minify: false });
  assert.doesNotMatch(script, /^import\b|\bimport\s*\(\s*["']|\brequire\(|linkedom/m);
  // Each module begins with a comment that names it.
  let module = "";
  const users = script.split("\n").flatMap((line) => {
    module = /^\/\/ (\S+\.[jt]s)$/.exec(line)?.[1] ?? module;
    return /\bDeno\.(?!build\b)/.test(line.replace(/^ *(\/\/|\*).*/, ""))
      ? [module.replace(/.*src\//, "")]
      : [];
  });
  assert.deepEqual(new Set(users), new Set(["tasks/digits/idx.ts", "tasks/digits/digit_images.ts"]));
});

Deno.test({
  name: "the doors of browsers: Chromium on SwiftShader trains and ranks as Deno does, within rounding",
  ignore: !hasChromium,
  async fn() {
    await using server = servePage(await bundlePage(ENTRY));
    await using browser = await Chromium.launch(true);
    await using open = await browser.open(server.url);
    const { page } = open;
    await page.waitForFunction("globalThis.outcome", null, { timeout: 120_000 });
    const there = await page.evaluate("outcome") as DoorsOutcome, here = await useDoors();
    open.assertQuiet();

    assert.deepEqual([there.implementation, there.adapterName], ["browser", "google swiftshader"]);
    assert.equal(there.software, true);
    // A loss is a sum over 63 samples of networks of 11 and 7 neurons. Implementations differ in
    // the order of such sums, in fused products and in divisions: fewer than 128 roundings each
    // time, in the losses and in the gradients of all steps before.
    for (let step = 0; step < 50; step++) {
      const a = there.losses[step], b = here.losses[step];
      assert.ok(Math.abs(a - b) <= 128 * U * (step + 1) * b, `step ${step}: ${a} in Chromium, ${b} in Deno`);
    }
    assert.ok(here.losses[49] < here.losses[0]);
    // Certificates hold for the features of each: two ranks agree where both are certain of one
    // spectrum, and the spectra are the same within rounding.
    assert.deepEqual(there.featureRanks, here.featureRanks);
    const isCertain = ({ low, high }: { low: number; high: number }) => low === high;
    const pairs = there.ranks.flat().map((rank, i) => [rank, here.ranks.flat()[i]] as const);
    const certain = pairs.filter((pair) => pair.every(isCertain));
    for (const [a, b] of certain) assert.deepEqual(a, b);
    // In single precision a spectrum far from the one before is not always solved to the end.
    assert.ok(certain.length >= pairs.length - 1 && pairs.length === here.ranks.flat().length);
    for (const [i, value] of there.singularValues.entries()) {
      assert.ok(Math.abs(value - here.singularValues[i]) <= 128 * U * here.singularValues[0]);
    }
    assert.match(there.svg, /^<svg .*<\/svg>$/s);
    assert.equal(there.svg.includes("ε = 10⁻³"), true);
  },
});
