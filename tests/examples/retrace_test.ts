import { assert } from "../deps.ts";
import { record, text, traceProgram as program } from "../support/follow.ts";
import { filesIn, readTable, run, temporaryFolder } from "../support/program.ts";
import { lowRank, trainingLayers, writeStep } from "../support/tracker.ts";

Deno.test("trace: a run of trace at other thresholds has the ranks of one that was traced with them", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  for (const step of [0, 100, 200]) {
    const [conv, fc] = trainingLayers(step);
    // A layer that is missing at a step, and one with fewer and fewer samples than neurons.
    const wide = lowRank("wide", 6 - step / 50, 9, 2, step);
    writeStep(`${cwd}/m`, step, step === 100 ? [conv, wide] : [conv, fc, wide]);
  }
  const trace = async (...args: string[]) => {
    const { code, out, err } = await run([...args, "--quiet"], { cwd, program });
    assert.deepEqual([code, out, err], [0, "", ""], args.join(" "));
  };
  await trace("m", "--out=a", "--precision=double", "--epsilons=1e-1,1e-6");
  await trace("m", "--out=b", "--precision=double", "--epsilons=1e-3,1e-5", "--relative", "--no-report");
  await trace("a", "--epsilons=1e-3,1e-5", "--relative", "--no-report");
  const made = `${cwd}/a/epsilons-1e-3-1e-5-relative`;
  assert.deepEqual(filesIn(made), ["run.json", "staircase.svg", "trace.csv"]);
  for (const file of ["trace.csv", "staircase.svg"]) {
    assert.equal(text(`${made}/${file}`), text(`${cwd}/b/${file}`), file);
  }
  const { of, summary, layer_names } = record(made);
  assert.deepEqual([of.experiment, of.status, layer_names], ["trace", "done", ["conv1", "fc", "wide"]]);
  assert.deepEqual(summary, record(`${cwd}/b`).summary);
  // Its own thresholds give its own files.
  await trace("a", "--out=own");
  for (const file of ["trace.csv", "staircase.svg"]) {
    assert.equal(text(`${cwd}/own/${file}`), text(`${cwd}/a/${file}`), file);
  }
  // Without what going on needs, the spectra are those of spectra.npz.
  Deno.removeSync(`${cwd}/a/state`, { recursive: true });
  await trace("a", "--epsilons=1e-3,1e-5", "--relative", "--no-report", "--out=again");
  const ranks = (path: string) => readTable(`${cwd}/${path}/trace.csv`).rows.map((row) => row.slice(0, 13));
  assert.deepEqual(ranks("again"), ranks("b"));
  const refused = await run(["a", "--center"], { cwd, program });
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^trace: --center is for files of features/);
});
