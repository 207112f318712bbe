/**
 * Which tests are fast.
 *
 * @module
 */

/** Folders of tests that run programs, train networks or solve many spectra. */
const SLOW_FOLDERS = [
  "tests/acceptance/",
  "tests/examples/",
  "tests/experiments/",
  "tests/rank/",
  "tests/train/",
];

/**
 * Files of more than 2 s of processor time on lavapipe, measured one by one with `time deno test`.
 * Those of `linalg/products` and `linalg/svd` stand here without a measurement. Measure a new test
 * of kernels, and add it here if it takes longer.
 */
const SLOW_FILES: readonly string[] = [
  "tests/convert/pdf_test.ts",
  "tests/convert/png_test.ts",
  "tests/fuzz_test.ts",
  "tests/gpu/tune/autotune_test.ts",
  "tests/linalg/count/inertia_double_single_test.ts",
  "tests/linalg/count/inertia_test.ts",
  "tests/linalg/count/sturm_double_single_test.ts",
  "tests/linalg/count/sturm_test.ts",
  "tests/linalg/count/tridiagonal_double_single_test.ts",
  "tests/linalg/count/tridiagonal_test.ts",
  "tests/linalg/double_single/double_single_self_test_test.ts",
  "tests/linalg/double_single/double_single_test.ts",
  "tests/linalg/eigen/block_jacobi_test.ts",
  "tests/linalg/eigen/eigvalsh_test.ts",
  "tests/linalg/eigen/jacobi_double_single_test.ts",
  "tests/linalg/eigen/jacobi_test.ts",
  "tests/linalg/gram/gram_digits_test.ts",
  "tests/linalg/gram/gram_double_single_test.ts",
  "tests/linalg/gram/gram_matrices_test.ts",
  "tests/linalg/gram/gram_plain_test.ts",
  "tests/linalg/gram/gram_test.ts",
  "tests/linalg/gram/sample_gram_matrices_test.ts",
  "tests/linalg/magnitudes_test.ts",
  "tests/linalg/products/gemm_compensated_test.ts",
  "tests/linalg/products/gemm_double_single_test.ts",
  "tests/linalg/products/gemm_test.ts",
  "tests/linalg/products/gemm_tiles_test.ts",
  "tests/linalg/svd/lstsq_test.ts",
  "tests/linalg/svd/newton_schulz_test.ts",
  "tests/linalg/svd/one_sided_jacobi_double_single_test.ts",
  "tests/linalg/svd/one_sided_jacobi_test.ts",
  "tests/linalg/svd/orthonormal_rows_test.ts",
  "tests/linalg/svd/qr_double_single_test.ts",
  "tests/linalg/svd/qr_test.ts",
  "tests/linalg/svd/svd_test.ts",
  "tests/linalg/svd/svdvals_test.ts",
  "tests/nn/activation_test.ts",
  "tests/nn/fused/fused_step_test.ts",
  "tests/nn/fused/fused_variant_test.ts",
  "tests/nn/jets/activation_jet_test.ts",
  "tests/nn/jets/jet_forward_test.ts",
  "tests/nn/jets/jets_test.ts",
  "tests/nn/network_test.ts",
  "tests/nn/optim/polar_flow_test.ts",
  "tests/nn/optim/training_step_test.ts",
  "tests/nn/replicas_test.ts",
  "tests/recipes_test.ts",
  "tests/tasks/digits/digits_test.ts",
  "tests/tasks/equations/equation_task_test.ts",
  "tests/tasks/registry_test.ts",
];

/**
 * Tells whether a file of tests belongs to `deno task test:fast`.
 *
 * @param file Path from the root.
 * @returns Whether its tests are fast.
 */
export function isFast(file: string): boolean {
  return !SLOW_FOLDERS.some((folder) => file.startsWith(folder)) && !SLOW_FILES.includes(file);
}
