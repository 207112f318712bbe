/**
 * The machine and its processes, as far as Deno may ask.
 *
 * @module
 */
import process from "node:process";

/** Whether a permission is granted, so that using it asks nobody. */
export function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/**
 * Names this machine.
 *
 * @returns Its name in the network; `unknown` where Deno may not ask.
 */
export function hostName(): string {
  return isGranted({ name: "sys", kind: "hostname" }) ? Deno.hostname() : "unknown";
}

/**
 * Tells whether a process of this machine lives.
 *
 * @param pid Its number.
 * @returns Whether there is one of that number; `true` where Deno may not ask.
 */
export function isAlive(pid: number): boolean {
  if (pid === Deno.pid) return true;
  try {
    // Signal 0 is not sent; the system only looks for the process.
    return process.kill(pid, 0);
  } catch (error) {
    // It may belong to somebody else, or Deno may not ask.
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

/**
 * Reads an environment variable.
 *
 * @param name Its name.
 * @returns Its value; `undefined` without one, and where Deno may not read it.
 */
export function environmentVariable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
}
