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
  /** Lock file that fixes the packages; it is left as it is. Default: none. */
  readonly lock?: URL;
}

/**
 * Bundles a script for a browser, which takes about a second.
 *
 * @param entry Address of its first module, a file or an address on a network.
 * @param options How it is bundled.
 * @returns The script.
 * @throws {StaircaseError} If `deno bundle` fails; the message has its first line.
 */
export async function bundlePage(
  entry: URL,
  { minify = true, lock }: BundleOptions = {},
): Promise<string> {
  const imports = Object.fromEntries(
    Object.entries(config.imports).map(([name, path]) => [name, new URL(path, CONFIG).href]),
  );
  const folder = await Deno.makeTempDir(), map = `${folder}/imports.json`, copy = `${folder}/deno.lock`;
  try {
    await Deno.writeTextFile(map, JSON.stringify({ imports }));
    // The bundler would write into the lock file.
    if (lock) await Deno.copyFile(lock, copy);
    const locked = lock ? ["--lock", copy] : ["--no-lock"];
    const flags = ["--quiet", ...locked, "--no-config", "--allow-import", "--platform", "browser"];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", ...flags, ...minify ? ["--minify"] : [], "--import-map", map, entry.href],
      env: { NO_COLOR: "1" },
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    const [reason] = new TextDecoder().decode(stderr).split("\n").filter((line) => /error/i.test(line));
    throw new StaircaseError(`deno bundle failed (${reason ?? "no reason given"}): try it with Deno 2.9`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
