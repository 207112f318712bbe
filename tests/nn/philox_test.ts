import { GpuArray } from "../../src/gpu/array.ts";
import { assert, fc } from "../deps.ts";
import { philox, uniformOpen } from "../reference/philox.ts";
import { run } from "../support/arrays.ts";
import philoxSource from "../../shaders/nn/include/philox.wgsl" with { type: "text" };
import kernelSource from "./philox_kernel.wgsl" with { type: "text" };
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Counter, key, result: the known answers of Random123 for philox4x32-10. */
const KNOWN = [
  [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const;

async function evaluate(counters: readonly number[][], keys: readonly number[][]): Promise<number[][]> {
  using stack = new DisposableStack();
  const kernel = await gpu.kernel({ name: "philox_kernel", files: [philoxSource, kernelSource] });
  const words = stack.use(new GpuArray(gpu, "words", 4 * counters.length));
  const arrays = [counters, keys].map((rows) =>
    stack.use(new GpuArray(gpu, "arguments", Uint32Array.from(rows.flat())))
  );
  run(gpu, [kernel.bind([...arrays, words], [Math.ceil(counters.length / 64)])]);
  const flat = [...await words.readUint32()];
  return counters.map((_, i) => flat.slice(4 * i, 4 * i + 4));
}

Deno.test("philox: the reference gives the known answers", () => {
  for (const [counter, key, answer] of KNOWN) assert.deepEqual(philox(counter, key), answer);
});

Deno.test("philox: the kernel gives the known answers", async () => {
  const answers = await evaluate(KNOWN.map(([counter]) => [...counter]), KNOWN.map(([, key]) => [...key]));
  assert.deepEqual(answers, KNOWN.map(([, , answer]) => answer));
});

Deno.test("philox: kernel and reference agree on random counters and keys", async () => {
  const word = fc.nat(0xffffffff);
  const cases = fc.sample(fc.tuple(fc.tuple(word, word, word, word), fc.tuple(word, word)), {
    seed: 1,
    numRuns: 500,
  });
  const answers = await evaluate(cases.map(([counter]) => counter), cases.map(([, key]) => key));
  assert.deepEqual(answers, cases.map(([counter, key]) => philox(counter, key)));
});

Deno.test("philox: uniform numbers stay inside (0, 1) and fit single precision", () => {
  for (const bits of [0, 511, 512, 0x7fffffff, 0xffffffff]) {
    const value = uniformOpen(bits);
    assert(value > 0 && value < 1);
    assert.equal(Math.fround(value), value);
  }
});
