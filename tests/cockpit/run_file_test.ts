import { InputError } from "../../src/errors.ts";
import { pack, unpack } from "../../src/cockpit/data/pack.ts";
import { networkColumns } from "../../src/cockpit/data/networks.ts";
import { columnsOf } from "../../src/cockpit/data/run_columns.ts";
import { packRun, unpackRun } from "../../src/cockpit/data/run_file.ts";
import { assert } from "../deps.ts";
import { madeUpFacts, madeUpNetworks, madeUpTrace } from "../support/report_case.ts";

Deno.test("pack: a record and arrays of any kind and length come back to the bit", async () => {
  const arrays = {
    f8: Float64Array.of(NaN, -0, Infinity, 5e-324, 0.1),
    f4: Float32Array.of(NaN, 1.5),
    i4: Int32Array.of(-1, 2 ** 31 - 1),
    u4: Uint32Array.of(2 ** 32 - 1),
    u1: Uint8Array.from({ length: 70_001 }, (_, i) => (i * i) % 251),
    none: new Float64Array(0),
    part: new Float64Array([1, 2, 3, 4]).subarray(1, 3),
  };
  const record = { text: "</script>\u2028 ε", list: [1, null] };
  const text = await pack({ record, arrays });
  assert.match(text, /^[A-Za-z0-9+/]+=*$/);
  assert.deepEqual(await unpack(text), { record, arrays });
});

Deno.test("unpackRun: what is damaged, cut off, of another kind or version is refused in one line", async () => {
  const columns = columnsOf(madeUpTrace({ replicas: 2 }), "absolute");
  const networks = networkColumns(madeUpNetworks({ replicas: 2 }));
  const text = await packRun({ facts: madeUpFacts, stairs: [], networks, columns });
  const { record, arrays } = await unpack(text);
  const { loss: _, ...without } = arrays, { "networks parameters": __, ...networkless } = arrays;
  assert.deepEqual((await unpackRun(text)).networks, networks);
  const wrong = [
    "",
    "no base64!",
    btoa("no gzip"),
    text.slice(0, 400),
    text.slice(0, -400),
    await pack({ record: null, arrays: {} }),
    await pack({ record: { ...record as object, format: 2 }, arrays }),
    await pack({ record, arrays: without }),
    await pack({ record, arrays: networkless }),
    await pack({ record, arrays: { ...arrays, "rank 0 0": new Int32Array(3) } }),
  ];
  for (const [i, each] of wrong.entries()) {
    await assert.rejects(() => unpackRun(each), (error) => {
      assert(error instanceof InputError && !error.message.includes("\n"), `${i}: ${error}`);
      return true;
    });
  }
});

Deno.test("columnsOf: of a long run the steps that can be seen are kept, with all peaks", () => {
  const trace = madeUpTrace({ replicas: 2, probes: 9000, widths: [40], every: 1 });
  const peak = trace.probes[2 * 1234];
  (peak as { loss: number }).loss = 99;
  const { steps, loss, spectrumAt, recorded, layers, isSolved } = columnsOf(trace, "absolute");
  assert.deepEqual(recorded, { replicas: 2, steps: 9000, spectra: 9000 });
  assert(steps.length < 9000 && spectrumAt.length <= 7500, `${steps.length} steps`);
  assert.deepEqual([steps[0], steps.at(-1)], [0, 89_990]);
  assert.equal(Math.max(...loss.filter(Number.isFinite)), 99);
  assert(steps.every((step, i) => i === 0 || steps[i - 1] < step));
  // Each spectrum that is kept is that of its step.
  const S = spectrumAt.length;
  for (let s = 0; s < S; s += 100) {
    const { layers: [first] } = trace.probes.find(({ step, replica }) =>
      step === steps[spectrumAt[s]] && replica === 0
    )!;
    assert(isSolved[s] === 1 && first.kind === "spectrum");
    assert.deepEqual(layers[0].eigenvalues.slice(s * 40, (s + 1) * 40), first.eigenvalues);
  }
});

Deno.test("columnsOf: of very many replicas the first, and of their steps those that can be seen", () => {
  const trace = madeUpTrace({ replicas: 300, probes: 1200, widths: [3], epsilons: [1e-3], every: 1000 });
  const { replicas, steps, loss, recorded } = columnsOf(trace, "absolute");
  assert.deepEqual([replicas, recorded.replicas, recorded.steps], [256, 300, 1200]);
  assert(steps.length < 1200 && loss.length <= 256 * 1100, `${steps.length} steps`);
  const P = steps.length;
  for (const { step, replica, loss: own } of trace.probes.slice(-300)) {
    if (replica < 256 && step === steps[P - 1]) assert.equal(loss[replica * P + P - 1], own);
  }
});
