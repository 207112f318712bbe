/**
 * What the environment must hold before the graphics driver is opened.
 *
 * @module
 */

const RUNTIME_DIR = "XDG_RUNTIME_DIR";

/** Whether an environment variable may be read and set without a prompt for permission. */
function allowed(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/**
 * Keeps Mesa's Vulkan drivers from complaining on stderr that `XDG_RUNTIME_DIR` is not set: they look for a window
 * system there, which a program that only computes does not need. Sets the variable to the folder of temporary
 * files if it is unset; does nothing elsewhere than on Linux or without the permission to. Call it before the first
 * `requestAdapter()`, which opens the driver.
 *
 * @example
 * ```ts
 * import { quietDriver } from "./environment.ts";
 *
 * quietDriver();
 * const adapter = await navigator.gpu?.requestAdapter();
 * console.assert(adapter !== undefined);
 * ```
 */
export function quietDriver(): void {
  if (Deno.build.os !== "linux" || !allowed(RUNTIME_DIR)) return;
  if (Deno.env.get(RUNTIME_DIR)) return;
  const temporary = allowed("TMPDIR") ? Deno.env.get("TMPDIR") : undefined;
  Deno.env.set(RUNTIME_DIR, temporary || "/tmp");
}
