/**
 * Advice for a machine without a GPU adapter.
 *
 * @module
 */
import { operatingSystem } from "./environment.ts";

/**
 * Commands that install the Vulkan loader and a software driver, by family of Linux distributions.
 */
export const INSTALL_COMMANDS: readonly { readonly system: string; readonly command: string }[] = [
  { system: "Debian, Ubuntu", command: "apt-get install libvulkan1 mesa-vulkan-drivers" },
  { system: "Fedora", command: "dnf install vulkan-loader mesa-vulkan-drivers" },
  { system: "Arch", command: "pacman -S vulkan-icd-loader vulkan-swrast" },
];

/**
 * Says in one line how to get a GPU adapter, for the message of a `GpuUnavailableError`.
 *
 * @param os Operating system, as `Deno.build.os` names it, or `browser`.
 * @returns One line without a full stop.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { installHint } from "./install_hint.ts";
 *
 * assert.match(installHint("linux"), /apt-get install libvulkan1 mesa-vulkan-drivers/);
 * assert.doesNotMatch(installHint("darwin"), /apt-get/);
 * assert.match(installHint("browser"), /WebGPU/);
 * ```
 */
export function installHint(os: string = operatingSystem()): string {
  if (os === "browser") return "this browser offers no WebGPU adapter here: use one that does, over https";
  if (os === "darwin") return "Metal offers no GPU here; a virtual machine needs a paravirtualised one";
  if (os === "windows") {
    return "update the graphics driver, or install one that supports Direct3D 12 or Vulkan";
  }
  const commands = INSTALL_COMMANDS.map(({ system, command }) => `${command} (${system})`);
  return `install the GPU's Vulkan driver, or a software one: ${commands.join("; ")}`;
}
