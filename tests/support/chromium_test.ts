import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "./chromium.ts";

/** A page as a file of its own. */
function pageFile(html: string): { readonly url: string } & Disposable {
  const path = Deno.makeTempFileSync({ suffix: ".html" });
  Deno.writeTextFileSync(path, html);
  return { url: `file://${path}`, [Symbol.dispose]: () => Deno.removeSync(path) };
}

Deno.test({
  name: "chromium: a page's errors, its faults of accessibility, its size and colours",
  ignore: !hasChromium,
  async fn() {
    using file = pageFile(
      `<html lang="en"><title>t</title><img src="data:,"><script>console.error("oh"); throw Error("no")</script>`,
    );
    await using browser = await Chromium.launch();
    await using open = await browser.open(file.url, { width: 390, height: 500, isDark: true });
    assert.deepEqual(open.complaints, ["oh", "Error: no"]);
    assert.match((await open.findFaults()).map(({ rule }) => rule).join(), /image-alt/);
    // An expression, since Deno's types know no windows.
    const shown = await open.page.evaluate(
      '[innerWidth, matchMedia("(prefers-color-scheme: dark)").matches]',
    );
    const adapter = await open.page.evaluate(async () => await navigator.gpu?.requestAdapter() ?? null);
    assert.deepEqual([shown, adapter], [[390, true], null]);
  },
});

Deno.test({
  name: "chromium: pages have WebGPU where they are to",
  ignore: !hasChromium,
  async fn() {
    using file = pageFile("<title>t</title>");
    await using browser = await Chromium.launch(true);
    await using open = await browser.open(file.url);
    const architecture = await open.page.evaluate(async () =>
      (await navigator.gpu.requestAdapter())?.info.architecture
    );
    assert.equal(architecture, "swiftshader");
    open.assertQuiet();
  },
});
