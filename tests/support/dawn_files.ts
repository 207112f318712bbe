/**
 * Which tests run on Dawn, and the driver that they run on.
 *
 * @module
 */

/** Folders of the tests of kernels, and of what is made of them alone. */
const FOLDERS = ["tests/gpu/", "tests/linalg/", "tests/nn/", "tests/rank/"];

/**
 * Files that take about four minutes together on two cores, of which most goes to SwiftShader's
 * compiler. They compile all shaders that Tint once refused, but for one-sided Jacobi rotations in
 * double-single arithmetic, which take SwiftShader minutes.
 */
const QUICK: readonly string[] = [
  "tests/cli/implementation_test.ts",
  "tests/gpu/array_test.ts",
  "tests/gpu/commands_test.ts",
  "tests/gpu/kernel_test.ts",
  "tests/gpu/readback_test.ts",
  "tests/gpu/struct_test.ts",
  "tests/gpu/tune/race_test.ts",
  "tests/linalg/count/cholesky_test.ts",
  "tests/linalg/count/inertia_test.ts",
  "tests/linalg/count/sturm_test.ts",
  "tests/linalg/count/sturm_double_single_test.ts",
  "tests/linalg/count/tridiagonal_test.ts",
  "tests/linalg/eigen/eigh_test.ts",
  "tests/linalg/eigen/eigvalsh_test.ts",
  "tests/linalg/svd/lstsq_test.ts",
  "tests/linalg/svd/orthonormal_rows_test.ts",
];

/** Whether this process runs on Dawn: `dawn.ts` then stands before Deno's own `navigator.gpu`. */
export const isOnDawn = Object.hasOwn(navigator, "gpu");

/** SwiftShader's driver as Debian's package `chromium` installs it. */
export const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Tells whether a file of tests runs on Dawn.
 *
 * @param file Path from the root.
 * @param isQuick Whether only the quick ones do.
 * @returns Whether it does.
 */
export function runsOnDawn(file: string, isQuick: boolean): boolean {
  return isQuick ? QUICK.includes(file) : FOLDERS.some((folder) => file.startsWith(folder));
}

/**
 * Finds the Vulkan driver for Dawn. It does not take Mesa's lavapipe.
 *
 * @returns Path of its manifest, which `VK_ICD_FILENAMES` names if it is set; `null` where there is
 * none.
 */
export function vulkanDriver(): string | null {
  const path = Deno.env.get("VK_ICD_FILENAMES") ?? SWIFTSHADER;
  try {
    Deno.statSync(path);
    return path;
  } catch {
    return null;
  }
}
