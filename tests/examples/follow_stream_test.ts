import { assert } from "../deps.ts";
import { FILES, program, record, stepsIn, stream, text } from "../support/follow.ts";
import { filesIn, run, temporaryFolder } from "../support/program.ts";
import { frame, writeEnd, writeStep } from "../support/tracker.ts";

Deno.test("watch: a stream gives the same ranks as files, and ends by its last frame", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder, steps = [0, 100, 200];
  for (const step of steps) writeStep(`${cwd}/m`, step);
  writeEnd(`${cwd}/m`);
  assert.equal((await run(["m", "--quiet", "--no-report"], { cwd, program })).code, 0);
  const begin = '{"staircase":1,"layers":["conv1","fc"],"every":100}\n', end = '{"end":"done"}\n';
  // A step that comes twice counts once, as after a training that was resumed.
  const frames = [begin, ...steps.map((step) => frame(step)), frame(100), end, "what follows is not read"];
  const { code, out, err } = await stream(["--out=s", "--no-report"], cwd, frames);
  assert.deepEqual([code, out], [0, ""], err);
  assert.match(err, /^watch: step 100 comes after step 200 and is left out.*\n$/);
  assert.equal(text(`${cwd}/s/trace.csv`), text(`${cwd}/m/rank/trace.csv`));
  const { status, configuration } = record(`${cwd}/s`);
  assert.deepEqual([status, configuration.source], ["done", ["-"]]);
});

Deno.test("watch: what a stream breaks off with is told, and the steps before are kept", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder, begin = '{"staircase":1}\n';
  for (
    const [name, pieces, ends, message, status] of [
      [
        "cut",
        [begin, frame(0), frame(100).slice(0, -9)],
        2,
        /ends 9 bytes before the end of a frame/,
        "failed",
      ],
      ["eof", [begin, frame(0)], 0, /ends without a last frame/, "stopped"],
      ["text", [begin, frame(0), "Epoch 1: loss 0.3\n"], 2, /where a line of JSON is expected/, "failed"],
      [
        "huge",
        [begin, frame(0), '{"step":9,"layers":[{"name":"a","dtype":"<f4","shape":[1e12]}]}\n'],
        2,
        /give sizes/,
        "failed",
      ],
    ] as const
  ) {
    const { code, err } = await stream([`--out=${name}`, "--no-report"], cwd, pieces);
    assert.equal(code, ends, `${name}: ${err}`);
    assert.match(err, message);
    assert.deepEqual(stepsIn(`${cwd}/${name}`), [0], name);
    assert.equal(record(`${cwd}/${name}`).status, status);
    assert.deepEqual(filesIn(`${cwd}/${name}`), FILES.filter((file) => file !== "report.html"));
  }
});
