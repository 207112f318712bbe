/**
 * Bundles a page: one script with shaders inside, made by `deno bundle`.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import config from "../cockpit/bundle.json" with { type: "json" };

/** What the configuration of the bundler is relative to. */
const CONFIG = new URL("../cockpit/bundle.json", import.meta.url);

/** How a page is bundled. */
export interface BundleOptions {
  /** Whether names are shortened and spaces left out. Default: yes. */
  readonly minify?: boolean;
}

/**
 * Bundles a script for a browser, which takes about a second.
 *
 * @param entry Address of its first module, a file or an address on a network.
 * @param options How it is bundled.
 * @returns The script.
 * @throws {StaircaseError} If `deno bundle` fails; the message has its first line.
 */
export async function bundlePage(entry: URL, { minify = true }: BundleOptions = {}): Promise<string> {
  const imports = Object.fromEntries(
    Object.entries(config.imports).map(([name, path]) => [name, new URL(path, CONFIG).href]),
  );
  const map = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(map, JSON.stringify({ imports }));
    const flags = ["--quiet", "--no-lock", "--no-config", "--allow-import", "--platform", "browser"];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", ...flags, ...minify ? ["--minify"] : [], "--import-map", map, entry.href],
      env: { NO_COLOR: "1" },
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    const [reason] = new TextDecoder().decode(stderr).split("\n").filter((line) => /error/i.test(line));
    throw new StaircaseError(`deno bundle failed (${reason ?? "no reason given"}): try it with Deno 2.9`);
  } finally {
    await Deno.remove(map);
  }
}
