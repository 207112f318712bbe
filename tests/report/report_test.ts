import { rankInterval } from "../../src/rank/certificates/rank_interval.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium, type OpenPage } from "../support/chromium.ts";
import { madeUpNetworks, madeUpTrace, reportFile, type RunShape } from "../support/report_case.ts";

/** Opens a page and waits until it shows the run. */
async function opened(browser: Chromium, url: string, options = {}): Promise<OpenPage> {
  const open = await browser.open(url, options);
  await open.page.locator(".controls").waitFor();
  return open;
}

/** Cells of a table by its caption, row by row. */
const cells = (page: OpenPage["page"], caption: string) =>
  page.locator("table", { has: page.locator("caption", { hasText: caption }) }).locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...(row as unknown as { cells: { textContent: string }[] }).cells]
          .map(({ textContent }) => textContent)
      )
    );

Deno.test({
  name: "report: ε moved gives the ranks of the spectrum at the cursor, by the keyboard alone",
  ignore: !hasChromium,
  async fn() {
    const trace = madeUpTrace();
    using file = await reportFile(trace);
    await using browser = await Chromium.launch();
    await using open = await opened(browser, file.url);
    const { page } = open;
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.id"), "epsilon");
    const spectra = trace.probes.filter(({ kind }) => kind === "spectrum");
    for (const keys of [["PageUp"], ["ArrowRight", "ArrowRight"], ["PageDown", "PageDown", "PageDown"]]) {
      for (const key of keys) await page.keyboard.press(key);
      const epsilon = Number(await page.locator(".controls input[type=text]").inputValue());
      const shown = await cells(page, "Ranks at");
      for (const [l, layer] of spectra.at(-1)!.layers.entries()) {
        assert(layer.kind === "spectrum");
        const { rank, low, high } = rankInterval(layer.eigenvalues, layer.bounds, epsilon);
        assert.equal(shown[l][1], low === high ? `${rank}, certain` : `${rank} in [${low}, ${high}]`);
      }
    }
    // A threshold of the run has the ranks of all probes; the cursor moves through them.
    await page.getByRole("button", { name: "10⁻⁶" }).click();
    await page.locator("#cursor").focus();
    await page.keyboard.press("Home");
    for (let p = 0; p < 5; p++) await page.keyboard.press("ArrowRight");
    assert.equal((await cells(page, "At the time cursor"))[0][1], "50");
    const { rank, low, high } = trace.probes[5].layers[0].ranks[1];
    assert.equal(
      (await cells(page, "Ranks at"))[0][1],
      low === high ? `${rank}, certain` : `${rank} in [${low}, ${high}]`,
    );
    await page.waitForURL(/cursor=50/);
    open.assertQuiet();
    // The address brings it all back.
    await using again = await opened(browser, page.url());
    assert.deepEqual(await cells(again.page, "Ranks at"), await cells(page, "Ranks at"));
  },
});

Deno.test({
  name: "report: layers of another program have their own names",
  ignore: !hasChromium,
  async fn() {
    const layers = [{ name: "conv<b>1", width: 90 }, { name: "head", width: 7 }];
    using file = await reportFile(madeUpTrace(), { layers });
    await using browser = await Chromium.launch();
    await using open = await opened(browser, file.url);
    const { page } = open;
    const headings = await page.locator("figure.panel text[font-weight=bold]").allTextContents();
    for (const { name, width } of layers) {
      assert.ok(headings.includes(`ε-rank of ${name} · ${width} neurons`), headings.join());
      assert.equal(await page.getByLabel(name, { exact: true }).count(), 1);
    }
    assert.deepEqual((await cells(page, "Ranks at")).map(([layer]) => layer), layers.map(({ name }) => name));
    open.assertQuiet();
  },
});

