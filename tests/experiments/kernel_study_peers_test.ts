/**
 * Peers in the kernel study: judged where they are, named where they are not.
 *
 * @module
 */
import { InputError } from "../../src/errors.ts";
import { readPeers } from "../../src/experiments/kernel_study/entrants.ts";
import { Frames } from "../../src/experiments/kernel_study/frames.ts";
import { kernelStudy } from "../../src/experiments/kernel_study/mod.ts";
import { pythonPeer } from "../../src/experiments/kernel_study/peers/python_peer.ts";
import type { KernelStudySummary } from "../../src/experiments/kernel_study/report.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

Deno.test("--peers: each is judged where it is, without certificates, or left out with the reason", async () => {
  const { rows: [result], figures, record, text } = await study(gpu, kernelStudy, {
    families: "gaussian,hilbert,deficient",
    methods: "naive",
    peers: "all",
    orders: [9],
    batches: [2],
    growthOrders: [],
    growthSamples: [],
  });
  const { methods, omissions, failures } = record.summary as KernelStudySummary;
  assert.deepEqual(failures, []);
  for (const name of ["numpy", "torch", "torch-cuda", "jax-js"]) {
    const own = methods.filter(({ method }) => method === name);
    const line = omissions.find((each) => each.startsWith(`${name}: `));
    if (line !== undefined) {
      assert.deepEqual(own, [], name);
      assert.match(line, /: is not here: .+/);
      assert(text.includes(`\n  ${line}`));
      continue;
    }
    assert.deepEqual(
      own.map(({ precision }) => precision),
      name === "jax-js" ? ["single"] : ["single", "double"],
    );
    for (const { precision, ranks, certain, beyondBounds, largestError, deep } of own) {
      assert.deepEqual([ranks, certain, beyondBounds], [3 * 13, null, 0]);
      // Singular values, but for jax-js, whose Gram matrix knows nothing below 10⁻⁷ λ₁.
      assert(largestError! < (precision === "double" ? 1e-14 : 1e-5), `${name}: ${largestError}`);
      if (precision === "double") assert.equal(deep.wrong, 0, name);
      assert.match(text, new RegExp(`\\n {2}${name} .* nothing `));
    }
    const costs = result.cost.filter(({ method }) => method === name);
    assert.equal(costs.length, own.length);
    for (const { milliseconds, flops, peakShare, dispatches } of costs) {
      assert(milliseconds > 0 && dispatches === 0, name);
      // Each of two matrices: the least of 4 m n² − 4 n³ / 3 and 2 m n² + 2 n³, with m = 2 n.
      assert.equal(flops === null ? null : Math.round(flops), name === "jax-js" ? null : 2 * 6 * 9 ** 3);
      assert.equal(peakShare === null, name === "jax-js");
    }
  }
  assertSoundSvg(figures["counts.svg"], "Who counts right: errors of the ε-rank");
  assertSoundSvg(figures["cost.svg"], "What ranks cost: features in, three ranks out");
});

Deno.test("--peers: names, each once and in order; none by default; any other is refused", async () => {
  assert.deepEqual(await readPeers(null), { here: [], missing: [] });
  const { here, missing } = await readPeers("torch-cuda, numpy,numpy");
  assert.equal(here.length + missing.length, 2);
  await assert.rejects(readPeers("scipy"), (error) => {
    assert(error instanceof InputError);
    assert.match(error.message, /^no peer "scipy"; give one of numpy, torch, torch-cuda, jax-js, all/);
    return true;
  });
});

Deno.test("pythonPeer: says of each Python what it lacks", async () => {
  await assert.rejects(
    pythonPeer("numpy", "cpu", ["no-such-python", "true"]),
    /^Error: no-such-python: is not here, true: ends at once$/,
  );
});

Deno.test("Frames: values arrive whole from chunks of any size, and the end is told", async () => {
  const values = [
    { a: Float32Array.of(1, NaN, -Infinity), text: "ε" },
    new Float64Array(0),
    null,
    [1, [2, undefined]],
  ];
  for (const size of [1, 7, 1 << 20]) {
    const split = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.slice(at, at + size));
      },
    });
    const frames = new Frames(split.readable, split.writable);
    const sent = Promise.all(values.map((value) => frames.send(value)));
    for (const value of values) assert.deepEqual(await frames.receive(), value);
    await sent;
    const end = frames.receive();
    await frames.close();
    assert.equal(await end, undefined);
  }
});
