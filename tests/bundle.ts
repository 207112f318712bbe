/**
 * Bundles the script of `report.html`, which a run writes without a bundler and without a network.
 * With `--check` it only says whether the committed script is what the sources give.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const committed = new URL("src/report/report_script.js", root);

/** Bundles the script from its sources. */
async function bundle(): Promise<string> {
  const folder = await Deno.makeTempDir(), out = `${folder}/script.js`, lock = `${folder}/deno.lock`;
  try {
    // A copy: with a configuration of its own, the bundler would write other things into it.
    await Deno.copyFile(new URL("deno.lock", root), lock);
    const args = ["bundle", "--quiet", "--config", "src/cockpit/bundle.json", "--lock", lock];
    const what = ["--platform", "browser", "--minify", "src/cockpit/report_page.ts", "-o", out];
    const command = new Deno.Command(Deno.execPath(), { args: [...args, ...what], cwd: root });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await Deno.readTextFile(out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const script = await bundle();
if (!Deno.args.includes("--check")) {
  await Deno.writeTextFile(committed, script);
  console.log(`src/report/report_script.js: ${script.length} characters`);
} else if (await Deno.readTextFile(committed).catch(() => "") !== script) {
  console.error("src/report/report_script.js is not what its sources give; run `deno task bundle`");
  Deno.exit(1);
}
