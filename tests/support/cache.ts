/** A cache folder for tests. @module */

/** Runs a test with a cache folder of its own. */
export async function withCache(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("XDG_CACHE_HOME");
  // Mesa's drivers keep what they compile where they did.
  const own = before ?? `${Deno.env.get("HOME")}/.cache`;
  const variables = { XDG_CACHE_HOME: before, MESA_SHADER_CACHE_DIR: Deno.env.get("MESA_SHADER_CACHE_DIR") };
  Deno.env.set("XDG_CACHE_HOME", folder);
  Deno.env.set("MESA_SHADER_CACHE_DIR", variables.MESA_SHADER_CACHE_DIR ?? own);
  try {
    await test(folder);
  } finally {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}
