/**
 * How claims on disk are read: by the clock of the file server, whatever they hold.
 *
 * @module
 */
import { claimsFolder, createClaim } from "../../../../src/experiments/sweep/claims/claim_files.ts";
import { isGone, type Owner, thisOwner } from "../../../../src/experiments/sweep/claims/owner.ts";
import { type ClaimRecord, claimText, parseClaim } from "../../../../src/experiments/sweep/claims/record.ts";
import { statusText, sweepStatus } from "../../../../src/experiments/sweep/claims/status.ts";
import { assert, fc } from "../../../deps.ts";
import { temporaryFolder } from "../../../support/program.ts";

const elsewhere: Owner = { host: "node7", machine: "another", process: "5@9", job: "12_3", restarts: 0 };

const plain: ClaimRecord = {
  batch: "b",
  attempt: 1,
  owner: elsewhere,
  status: "running",
  started: "2026-01-01T00:00:00.000Z",
  written: "2026-01-01T00:01:40.000Z",
  expiresAfter: 300,
  from: 0,
  step: 500,
  steps: 1000,
  reached: 0,
  failures: 0,
  resumes: null,
  message: null,
};

Deno.test("a claim is read as it was written; anything else is none", () => {
  const claim: ClaimRecord = {
    ...plain,
    status: "failed",
    message: 'no "room"\nleft',
    resumes: 2,
    from: null,
  };
  assert.deepEqual(parseClaim(claimText(claim)), claim);
  const text = claimText(claim);
  fc.assert(
    fc.property(fc.nat(text.length - 2), fc.string(), (at, inserted) => {
      const read = parseClaim(text.slice(0, at) + inserted);
      assert.ok(read === null || JSON.stringify(read).length > 0);
      assert.equal(parseClaim(text.slice(0, at)), null);
    }),
  );
  for (
    const wrong of [{ attempt: -1 }, { step: 0.5 }, { status: "asleep" }, { owner: {} }, { expires_after: 0 }]
  ) {
    assert.equal(parseClaim(JSON.stringify({ ...JSON.parse(text), ...wrong })), null);
  }
  assert.equal(parseClaim("[".repeat(60_000)), null);
});

Deno.test("an owner is gone if its process ended on this machine, or Slurm has started its job anew", () => {
  const me = thisOwner();
  assert.ok(!isGone(me, me));
  assert.ok(isGone({ ...me, process: "1@1" }, me), "the number is in use again");
  assert.ok(!isGone(elsewhere, me));
  assert.ok(!isGone(elsewhere, { ...me, job: "12_3", restarts: 0 }));
  assert.ok(isGone(elsewhere, { ...me, job: "12_3", restarts: 1 }));
  assert.ok(!isGone(elsewhere, { ...me, job: "12_4", restarts: 1 }));
});

/** Lets a file of a claim look as if it was written that many seconds ago. */
async function age(sweep: string, name: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000);
  await Deno.utime(`${claimsFolder(sweep)}/${name}`, then, then);
}

Deno.test("the status counts trials and batches, names what runs and what failed, and estimates the time", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const write = (batch: string, changes: Partial<ClaimRecord>) =>
    createClaim(path, { ...plain, batch, ...changes });
  await write("running", {});
  await write("silent", {});
  await age(path, "silent.1", 301);
  await write("failing", { status: "failed", message: "lost the device", failures: 1, reached: 500 });
  await write("hopeless", { attempt: 3, status: "failed", message: "no memory", failures: 2, reached: 500 });
  await write("halted", { status: "released", message: "SIGTERM" });
  // Made this moment, not yet written; and made long ago by a process that died at once.
  await Deno.writeTextFile(`${claimsFolder(path)}/fresh.1`, "");
  await Deno.writeTextFile(`${claimsFolder(path)}/stillborn.1`, "");
  await age(path, "stillborn.1", 301);
  const ids = [
    "finished",
    "running",
    "silent",
    "failing",
    "hopeless",
    "halted",
    "fresh",
    "stillborn",
    "untouched",
  ];
  const batches = ids.map((id) => ({ id, trials: 4, cost: 10, steps: 1000 }));
  const status = await sweepStatus(path, batches, (id) => Promise.resolve(id === "finished"));
  assert.deepEqual(
    Object.fromEntries(status.details.map(({ batch, state }) => [batch, state])),
    {
      running: "running",
      silent: "expired",
      failing: "failed",
      hopeless: "abandoned",
      halted: "released",
      fresh: "running",
      stillborn: "expired",
    },
  );
  assert.deepEqual([status.trials, status.trialsDone], [36, 4]);
  assert.equal(status.share, (1 + 5 * 0.5) / 9);
  // One batch runs, at 5 steps a second. Left are 4 that are half done and 3 untouched, without the
  // hopeless.
  assert.equal(status.secondsLeft, (4 * 5 + 3 * 10) / (10 * 5 / 1000));
  const text = statusText(status).join("\n");
  assert.match(
    text,
    /^4 of 36 trials done, 38 % of the work, about 17 min left\n9 batches: 1 done, 2 running, /,
  );
  assert.match(text, /running +running +node7, job 12_3 +4 +1 +500 +1000 +\d s ago/);
  assert.match(text, /\nfailing failed: lost the device\nhopeless failed: no memory$/);
});
