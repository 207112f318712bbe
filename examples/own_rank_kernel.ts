/**
 * A rank method of your own, for the kernel study to judge beside those of the toolkit. Its kernel
 * factors M − tI, whose pivots above 0 are counted; the residual in float64 proves the count.
 *
 *     deno task kernel-study --with ./examples/own_rank_kernel.ts --methods inertia --orders 8,32
 */
import type { EnteredMethod } from "../src/experiments/mod.ts";
import { Commands, GpuArray, gpuStruct } from "../src/gpu/mod.ts";
import source from "./own_rank_kernel.wgsl" with { type: "text" };

/** Distance from a threshold to the shifts t on both sides of it, as a share of ‖M‖. */
const STEP = 2 ** -20;

export default {
  help: "counts the pivots of an elimination without pivoting, proven by its residual",
  yields: "count",
  mostColumns: { single: 128 },
  flops: ({ rows, columns, thresholds }) => rows * columns ** 2 + 2 * thresholds * columns ** 3,
  async count(gpu, matrices, { epsilons }) {
    const size = matrices[0].length, n = Math.sqrt(size);
    const shifted = matrices.flatMap((matrix, i) => {
      const off = STEP * Math.hypot(...matrix);
      return epsilons[i].flatMap((each) => [each - off, each + off]).map((t) => ({ i, matrix, t }));
    });
    const words = shifted.flatMap(({ matrix, t }) => [...matrix].map((x, e) => e % (n + 1) ? x : x - t));
    using factors = new GpuArray(gpu, "factors", Float32Array.from(words));
    const kernel = await gpu.kernel({ name: "own_rank_kernel", files: [source] });
    const commands = new Commands(gpu);
    commands.run(kernel.bind([gpuStruct(gpu, "order", ["u32", n]), factors], [shifted.length]));
    commands.submit();
    const found = await factors.read();
    const proofs = shifted.map((each, k) => ({ ...each, ...prove(each, found.subarray(k * size), n) }));
    return epsilons.map((list, index) => {
      const own = proofs.filter(({ i }) => i === index);
      return list.map((epsilon, k) => { // By Weyl's theorem. A bound that is NaN proves nothing.
        const below = own.filter(({ t, bound }) => t - bound >= epsilon).map(({ count }) => count);
        const above = own.filter(({ t, bound }) => t + bound <= epsilon).map(({ count }) => count);
        const [low, high] = [Math.max(0, ...below), Math.min(n, ...above)];
        return { count: Math.min(high, Math.max(low, own[2 * k].count)), low, high };
      });
    });
  },
} satisfies EnteredMethod;

/** Counts pivots above 0, and bounds ‖M − tI − C D⁻¹ Cᵀ‖, with the rounding of float64. */
function prove({ matrix, t }: { matrix: Float32Array; t: number }, c: Float32Array, n: number) {
  let count = 0, square = 0;
  for (let row = 0; row < n; row++) {
    if (c[row * (n + 1)] > 0) count++;
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * n + column] - (row === column ? t : 0), size = Math.abs(rest) + Math.abs(t);
      for (let k = 0; k <= column; k++) {
        const term = c[row * n + k] * c[column * n + k] / c[k * (n + 1)];
        [rest, size] = [rest - term, size + Math.abs(term)];
      }
      square += (row === column ? 1 : 2) * (Math.abs(rest) + (n + 4) * 2 ** -52 * size) ** 2;
    }
  }
  return { count, bound: 1.000001 * Math.sqrt(square) };
}
