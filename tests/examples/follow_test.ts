import { assert } from "../deps.ts";
import {
  FILES,
  isWindows,
  pause,
  program,
  record,
  start,
  stepsIn,
  text,
  traceProgram,
  until,
} from "../support/follow.ts";
import { filesIn, run, temporaryFolder } from "../support/program.ts";
import {
  beginTraining,
  lowRank,
  npzFile,
  scalar,
  trainingLayers,
  writeEnd,
  writeStep,
} from "../support/tracker.ts";

Deno.test("watch: a training is followed from before its first file to its end, and half files are waited for", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder, run1 = `${cwd}/m`;
  await using watching = start(["m", "--poll=0.05", "--no-report"], cwd);
  await until("it waits", () => record(`${run1}/rank`).status === "running");
  Deno.mkdirSync(`${run1}/features`, { recursive: true });
  Deno.writeTextFileSync(`${run1}/tracker.json`, '{"format":1,"every":10,"layers":["conv1","fc"],"new":{}}');
  writeStep(run1, 0);
  await until("the first step", () => stepsIn(`${run1}/rank`).length === 1);
  // A file that is written in place grows; those behind it wait.
  const whole = npzFile([...trainingLayers(10), scalar("loss", 7)]),
    half = `${run1}/features/step_000000010.npz`;
  Deno.writeFileSync(half, whole.slice(0, 700));
  Deno.writeTextFileSync(`${run1}/features/.hidden_step_15.npz`, "x");
  Deno.writeTextFileSync(`${run1}/features/notes_step_16.txt`, "x");
  writeStep(run1, 20);
  await pause(400);
  assert.deepEqual(stepsIn(`${run1}/rank`), [0]);
  Deno.writeFileSync(half, whole);
  await until("the steps behind it", () => stepsIn(`${run1}/rank`).length === 3);
  // One that never becomes whole is left out after the end.
  Deno.writeFileSync(`${run1}/features/step_000000030.npz`, whole.slice(0, 700));
  writeStep(run1, 40);
  writeEnd(run1, { status: "failed", last_step: 40, dropped: 2 });
  const { code, out, err } = await watching.end();
  assert.deepEqual([code, out], [0, ""], err);
  assert.match(
    err,
    /^watch: m is not there yet; waiting for it\nwatch: step 30 is left out: .*step_000000030\.npz: .*\n$/,
  );
  assert.deepEqual(filesIn(`${run1}/rank`), FILES.filter((name) => name !== "report.html"));
  assert.deepEqual(stepsIn(`${run1}/rank`), [0, 10, 20, 40]);
  const { status, training, experiment } = record(`${run1}/rank`);
  assert.deepEqual([experiment, status, training], ["watch", "failed", { status: "failed", dropped: 2 }]);
  // The same files at once give the same table.
  Deno.removeSync(`${run1}/features/step_000000030.npz`);
  const traced = await run(["m", "--out=t", "--quiet", "--no-report"], { cwd, program: traceProgram });
  assert.equal(traced.code, 0, traced.err);
  assert.equal(text(`${cwd}/t/trace.csv`), text(`${run1}/rank/trace.csv`));
});

Deno.test({
  name: "watch: killed and started again it comes to the same table; consumed features are gone",
  ignore: isWindows,
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder, steps = Array.from({ length: 30 }, (_, k) => 10 * k);
    for (const step of steps) writeStep(`${cwd}/whole`, step);
    writeEnd(`${cwd}/whole`);
    assert.equal((await run(["whole", "--quiet", "--no-report"], { cwd, program })).code, 0);
    const args = ["m", "--poll=0.05", "--consume", "--no-report"];
    for (const [from, to] of [[0, 7], [7, 8], [8, 20]]) {
      await using watching = start(args, cwd);
      for (const step of steps.slice(from, to)) writeStep(`${cwd}/m`, step);
      await until("steps", () => stepsIn(`${cwd}/m/rank`).length >= to - 1);
      watching.child.kill("SIGKILL");
      await watching.end();
    }
    // What was torn is cut off.
    Deno.writeFileSync(`${cwd}/m/rank/state/run-0.journal`, Uint8Array.of(9, 0, 0, 0, 1, 2, 3), {
      append: true,
    });
    for (const step of steps.slice(20)) writeStep(`${cwd}/m`, step);
    writeEnd(`${cwd}/m`);
    const { code, err } = await start(args, cwd).end();
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(text(`${cwd}/m/rank/trace.csv`), text(`${cwd}/whole/rank/trace.csv`));
    assert.equal(
      text(`${cwd}/m/rank/staircase.svg`).replaceAll("ε-rank: m", "ε-rank: whole"),
      text(`${cwd}/whole/rank/staircase.svg`),
    );
    assert.deepEqual([...Deno.readDirSync(`${cwd}/m/features`)], []);
    // With other options it is another run.
    const other = await run(["m", "--center"], { cwd, program });
    assert.equal(other.code, 2);
    assert.match(other.err, /^watch: m\/rank: was followed with other options; .*\n$/);
    // Nothing new: it ends at once, with the same table.
    assert.equal((await start(args, cwd).end()).code, 0);
    assert.equal(text(`${cwd}/m/rank/trace.csv`), text(`${cwd}/whole/rank/trace.csv`));
  },
});

