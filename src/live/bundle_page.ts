/**
 * Bundles a page: one script with shaders inside, made by `deno bundle`.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";

/** Replaces the document of figures by the browser's own. */
const CONFIG = new URL("../cockpit/bundle.json", import.meta.url);

/** How a page is bundled. */
export interface BundleOptions {
  /** Whether names are shortened and spaces left out. Default: yes. */
  readonly minify?: boolean;
}

/**
 * Bundles a script for a browser, which takes about a second.
 *
 * @param entry Address of its first module.
 * @param options How it is bundled.
 * @returns The script.
 * @throws {StaircaseError} If `deno bundle` fails; the message has its first line.
 */
export async function bundlePage(entry: URL, { minify = true }: BundleOptions = {}): Promise<string> {
  const flags = ["--quiet", "--no-lock", "--platform", "browser", ...minify ? ["--minify"] : []];
  const config = CONFIG.protocol === "file:" ? Deno.realPathSync(CONFIG) : CONFIG.href;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", ...flags, "--config", config, entry.href],
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  const [reason] = new TextDecoder().decode(stderr).split("\n").filter((line) => /error/i.test(line));
  throw new StaircaseError(`deno bundle failed (${reason ?? "no reason given"}): try it with Deno 2.9`);
}
