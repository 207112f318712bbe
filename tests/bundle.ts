/**
 * Bundles the scripts of `report.html`, which a run writes without a bundler and without a network.
 * With `--check` it only says whether the committed scripts are what the sources give.
 *
 * @module
 */
const root = new URL("../", import.meta.url);

/** Scripts, and the sources that they begin with: of a run, and of an experiment. */
const scripts = {
  "src/report/report_script.js": "src/cockpit/report_page.ts",
  "src/report/experiment_script.js": "src/cockpit/experiment_report.ts",
};

/** Bundles a script from its sources. */
async function bundle(source: string): Promise<string> {
  const folder = await Deno.makeTempDir(), out = `${folder}/script.js`, lock = `${folder}/deno.lock`;
  try {
    // A copy: with a configuration of its own, the bundler would write other things into it.
    await Deno.copyFile(new URL("deno.lock", root), lock);
    const args = ["bundle", "--quiet", "--config", "src/cockpit/bundle.json", "--lock", lock];
    const what = ["--platform", "browser", "--minify", source, "-o", out];
    const command = new Deno.Command(Deno.execPath(), { args: [...args, ...what], cwd: root });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await Deno.readTextFile(out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [path, source] of Object.entries(scripts)) {
  const committed = new URL(path, root), script = await bundle(source);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(committed, script);
    console.log(`${path}: ${script.length} characters`);
  } else if (await Deno.readTextFile(committed).catch(() => "") !== script) {
    console.error(`${path} is not what its sources give; run \`deno task bundle\``);
    Deno.exit(1);
  }
}
