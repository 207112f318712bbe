/**
 * The system that runs the code, and the environment of its graphics driver.
 *
 * @module
 */

const RUNTIME_DIR = "XDG_RUNTIME_DIR";

/** The part of Deno that is used here, so that this type-checks without Deno's own types. */
interface DenoRuntime {
  readonly build: { readonly os: string };
  readonly version: { readonly deno: string };
  readonly env: { get(name: string): string | undefined; set(name: string, value: string): void };
  readonly permissions: {
    querySync(
      of: { name: "env"; variable: string } | { name: "read"; path: string },
    ): { readonly state: string };
  };
  readTextFileSync(path: string): string;
}

/** Deno's own functions; `undefined` in a browser and in Node. */
function denoOrNone(): DenoRuntime | undefined {
  return (globalThis as { readonly Deno?: DenoRuntime }).Deno;
}

/**
 * Names the operating system.
 *
 * @returns Its name as in `Deno.build.os`; `browser` outside Deno.
 */
export function operatingSystem(): string {
  return denoOrNone()?.build.os ?? "browser";
}

/**
 * Names the runtime's version. The fastest candidate for a kernel may differ between versions.
 *
 * @returns Deno's version; the user agent outside Deno.
 */
export function runtimeVersion(): string {
  return denoOrNone()?.version.deno ?? navigator.userAgent;
}

/**
 * Keeps Mesa's Vulkan drivers from complaining on stderr that `XDG_RUNTIME_DIR` is not set. They
 * look for a window system there, which a program that only computes does not need. The function
 * sets the variable to the folder of temporary files if it is unset. It does nothing on other
 * systems than Linux, outside Deno, or without permission to read and set the variable. Call it
 * before the first `requestAdapter()`, which opens the driver.
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
  const deno = denoOrNone();
  if (!deno || deno.build.os !== "linux" || !isAllowed(deno, RUNTIME_DIR)) return;
  if (deno.env.get(RUNTIME_DIR)) return;
  const temporary = isAllowed(deno, "TMPDIR") ? deno.env.get("TMPDIR") : undefined;
  deno.env.set(RUNTIME_DIR, temporary || "/tmp");
}

/** Whether an environment variable may be read and set without a prompt for permission. */
function isAllowed({ permissions }: DenoRuntime, variable: string): boolean {
  return permissions.querySync({ name: "env", variable }).state === "granted";
}

/**
 * Reads a file in which the system describes itself.
 *
 * @param path Path of the file.
 * @returns Its text; `null` outside Deno, without permission, or where there is no such file.
 */
export function readTextFile(path: string): string | null {
  const deno = denoOrNone();
  if (deno?.permissions.querySync({ name: "read", path }).state !== "granted") return null;
  try {
    return deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
