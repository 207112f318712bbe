/// <reference lib="dom" />
import { writeFragment } from "../../src/cockpit/live/page_settings.ts";
import { readSettings } from "../../src/cockpit/live/settings.ts";
import { pageFiles } from "../../src/live/page_files.ts";
import { serveSite } from "../../src/live/server.ts";
import { rankInterval } from "../../src/rank/certificates/rank_interval.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium, type OpenPage } from "../support/chromium.ts";
import { openGpu } from "../support/gpu.ts";
import { small, waitFor } from "../support/live_case.ts";

const gpu = await openGpu();

/** Most elements that a Tab goes through from one that is wanted to the next. */
const MOST_TABS = 60;

/** A person without a mouse: presses keys, and never loses sight of the focus. */
class Walk {
  constructor(private readonly open: OpenPage) {}

  /** Presses keys; after each the focus is on something, and can be seen. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.open.page.keyboard.press(key);
      await this.assertSeen(key);
    }
  }

  /** Goes on to an element, by Tab alone. */
  async to(selector: string, key = "Tab"): Promise<void> {
    for (let i = 0; i < MOST_TABS; i++) {
      if (await this.isAt(selector)) return;
      await this.press(key);
    }
    assert.fail(`no ${selector} within ${MOST_TABS} tabs`);
  }

  async isAt(selector: string): Promise<boolean> {
    return await this.open.page.evaluate(
      (selector) => document.activeElement?.matches(selector) ?? false,
      selector,
    );
  }

  private async assertSeen(key: string): Promise<void> {
    const found = await this.open.page.evaluate(() => {
      const at = document.activeElement!, { outlineStyle, outlineWidth } = getComputedStyle(at);
      return {
        name: at.localName,
        isOutlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
        isShown: at.getClientRects().length > 0,
      };
    });
    assert.notEqual(found.name, "body", `the focus is lost after ${key}`);
    assert.ok(found.isOutlined && found.isShown, `the focus on ${found.name} is not seen after ${key}`);
  }
}

/** First cells of the table of ranks: a layer and its rank. */
async function shownRanks({ page }: OpenPage): Promise<string[][]> {
  return await page.locator("[aria-label='Ranks at the time cursor'] tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.children].slice(0, 2).map(({ textContent }) => textContent ?? ""))
  );
}

Deno.test({
  name: "live page: all of it by the keyboard alone; ranks at any ε are those of the spectrum at the cursor",
  ignore: !hasChromium,
  async fn() {
    using training = await Training.create(gpu, await readSettings(small));
    const { probes } = await training.finish();
    await using server = serveSite({ files: await pageFiles(), feed: null }, 0);
    await using browser = await Chromium.launch(true);
    await using open = await browser.open(`${server.url}#${writeFragment({ runs: [small], speed: 30 })}`);
    const { page } = open, walk = new Walk(open);
    await waitFor(open, ".progress", /^step [1-3]\d of 60/);

    // Pause, and one probe further.
    await walk.to("button.main");
    await walk.press("Space");
    await waitFor(open, "button.main", /^Train$/);
    await walk.press("Tab", "Enter");
    await waitFor(open, ".progress", /^step [2-6]0 of 60/);

    // The numbers of the run are opened once; from there on they follow.
    await walk.to(".part-numbers > summary");
    await walk.press("Enter");
    await page.locator("[aria-label='Ranks at the time cursor']").waitFor();
    let certain = 0;
    const compare = async (step: number) => {
      const epsilon = Number(await page.locator(".view input[type=text]").inputValue());
      const probe = probes.find((each) => each.step === step)!, shown = await shownRanks(open);
      assert.equal(shown.length, 2);
      for (const [l, layer] of probe.layers.entries()) {
        assert(layer.kind === "spectrum");
        const { rank, low, high } = rankInterval(layer.eigenvalues, layer.bounds, epsilon);
        const [, text] = shown[l], isCertain = text.endsWith(", certain");
        if (low !== high || !isCertain) continue;
        certain++;
        assert.equal(text, `${rank}, certain`, `step ${step}, ε = ${epsilon}, layer ${l + 1}`);
      }
    };
    const steps = async () =>
      Number(/^step (\d+)/.exec(await page.locator(".progress").first().innerText())![1]);
    await walk.to("#epsilon", "Shift+Tab");
    for (const keys of [["PageUp"], ["ArrowRight", "ArrowRight"], ["PageDown", "PageDown", "PageDown"]]) {
      await walk.press(...keys);
      await compare(await steps());
    }
    const moved = await page.locator(".view input[type=text]").inputValue();
    await page.waitForURL(/&view\.epsilon=.*&view\.open=numbers$/);

    // The time cursor goes back to the start, one probe on, and to the end, which it follows.
    await walk.to("#cursor");
    await walk.press("Home");
    await compare(0);
    await walk.press("ArrowRight");
    await compare(10);
    await waitFor(open, ".progress", / · at step 10 · /);
    await walk.press("Tab");
    assert.equal(await page.locator(":focus").isChecked(), false);
    await walk.press("Shift+Tab", "End");
    assert.equal(await page.getByLabel("the last").isChecked(), true);
    assert.ok(certain >= 8, `${certain} certain ranks`);

    // A layer is left out, and comes back.
    await walk.to(".view summary");
    await walk.press("Enter", "Tab", "Tab", "Tab");
    assert.ok(await walk.isAt("fieldset input"));
    await walk.press("Space");
    assert.equal(await page.locator("[data-panel=rank-1]").count(), 0);
    await page.waitForURL(/view\.layers=1&/);
    await walk.press("Space");
    assert.equal(await page.locator("[data-panel=rank-1]").count(), 1);

    // Other widths: the run begins anew, what is shown of it stays.
    await walk.to("#a-layers");
    await walk.press("Control+A");
    await page.keyboard.type("7");
    await walk.press("Tab");
    assert.ok(await walk.isAt("#a-activation"));
    await waitFor(open, ".part-numbers", /Ranks at/);
    assert.equal(await page.locator(".view input[type=text]").inputValue(), moved);
    assert.equal(await page.locator("[data-panel^=rank-]").count(), 1);

    // It trains, slowly; a table keeps the focus while its numbers change.
    await walk.to("#speed", "Shift+Tab");
    await walk.press("End");
    await walk.to("button.main", "Shift+Tab");
    await walk.press("Enter");
    await walk.to("[aria-label='Ranks at the time cursor']");
    const before = await page.locator(".readout td").nth(1).innerText();
    await page.waitForFunction(
      (before) => document.querySelectorAll(".readout td")[1].textContent !== before,
      before,
    );
    assert.ok(await walk.isAt("[aria-label='Ranks at the time cursor']"));

    // It goes on to its end, and once more.
    await walk.to("#speed", "Shift+Tab");
    await walk.press("Home");
    await walk.to("button.main", "Shift+Tab");
    await waitFor(open, ".progress", /^step 60 of 60 .* done$/);
    await waitFor(open, "button.main", /^Train$/);
    await walk.press("Enter");
    await waitFor(open, ".progress", /^(?!.*done)/);
    await waitFor(open, ".progress", /^step 60 of 60 .* done$/);
    open.assertQuiet();
  },
});