Deno.test("watch: a training that goes back makes its later steps again, while it is watched and between", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder,
    own = (seed: number) => [lowRank("conv1", 12, 8, 5, seed), lowRank("fc", 9, 6, 4, seed)];
  const args = ["m", "--poll=0.05", "--no-report"];
  const write = (pid: number, steps: readonly number[]) => {
    beginTraining(`${cwd}/m`, pid, steps[0]);
    for (const step of steps) writeStep(`${cwd}/m`, step, own(100 * pid + step));
  };
  const assertTraced = async (name: string) => {
    const traced = await run(["m", `--out=${name}`, "--quiet", "--no-report"], {
      cwd,
      program: traceProgram,
    });
    assert.equal(traced.code, 0, traced.err);
    assert.equal(text(`${cwd}/m/rank/trace.csv`), text(`${cwd}/${name}/trace.csv`));
  };
  write(1, [0, 10, 20, 30]);
  {
    await using watching = start(args, cwd);
    await until("four steps", () => stepsIn(`${cwd}/m/rank`).length === 4);
    write(2, [20, 25, 30, 50]);
    await until("steps made again", () => stepsIn(`${cwd}/m/rank`).join() === "0,10,20,25,30,50");
    writeEnd(`${cwd}/m`);
    const { code, err } = await watching.end();
    assert.equal(code, 0, err);
    assert.match(err, /^watch: the training goes back to step 20; later ones are made again\n$/);
  }
  await assertTraced("a");
  // It begins anew while nobody watches.
  write(3, [0, 5]);
  writeEnd(`${cwd}/m`);
  const { code, err } = await start(args, cwd).end();
  assert.equal(code, 0, err);
  assert.deepEqual(stepsIn(`${cwd}/m/rank`), [0, 5]);
  await assertTraced("b");
});

Deno.test("watch: where too many steps wait they are thinned evenly; an alarm ends it with status 3", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  for (let k = 0; k < 100; k++) writeStep(`${cwd}/m`, k);
  const args = ["m", "--poll=0.05", "--backlog=10", "--no-report", "--on-alarm=exit"];
  await using watching = start([...args, "--alarm=rank(fc, 1e-4) >= 3 and loss < 2"], cwd);
  await until("thinned steps", () => stepsIn(`${cwd}/m/rank`).length >= 7);
  // Those that follow are thinned by the same count.
  for (let k = 100; k <= 112; k++) writeStep(`${cwd}/m`, k);
  const { code, out, err } = await watching.end();
  assert.deepEqual([code, out], [3, ""], err);
  assert.match(err, /watch: ranks take longer than the training: every 16th step is taken\n/);
  assert.match(
    err,
    /watch: alarm at step 112: .*\nwatch: the alarm went off at step 112: rank\(fc, 1e-4\) >= 3 and loss < 2\n$/,
  );
  assert.deepEqual(stepsIn(`${cwd}/m/rank`), [0, 16, 32, 48, 64, 80, 96, 112]);
  const { status, thinned, alarms } = record(`${cwd}/m/rank`);
  assert.deepEqual([status, thinned], ["stopped", { steps: 105, stride: 16 }]);
  assert.deepEqual(alarms.map(({ step }: { step: number }) => step), [112]);
});

Deno.test({
  name: "watch: a command of an alarm runs each time it begins to hold; Ctrl-C leaves whole files",
  ignore: isWindows,
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder;
    for (const [k, rank] of [1, 4, 4, 1, 4].entries()) {
      writeStep(`${cwd}/m`, k, [lowRank("a", 9, 6, rank, k)]);
    }
    await using watching = start(
      [
        "m",
        "--poll=0.05",
        "--alarm=rank(a, 1e-6) > 3",
        '--on-alarm=echo "$STAIRCASE_STEP $STAIRCASE_RUN" >> log',
      ],
      cwd,
    );
    await until("five steps", () => stepsIn(`${cwd}/m/rank`).length === 5);
    await until("two alarms", () => text(`${cwd}/log`).split("\n").length === 3);
    watching.child.kill("SIGINT");
    const { code, err } = await watching.end();
    assert.equal(code, 130, err);
    assert.deepEqual(text(`${cwd}/log`).trim().split("\n").sort(), ["1 m/rank", "4 m/rank"]);
    assert.deepEqual(filesIn(`${cwd}/m/rank`), FILES);
    assert.equal(record(`${cwd}/m/rank`).status, "stopped");
    assert.deepEqual(filesIn(`${cwd}/m/rank/state`).filter((name) => name !== "run-0.journal"), []);
  },
});

Deno.test("watch: wrong requests are refused in a line, before anything is written", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeTextFileSync(`${cwd}/file`, "");
  Deno.mkdirSync(`${cwd}/new`);
  Deno.writeTextFileSync(`${cwd}/new/tracker.json`, '{"format":2}');
  for (
    const [args, message] of [
      [[], /DIR is missing/],
      [["file"], /file: is no folder/],
      [["m", "--alarm=rank(a) < 1"], /the alarm has "\)"/],
      [["m", "--on-alarm=exit"], /has no alarm/],
      [["m", "--poll=0"], /--poll/],
      [["m", "--backlog=0"], /--backlog/],
      [["new", "--no-report"], /tracker\.json: is of format 2, and this program reads 1/],
    ] as const
  ) {
    const { code, out, err } = await run([...args, "--quiet"], { cwd, program });
    assert.deepEqual([code, out], [2, ""], `${args}: ${err}`);
    assert.match(err, message);
    assert.equal(err.trimEnd().split("\n").length, 1);
  }
  assert(!filesIn(cwd).includes("m"));
});
