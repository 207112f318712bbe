/**
 * Bundles the scripts of `report.html`, which a run writes without a bundler and without a network.
 * With `--check` it only says whether the committed scripts are what the sources give.
 *
 * @module
 */
import { bundlePage } from "../src/live/bundle_page.ts";

const root = new URL("../", import.meta.url), lock = new URL("deno.lock", root);

/** Scripts, and the sources that they begin with: of a run, and of an experiment. */
const scripts = {
  "src/report/report_script.js": "src/cockpit/report_page.ts",
  "src/report/experiment_script.js": "src/cockpit/experiment_report.ts",
};

for (const [path, source] of Object.entries(scripts)) {
  const committed = new URL(path, root), script = await bundlePage(new URL(source, root), { lock });
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(committed, script);
    console.log(`${path}: ${script.length} characters`);
  } else if (await Deno.readTextFile(committed).catch(() => "") !== script) {
    console.error(`${path} is not what its sources give; run \`deno task bundle\``);
    Deno.exit(1);
  }
}
