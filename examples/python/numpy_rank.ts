/**
 * NumPy as a rank method, for the kernel study to judge beside those of the toolkit: squares of the
 * singular values by LAPACK, in float32 as `single` and float64 as `double`. It proves nothing, and
 * its time includes the way of the features to Python and back; that of `--peers numpy` does not.
 *
 *     deno task kernel-study --with ./examples/python/numpy_rank.ts --methods naive,gram-jacobi
 */
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import type { EnteredMethod } from "../../src/experiments/mod.ts";

const COMMAND = "python3", program = fileURLToPath(new URL("numpy_rank.py", import.meta.url));

// One Python for all calls. It ends with its input, so it need not hold up the end of this program.
const python = new Deno.Command(COMMAND, { args: [program], stdin: "piped", stdout: "piped" }).spawn();
python.unref();
const input = python.stdin.getWriter(), output = python.stdout.getReader();
let pending = new Uint8Array();

export default {
  help: "singular values by NumPy, proven by nothing",
  yields: "spectrum",
  certified: false,
  mostColumns: { single: 1024, double: 1024 },
  async solve(_gpu, features, { precision }) {
    const [{ rows, columns }] = features, count = features.length, order = Math.min(rows, columns);
    const type = precision === "double" ? "float64" : "float32";
    const job = new TextEncoder().encode(`${JSON.stringify({ count, rows, columns, type })}\n`);
    const data = features.map((each) => "data" in each ? Float32Array.from(each.data) : new Float32Array());
    const found = read(8 * count * order);
    // A Python that ended takes no input; the reading says so.
    const bytes = [job, ...data.map(({ buffer }) => new Uint8Array(buffer))];
    await input.write(Buffer.concat(bytes)).catch(() => {});
    const sigma = new Float64Array((await found).buffer);
    return features.map((_, index) => ({
      eigenvalues: sigma.slice(index * order, (index + 1) * order).map((value) => value * value / rows),
      bounds: new Float64Array(order).fill(Infinity),
      precision: precision === "double" ? "double" : "single",
    }));
  },
} satisfies EnteredMethod;

/** Reads as many bytes as Python answers with. */
async function read(length: number): Promise<Uint8Array<ArrayBuffer>> {
  while (pending.length < length) {
    const { value } = await output.read();
    if (!value) throw new Error(`${COMMAND} ended: it needs NumPy`);
    pending = Uint8Array.from(Buffer.concat([pending, value]));
  }
  const taken = pending.slice(0, length);
  pending = pending.slice(length);
  return taken;
}