Deno.test({
  name: "report: toggles, axes and a second run; files of what is on screen; no serious fault",
  ignore: !hasChromium,
  async fn() {
    const hostile = "</script><script>globalThis.hit=1</script><img src=x onerror=hit=1>&\u0001\ud800";
    using file = await reportFile(madeUpTrace({ replicas: 3 }), {
      title: hostile,
      replicaNames: [hostile, "", ""],
    });
    using other = await reportFile(madeUpTrace({ probes: 25 }), { title: "another" });
    await using browser = await Chromium.launch();
    await using open = await opened(browser, file.url);
    const { page } = open, panels = () => page.locator("figure.panel").count();
    assert.equal(await page.locator("h1").textContent(), hostile.replace("\u0001", "\ufffd").toWellFormed());
    assert.equal(await panels(), 5);
    await page.getByLabel("layer 1", { exact: true }).uncheck();
    assert.equal(await panels(), 4);
    const bands = () => page.locator(".rank-band, .loss-band").count();
    assert(await bands() > 0);
    await page.getByLabel("band of all").uncheck();
    assert.equal(await bands(), 0);
    await page.getByLabel("replica", { exact: true }).selectOption("2");
    await page.getByLabel("loss axis").selectOption("linear");
    await page.getByLabel("step axis").selectOption("log");
    await page.getByLabel("kind of ε").selectOption("relative");
    await page.locator("#compare").setInputFiles(other.path);
    await page.getByText("Dashed: another").waitFor();
    assert((await cells(page, "At the time cursor")).some(([name]) => name === "loss of the other run"));
    for (
      const [name, start] of [["svg", /^<svg /], ["png", /^.PNG/], [
        "csv",
        /^replica,step,loss,layer,/,
      ]] as const
    ) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: name.toUpperCase() }).click(),
      ]);
      const bytes = await Deno.readFile(await download.path());
      assert.match(new TextDecoder("latin1").decode(bytes), start, name);
      assert(bytes.length > 1000, name);
    }
    const none = await Deno.makeTempFile({ suffix: ".html" });
    await page.locator("#compare").setInputFiles(none);
    await page.getByText("cannot be compared: it is no report.html of a run").waitFor();
    await Deno.remove(none);
    assert.equal(await page.evaluate("globalThis.hit"), undefined);
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await open.findFaults(), [], scheme);
    }
    open.assertQuiet();
  },
});

const unusual: Readonly<Record<string, RunShape & { readonly inputs?: number }>> = {
  "networks of one input": { inputs: 1 },
  "networks of two inputs, three replicas": { inputs: 2, replicas: 3, widths: [5] },
  "networks with NaN": { inputs: 1, isWild: true },
  "one probe, one neuron": { probes: 1, widths: [1] },
  "64 replicas, NaN": { replicas: 64, probes: 9, isWild: true },
  "no spectra but the first, eight layers": { widths: [3, 2, 3, 2, 3, 2, 3, 2], every: 1000 },
  "one threshold, wide": { widths: [300], epsilons: [1e-3], probes: 12 },
  "no probes": { probes: 0 },
};

Deno.test({
  name: "report: any run is shown without a complaint, on any width",
  ignore: !hasChromium,
  async fn() {
    await using browser = await Chromium.launch();
    for (const [name, shape] of Object.entries(unusual)) {
      const snapshots = shape.inputs ? madeUpNetworks(shape, shape.inputs) : [];
      using file = await reportFile(madeUpTrace(shape), {}, snapshots);
      await using open = await opened(browser, `${file.url}#threshold=relative&epsilon=0.013`, {
        width: 390,
      });
      for (const width of [390, 768, 1440]) {
        await open.page.setViewportSize({ width, height: 800 });
        const [wide, text] = await open.page.evaluate(
          "[document.documentElement.scrollWidth, document.body.outerHTML]",
        ) as [number, string];
        assert(wide <= width, `${name}: ${wide} pixels at ${width}`);
        assert.deepEqual(text.match(/ \S+="[^"]*(NaN|undefined|Infinity)[^"]*"/g), null, name);
      }
      assert.deepEqual(open.complaints, [], name);
      const drawn = await open.page.locator("[data-panel=output]").count();
      assert.equal(drawn > 0, shape.inputs !== undefined, name);
      if (name.startsWith("networks of two inputs")) {
        // The output, five features, five eigenfunctions; they are in the files as well.
        assert.equal(await open.page.locator("image.plane").count(), 11);
        const [download] = await Promise.all([
          open.page.waitForEvent("download"),
          open.page.getByRole("button", { name: "SVG" }).click(),
        ]);
        const svg = await Deno.readTextFile(await download.path());
        assert.equal(svg.match(/<image [^>]*href="data:image\/png;base64,/g)?.length, 11);
      }
      // The floor at an ε that the run did not have is computed from its networks.
      if (name !== "networks of one input") continue;
      await open.page.locator("tr", { hasText: "its floor at ε" }).filter({ hasNotText: "–" }).waitFor();
    }
  },
});
