/**
 * Adapters: which one to take, and the device that is opened on it.
 *
 * @module
 */
import { GpuUnavailableError } from "../errors.ts";
import { quietDriver } from "./environment.ts";
import { installHint } from "./install_hint.ts";

/**
 * Adapter to take. `high-performance`: a discrete GPU if there is one; `low-power`: a frugal GPU;
 * `software`: the CPU in place of a GPU.
 */
export type AdapterPreference = "high-performance" | "low-power" | "software";

/** Names of the adapters that can be asked for. */
export const adapterPreferences: readonly AdapterPreference[] = ["high-performance", "low-power", "software"];

/**
 * Limits that kernels are fitted to. A device gets the adapter's own, which are above WebGPU's
 * portable defaults.
 */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** Description of an adapter; empty for a device that does not describe its adapter. */
export type AdapterInfo = Partial<GPUAdapterInfo>;

/**
 * Opens a device with all limits and timestamps that its adapter has.
 *
 * @param preference Adapter to take.
 * @param gpu Implementation of WebGPU.
 * @returns The device, and the description of its adapter.
 * @throws {GpuUnavailableError} If there is no such adapter; the message says how to install a
 * software one.
 */
export async function openDevice(
  preference: AdapterPreference,
  gpu: GPU | undefined,
): Promise<[GPUDevice, AdapterInfo]> {
  quietDriver();
  const adapter = await gpu?.requestAdapter(
    preference === "software" ? { forceFallbackAdapter: true } : { powerPreference: preference },
  );
  if (!adapter) throw new GpuUnavailableError(installHint());
  const requiredLimits: Record<string, number> = {};
  for (const name of LIMITS) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures: GPUFeatureName[] = adapter.features.has("timestamp-query")
    ? ["timestamp-query"]
    : [];
  return [await adapter.requestDevice({ requiredLimits, requiredFeatures }), adapter.info];
}

/**
 * Names an adapter.
 *
 * @param info Description of the adapter.
 * @returns Its name as its driver gives it; in browsers, which keep that to themselves, its vendor
 * and architecture.
 */
export function adapterName({ description, device, vendor, architecture }: AdapterInfo): string {
  const known = [vendor, architecture].filter((name) => name).join(" ");
  return description || device || known || "unnamed adapter";
}

/**
 * Tells whether an adapter is a CPU in place of a GPU.
 *
 * @param info Description of the adapter.
 * @returns Whether it says so, or its name is that of a software driver.
 */
export function isSoftware(info: AdapterInfo): boolean {
  return info.isFallbackAdapter === true ||
    /llvmpipe|lavapipe|swiftshader|softpipe/i.test(adapterName(info));
}
