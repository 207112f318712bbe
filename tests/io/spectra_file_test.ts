import { openArrays } from "../../src/io/array_file.ts";
import { Journal } from "../../src/io/journal.ts";
import { journalChunks, readJournal } from "../../src/io/read_journal.ts";
import { readSpectra } from "../../src/io/read_spectra.ts";
import { spectraPieces, writeSpectra } from "../../src/io/spectra_file.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import type { TraceChunk } from "../../src/train/state.ts";
import type { Trace } from "../../src/train/trace.ts";
import { assert, fc } from "../deps.ts";
import { bitsOf, entriesIn, inFolder, madeUpChunks, type MadeUpTrace, SMALL } from "../support/traces.ts";

function traceOf(shape: MadeUpTrace, chunks: readonly TraceChunk[]): Trace {
  const builder = new TraceBuilder(shape);
  for (const chunk of chunks) builder.add(chunk);
  return builder.trace;
}

const chunks = madeUpChunks(SMALL), trace = traceOf(SMALL, chunks);

Deno.test("spectra_file: a trace reads back to the bit, from memory and from a journal", () =>
  inFolder(async (folder) => {
    const path = `${folder}/spectra.npz`, journalFile = `${folder}/run-0.journal`;
    await writeSpectra(path, trace);
    assert.deepStrictEqual(bitsOf(await readSpectra(path)), bitsOf(trace));
    const bytes = await Deno.readFile(path);
    {
      await using journal = await Journal.create(journalFile, SMALL);
      for (const chunk of chunks) journal.append(chunk);
      await journal.flush();
    }
    await writeSpectra(path, { ...SMALL, chunks: journalChunks(journalFile) });
    assert.deepEqual(await Deno.readFile(path), bytes);
    assert.deepStrictEqual(bitsOf(await readSpectra(path)), bitsOf((await readJournal(journalFile)).trace));
    assert.deepEqual(entriesIn(folder), ["run-0.journal", "spectra.npz"]);
  }));

Deno.test("spectra_file: long, empty, and of one replica", () =>
  inFolder(async (folder) => {
    const path = `${folder}/spectra.npz`;
    const long = { ...SMALL, replicas: 2, widths: [40], counts: [5000, 3000, 1], every: 2, epsilons: [1e-6] };
    for (
      const shape of [long, { ...SMALL, replicas: 1, counts: [1] }, { ...SMALL, every: 1000, counts: [1, 2] }]
    ) {
      const trace = traceOf(shape, madeUpChunks(shape));
      await writeSpectra(path, trace);
      assert.deepStrictEqual(bitsOf(await readSpectra(path)), bitsOf(trace));
    }
    const none: Trace = {
      replicas: 2,
      epsilons: [1],
      losses: [new Float32Array(0), new Float32Array(0)],
      probes: [],
    };
    await writeSpectra(path, none);
    assert.deepEqual(await readSpectra(path), none);
  }));

Deno.test("spectra_file: arrays that outgrow memory leave no file behind, also where the caller stops", () =>
  inFolder(async (folder) => {
    const shape = { ...SMALL, replicas: 1, widths: [300], counts: [400], every: 1 };
    const trace = traceOf(shape, madeUpChunks(shape));
    let most = 0;
    for await (const _ of spectraPieces(trace, folder)) most = Math.max(most, entriesIn(folder).length);
    assert.ok(most >= 2, `${most} temporary files`);
    assert.deepEqual(entriesIn(folder), []);
    for await (const _ of spectraPieces(trace, folder)) break;
    assert.deepEqual(entriesIn(folder), []);
    await writeSpectra(`${folder}/spectra.npz`, trace);
    assert.deepStrictEqual(bitsOf(await readSpectra(`${folder}/spectra.npz`)), bitsOf(trace));
  }));

