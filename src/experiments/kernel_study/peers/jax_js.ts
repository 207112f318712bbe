/**
 * jax-js on WebGPU, on a device of its own: eigenvalues of a Gram matrix, since its singular values
 * are off by several per cent.
 *
 * @module
 */
import { quietDriver } from "../../../gpu/environment.ts";
import type { EnteredMethod } from "../entered_method.ts";
import { defaultDevice, init, numpy as np } from "./deps.ts";

quietDriver();
if (!(await init()).includes("webgpu")) throw new Error("jax-js finds no WebGPU");
defaultDevice("webgpu");

/** Its rotations take a second for one matrix of twice this order. */
const MOST_COLUMNS = 256;

export default {
  help: "eigenvalues of a Gram matrix by jax-js on WebGPU",
  yields: "spectrum",
  certified: false,
  mostColumns: { single: MOST_COLUMNS },
  async solve(_gpu, features) {
    const [{ rows, columns }] = features, batch = features.length;
    const flat = new Float32Array(batch * rows * columns);
    features.forEach((each, i) => {
      if ("data" in each) flat.set(each.data, i * rows * columns);
    });
    const phi = np.array(flat).reshape([batch, rows, columns]);
    const gram = np.matmul(np.transpose(phi.ref, [0, 2, 1]), phi).div(rows);
    const values = await np.linalg.eigvalsh(gram).data() as Float32Array;
    return features.map((_, i) => ({
      eigenvalues: Float64Array.from(values.slice(i * columns, (i + 1) * columns)).sort().reverse(),
      bounds: new Float64Array(columns).fill(Infinity),
      precision: "single",
    }));
  },
} satisfies EnteredMethod;
