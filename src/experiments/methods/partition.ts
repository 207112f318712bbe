/**
 * Partitions of unity: bumps on a grid of patches that add up to 1, and polynomials on them.
 *
 * @module
 */
import { type Box, intoCube } from "../../tasks/bounding_box.ts";

/** A partition of unity on a box. */
export interface Partition {
  /** Number of patches, those of all axes multiplied. */
  readonly patches: number;
  /**
   * Looks at a point from a patch.
   *
   * @param patch Index of the patch.
   * @param x The point.
   * @returns The value of the patch's bump, and local coordinates, in which the patch is [−1, 1]^d
   * and its bump ends at ±5/4.
   */
  at(patch: number, x: ArrayLike<number>): { readonly bump: number; readonly local: readonly number[] };
}

/**
 * Divides a box into a grid of patches of one shape, each with a smooth bump that reaches a quarter
 * of half a patch into its neighbours (the ψ^b of Chen, Chi, E, Yang, J. Mach. Learn. 1, 2022,
 * equation 10; products of them along the axes). Bumps at the boundary stay 1 beyond it, so that
 * they add up to 1 everywhere.
 *
 * @param box The box.
 * @param perAxis Patches along each axis.
 * @returns The partition. The bump of a single patch is 1.
 */
export function partitionOfUnity(box: Box, perAxis: number): Partition {
  const dimension = box.center.length;
  return {
    patches: perAxis ** dimension,
    at: (patch, x) => {
      let bump = 1, rest = patch;
      const local = intoCube(box, x).map((t) => {
        const place = rest % perAxis;
        rest = Math.floor(rest / perAxis);
        const own = perAxis * (t + 1) - 2 * place - 1;
        const isOpen = own < 0 ? place === 0 : place === perAxis - 1;
        if (!isOpen) bump *= slope(Math.abs(own));
        return own;
      });
      return { bump, local };
    },
  };
}

/**
 * Computes ψ^b at a distance from the centre: 1 up to 3/4, 0 from 5/4, (1 − sin 2πt) / 2 between.
 */
function slope(distance: number): number {
  if (distance <= 0.75) return 1;
  return distance >= 1.25 ? 0 : (1 - Math.sin(2 * Math.PI * distance)) / 2;
}

/**
 * Computes features of a partition of unity: bumps times products of Legendre polynomials of local
 * coordinates (partition of unity networks with bumps that stay as they are: Lee, Trask, Patel,
 * Gulian, Cyr, arXiv:2101.11256). Feature j belongs to patch j mod P and has its ⌊j / P⌋-th
 * polynomial. So all patches have as many, but the last ones may have one fewer.
 *
 * @param partition The partition.
 * @param x Inputs of the samples, `count × dimension`.
 * @param options Dimension of the input, and number of features.
 * @returns The features, `count × width`, in double precision.
 */
export function polynomialFeatures(
  partition: Partition,
  x: Float32Array,
  options: { readonly inputs: number; readonly width: number },
): Float64Array {
  const { inputs, width } = options;
  const { patches } = partition;
  const count = x.length / inputs, kinds = Math.ceil(width / patches);
  const orders = polynomialOrders(inputs, kinds);
  const degree = Math.max(...orders.flat());
  const features = new Float64Array(count * width);
  for (let k = 0; k < count; k++) {
    const point = x.subarray(k * inputs, (k + 1) * inputs);
    for (let patch = 0; patch < patches; patch++) {
      const { bump, local } = partition.at(patch, point);
      if (bump === 0) continue;
      // The bump ends at the ends of the interval on which these are bounded by 1.
      const values = local.map((t) => legendre(degree, 0.8 * t));
      for (let kind = 0, j = patch; kind < kinds && j < width; kind++, j += patches) {
        features[k * width + j] = orders[kind].reduce((product, n, axis) => product * values[axis][n], bump);
      }
    }
  }
  return features;
}

/**
 * Lists the orders of products of polynomials by their degree. Among those of one degree, products
 * with factors of lower order come first.
 *
 * @param dimension Number of factors.
 * @param count Number of products.
 * @returns Orders of the factors of each.
 */
export function polynomialOrders(dimension: number, count: number): number[][] {
  const all: number[][] = [];
  for (let degree = 0; all.length < count; degree++) {
    const ofDegree = (axes: number, left: number): number[][] =>
      axes === 1
        ? [[left]]
        : Array.from({ length: left + 1 }, (_, n) => left - n).flatMap((first) =>
          ofDegree(axes - 1, left - first).map((rest) => [first, ...rest])
        );
    const own = ofDegree(dimension, degree).sort((a, b) => Math.max(...a) - Math.max(...b));
    for (const orders of own) all.push(orders);
  }
  return all.slice(0, count);
}

/** Computes P_0(t) … P_degree(t) by (n + 1) P_{n+1} = (2n + 1) t P_n − n P_{n−1}. */
function legendre(degree: number, t: number): number[] {
  const values = [1, t];
  for (let n = 1; n < degree; n++) values.push(((2 * n + 1) * t * values[n] - n * values[n - 1]) / (n + 1));
  return values;
}
