/**
 * A sweep on a real Slurm, whose tasks and node are killed while they run.
 *
 * @module
 */
import { assert } from "../../../deps.ts";
import { foldersIn, temporaryFolder } from "../../../support/program.ts";
import { hasSlurm, SlurmCluster } from "../../../support/slurm.ts";
import { sweep, SweepOnCluster, sweepWell } from "../../../support/slurm_sweep.ts";

/** Six networks that take a few seconds each. */
const GRID = [
  "--grid=learningRate=1e-2,3e-3 seed=0..2",
  "--trials-per-batch=1",
  "--checkpoint-every=1",
  "--width=16",
  "--depth=2",
  "--steps=6000",
];

Deno.test({
  name: "tasks and a node are killed and queued again, and the table is that of one process, bit for bit" +
    (hasSlurm ? "" : " (no Slurm: install slurm-wlm and munge)"),
  ignore: !hasSlurm,
  fn: async () => {
    using folder = temporaryFolder();
    await using cluster = await SlurmCluster.start(["node1", "node2"]);
    await sweepWell([...GRID, "--out=alone", "--quiet"], folder.path);
    const submitted = await sweepWell(
      [...GRID, "--out=it's here", "--slurm", "--tasks=3", "--gpus=0"],
      folder.path,
      cluster.env,
    );
    assert.match(
      submitted.out,
      /^job \d+: 3 tasks for 6 batches; its script is .*job\.sh\nsweep it's here --status tells/,
    );
    const shared = new SweepOnCluster(cluster, `${folder.path}/it's here`);

    const first = await shared.busyTask();
    Deno.kill(first.pid, "SIGKILL");
    const second = await shared.busyTask(({ name }) => name !== first.job.name);
    await cluster.signal(second.job.name, "USR1");
    // The node that is killed next may be this task's: it has to say so before.
    await cluster.until(
      () => Promise.resolve(/queues again: the time limit is near/.test(shared.logs())),
      60,
    );
    const third = await shared.busyTask(({ node }) => node !== "");
    await cluster.killNode(third.job.node);

    const status = await sweepWell(["it's here", "--status"], folder.path);
    assert.match(status.out, /^\d of 6 trials done, \d+ % of the work/);
    await shared.over(180);

    const logs = shared.logs();
    assert.match(logs, /queues again: the task was killed or crashed, status 137/);
    assert.match(logs, /queues again: the time limit is near/);
    assert.match(logs, /start 2/);
    // The work was gone on with, not begun anew.
    assert.ok(shared.claims().some(({ resumes, from }) => resumes !== null && from! > 0), logs);
    for (const name of ["sweep.csv", "sweep.parquet"]) {
      const [one, many] = ["alone", "it's here"].map((out) =>
        Deno.readFileSync(`${folder.path}/${out}/${name}`)
      );
      assert.ok(
        one.length > 100 && one.every((byte, i) => byte === many[i]) && one.length === many.length,
        logs,
      );
    }
    assert.equal(foldersIn(`${shared.folder}/batches`).length, 6);
    assert.deepEqual(foldersIn(`${shared.folder}/work`), []);
    const done = await sweepWell(["it's here", "--status", "--json"], folder.path);
    const { trials, trials_done, batches } = JSON.parse(done.out);
    assert.deepEqual([trials, trials_done, batches.done], [6, 6, 6]);
    // Nothing is left to submit.
    const again = await sweepWell(["it's here", "--slurm", "--quiet"], folder.path);
    assert.equal(again.out, "");
  },
});

Deno.test("without Slurm the script is written, and the line says what to do with it", async () => {
  using folder = temporaryFolder();
  const { code, err } = await sweep(["--grid=seed=0,1", "--out=o", "--slurm"], folder.path, {
    PATH: "/nowhere",
  });
  assert.equal(code, 1);
  assert.match(
    err,
    /^sweep: there is no sbatch on this machine: submit .*\/o\/slurm\/job\.sh on one that has Slurm/,
  );
  assert.match(Deno.readTextFileSync(`${folder.path}/o/slurm/job.sh`), /^#SBATCH --gpus=1$/m);
});
