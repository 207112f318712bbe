/**
 * A disk that is soon full.
 *
 * @module
 */
import { assert } from "../deps.ts";

/** Whether this process may mount disks. */
export const mayMount = Deno.build.os === "linux" && Deno.uid() === 0 &&
  new Deno.Command("unshare", { args: ["--mount", "true"], stderr: "null" }).outputSync().success;

/**
 * Mounts a file system in memory, and unmounts it at the end of its scope.
 *
 * @param path A folder that exists.
 * @param mebibytes Its size.
 */
export function smallDisk(path: string, mebibytes: number): Disposable {
  const { success } = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", path],
  }).outputSync();
  assert.ok(success);
  return { [Symbol.dispose]: () => void new Deno.Command("umount", { args: ["-l", path] }).outputSync() };
}
