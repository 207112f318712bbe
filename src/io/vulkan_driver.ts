/**
 * The driver behind an adapter of Vulkan, which WebGPU does not name.
 *
 * Structs of Vulkan are laid out by hand, as on every 64-bit system:
 * https://registry.khronos.org/vulkan/specs/latest/html/vkspec.html.
 *
 * @module
 */
import { isGranted } from "./host.ts";

const SYMBOLS = {
  vkCreateInstance: { parameters: ["buffer", "pointer", "buffer"], result: "i32", nonblocking: true },
  vkDestroyInstance: { parameters: ["pointer", "pointer"], result: "void", nonblocking: true },
  vkEnumeratePhysicalDevices: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "i32",
    nonblocking: true,
  },
  vkGetPhysicalDeviceProperties2: { parameters: ["pointer", "buffer"], result: "void" },
} as const;

/** Types of the structs. */
const APPLICATION_INFO = 0,
  INSTANCE_CREATE_INFO = 1,
  PROPERTIES_2 = 1000059001,
  DRIVER_PROPERTIES = 1000196000;
/** Version 1.2, the first in which every driver names itself. */
const API_VERSION = (1 << 22) | (2 << 12);
/** Devices that are looked at, at most. */
const MOST_DEVICES = 64;

const library = () => Deno.build.os === "windows" ? "vulkan-1.dll" : "libvulkan.so.1";

/**
 * Names the driver of an adapter of Vulkan. Its library is loaded already, by Deno's WebGPU.
 *
 * @param adapterName Name of the adapter.
 * @returns Name and version, such as `llvmpipe Mesa 22.3.6 (LLVM 15.0.6)`; `null` where it cannot
 * be told, or Deno runs without `--allow-ffi`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { vulkanDriver } from "./vulkan_driver.ts";
 *
 * assert.equal(await vulkanDriver("no such adapter"), null);
 * ```
 */
export async function vulkanDriver(adapterName: string): Promise<string | null> {
  if (Deno.build.os === "darwin" || !isGranted({ name: "ffi" })) return null;
  let loaded: Deno.DynamicLibrary<typeof SYMBOLS>;
  try {
    loaded = Deno.dlopen(library(), SYMBOLS);
  } catch {
    return null;
  }
  using vulkan = { symbols: loaded.symbols, [Symbol.dispose]: () => loaded.close() };
  const { vkCreateInstance, vkDestroyInstance, vkEnumeratePhysicalDevices } = vulkan.symbols;
  const application = struct(48, [0, APPLICATION_INFO], [44, API_VERSION]);
  const description = struct(64, [0, INSTANCE_CREATE_INFO]);
  setPointer(description, 24, application);
  const handle = struct(8);
  const status = await vkCreateInstance(description.buffer, null, handle.buffer);
  // It is used up to here: its memory, to which an address alone led, may go now.
  application.setUint32(0, 0, true);
  if (status !== 0) return null;
  const instance = Deno.UnsafePointer.create(handle.getBigUint64(0, true));
  try {
    const count = struct(4, [0, MOST_DEVICES]), devices = struct(8 * MOST_DEVICES);
    // What is negative is an error; 5 says that there are more.
    if (await vkEnumeratePhysicalDevices(instance, count.buffer, devices.buffer) < 0) return null;
    for (let i = 0; i < count.getUint32(0, true); i++) {
      const driver = driverOf(vulkan.symbols, devices.getBigUint64(8 * i, true), adapterName);
      if (driver !== null) return driver;
    }
    return null;
  } finally {
    await vkDestroyInstance(instance, null);
  }
}

/** The driver of a device; `null` if the device has another name. */
function driverOf(
  { vkGetPhysicalDeviceProperties2 }: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"],
  device: bigint,
  adapterName: string,
): string | null {
  // Two structs: sType and pNext in 16 bytes, then 824 of properties, or 520 that name the driver.
  const driver = struct(16 + 520, [0, DRIVER_PROPERTIES]), properties = struct(16 + 824, [0, PROPERTIES_2]);
  setPointer(properties, 8, driver);
  vkGetPhysicalDeviceProperties2(Deno.UnsafePointer.create(device), properties.buffer);
  // Behind five words: versions, numbers of vendor and device, type.
  if (textAt(properties, 16 + 20) !== adapterName) return null;
  return `${textAt(driver, 20)} ${textAt(driver, 20 + 256)}`.trim() || null;
}

/** A struct with some words by their places. */
function struct(
  size: number,
  ...words: readonly (readonly [at: number, value: number])[]
): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size));
  for (const [at, value] of words) view.setUint32(at, value, true);
  return view;
}

function setPointer(view: DataView, at: number, to: DataView<ArrayBuffer>): void {
  view.setBigUint64(at, Deno.UnsafePointer.value(Deno.UnsafePointer.of(to)), true);
}

/** A text of at most 255 bytes that a zero ends. */
function textAt(view: DataView, at: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, 256);
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0))));
}
