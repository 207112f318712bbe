/**
 * Writes the documentation of the doors as HTML into `docs/`, which git ignores.
 *
 * @module
 */
const root = new URL("../", import.meta.url);
const { exports, name } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const doors: string[] = typeof exports === "string" ? [exports] : Object.values(exports);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--html", `--name=${name}`, "--output=docs", ...doors],
  cwd: root,
}).spawn().status;
Deno.exit(code);
