/**
 * The interface of the system through which an adapter is reached.
 *
 * @module
 */
import { operatingSystem } from "./environment.ts";

/** Names of the interfaces that an adapter can be reached through. */
export type Backend = "vulkan" | "opengl" | "metal" | "d3d12";

/** Names of backends as Deno's `DENO_WEBGPU_BACKEND` has them. */
const NAMES: Readonly<Record<string, Backend>> = {
  vulkan: "vulkan",
  vk: "vulkan",
  opengl: "opengl",
  gles: "opengl",
  gl: "opengl",
  metal: "metal",
  mtl: "metal",
  dx12: "d3d12",
  d3d12: "d3d12",
};

/**
 * Subgroups that wgpu claims for OpenGL, which cannot be asked for their size: 4 to 128. The
 * ranges of Vulkan's drivers are narrower.
 */
const OPENGL_SUBGROUPS = [4, 128];

/** What Dawn takes on each system unless it is told otherwise. */
const OF_DAWN: Readonly<Record<string, Backend>> = { linux: "vulkan", darwin: "metal", windows: "d3d12" };

/** The part of an open device that tells its backend. */
export interface BackendClues {
  /** Name of the implementation of WebGPU. */
  readonly implementation: string;
  /** WebGPU device. */
  readonly device: { readonly adapterInfo: Pick<GPUAdapterInfo, "subgroupMinSize" | "subgroupMaxSize"> };
}

/**
 * Finds out through what WebGPU reaches an adapter. Neither Deno nor Dawn says so.
 *
 * @param gpu An open device.
 * @param wanted Value of `DENO_WEBGPU_BACKEND`, which restricts Deno's choice. Default: none.
 * @param os Operating system, as `Deno.build.os` names it. Default: this one.
 * @returns The backend; `null` where it cannot be told, as on Windows between Vulkan and Direct3D,
 * or in a browser.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { backendOf } from "./backend.ts";
 * import { Gpu } from "./device.ts";
 *
 * using gpu = await Gpu.open();
 * if (Deno.build.os === "linux") assert.match(backendOf(gpu)!, /^(vulkan|opengl)$/);
 * ```
 */
export function backendOf(
  { implementation, device }: BackendClues,
  wanted: string = "",
  os: string = operatingSystem(),
): Backend | null {
  if (implementation === "dawn") return Object.hasOwn(OF_DAWN, os) ? OF_DAWN[os] : null;
  if (implementation !== "wgpu") return null;
  if (os === "darwin") return "metal";
  const names = wanted.split(",").map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  if (names.length === 1 && Object.hasOwn(NAMES, names[0])) return NAMES[names[0]];
  const { subgroupMinSize: least, subgroupMaxSize: most } = device.adapterInfo;
  const isOpenGl = least === OPENGL_SUBGROUPS[0] && most === OPENGL_SUBGROUPS[1];
  if (isOpenGl) return "opengl";
  return os === "linux" ? "vulkan" : null;
}