Deno.test("spectra_file: damaged files are refused, or read the same", () =>
  inFolder(async (folder) => {
    const path = `${folder}/spectra.npz`;
    await writeSpectra(path, trace);
    const bytes = await Deno.readFile(path), wanted = bitsOf(trace);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, by, isCut) => {
          const other = isCut ? bytes.slice(0, at) : bytes.slice();
          if (!isCut) other[at] ^= by;
          await Deno.writeFile(path, other);
          try {
            assert.deepStrictEqual(bitsOf(await readSpectra(path)), wanted);
          } catch (error) {
            assert.equal((error as Error).name, "InputError", String(error));
          }
        },
      ),
      { numRuns: 300 },
    );
    await Deno.writeTextFile(path, "1, 2, 3");
    await assert.rejects(readSpectra(path), { name: "InputError" });
  }));

Deno.test("spectra_file: what no trace of a run has is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/spectra.npz`, [probe] = trace.probes;
    const odd = [
      { ...probe, layers: probe.layers.slice(1) },
      { ...probe, layers: [...probe.layers, probe.layers[0]] },
    ] as Trace["probes"];
    for (const other of odd) {
      await assert.rejects(writeSpectra(path, { ...trace, probes: [probe, other] }), { name: "ShapeError" });
    }
    await assert.rejects(writeSpectra(`${folder}/none/x.npz`, trace), { name: "FileError" });
    assert.deepEqual(entriesIn(folder), []);
  }));

/** Prints sums over a file as NumPy reads it. */
const SCRIPT = `
import sys, json, zipfile
import numpy as np
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
z = np.load(sys.argv[1])
solved = {l: z[f"eigenvalues_{l}"].shape for l in (1, 2)}
assert all((z["is_solved"][:, l - 1].nonzero()[0] == z[f"spectrum_probe_{l}"]).all() for l in (1, 2))
print(json.dumps({
  "dtypes": {k: z[k].dtype.str for k in z.files}, "shapes": {k: z[k].shape for k in z.files},
  "epsilons": z["epsilons"].tolist(), "steps": z["probe_step"].tolist(), "replicas": z["probe_replica"].tolist(),
  "ranks": z["ranks"].tolist(), "counts": z["loss_counts"].tolist(),
  "bits": z["losses"].view("<u4").T[0].tolist(), "eigenvalues": z["eigenvalues_2"].view("<u8").astype(str).tolist(),
}))`;

const python = async (...args: readonly string[]) => {
  const { success, stdout, stderr } = await new Deno.Command("python3", { args: [...args] }).output();
  return { success, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
};
const hasNumpy = await python("-c", "import numpy").then(({ success }) => success, () => false);

Deno.test({
  name: "spectra_file: NumPy reads the same numbers",
  ignore: !hasNumpy,
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/spectra.npz`;
      await writeSpectra(path, trace);
      const { out, err, success } = await python("-c", SCRIPT, path);
      assert.ok(success, err);
      const read = JSON.parse(out);
      const P = trace.probes.length;
      assert.deepEqual(read.dtypes.losses, "<f4");
      assert.deepEqual(read.shapes.ranks, [P, 2, 3]);
      assert.deepEqual(read.epsilons, trace.epsilons);
      assert.deepEqual(read.steps, trace.probes.map(({ step }) => step));
      assert.deepEqual(read.replicas, trace.probes.map(({ replica }) => replica));
      assert.deepEqual(
        read.ranks,
        trace.probes.map(({ layers }) => layers.map(({ ranks }) => ranks.map(({ rank }) => rank))),
      );
      assert.deepEqual(read.counts, trace.losses.map(({ length }) => length));
      assert.deepEqual(read.bits, [...new Uint32Array(trace.losses[0].slice().buffer)]);
      const second = trace.probes.flatMap(({ layers: [, layer] }) =>
        layer.kind === "spectrum"
          ? [[...new BigUint64Array(layer.eigenvalues.slice().buffer)].map(String)]
          : []
      );
      assert.deepEqual(read.eigenvalues, second);
      const arrays = await openArrays(path);
      assert.deepEqual(arrays.map(({ name }) => name), Object.keys(read.shapes));
      for (const array of arrays) array[Symbol.dispose]();
    }),
});
