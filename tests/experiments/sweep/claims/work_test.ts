/**
 * Real processes that race for batches, die and hang.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { exists } from "../../../../src/experiments/sweep/claims/claim_files.ts";
import { thisOwner } from "../../../../src/experiments/sweep/claims/owner.ts";
import { survey } from "../../../../src/experiments/sweep/claims/survey.ts";
import { forgive } from "../../../../src/experiments/sweep/claims/claim.ts";
import { assert } from "../../../deps.ts";
import { filesIn, foldersIn, temporaryFolder } from "../../../support/program.ts";
import { mayMount, smallDisk } from "../../../support/small_disk.ts";

/**
 * Seconds after which claims expire: longer than a loaded machine stalls, where several processes
 * work; short, where one waits for a share of it.
 */
const PATIENT = 30, HASTY = 2;

interface Process {
  readonly child: Deno.ChildProcess;
  /** What it printed, when it has ended. */
  readonly lines: Promise<string[]>;
}

function start(sweep: string, ...args: (number | string)[]): Process {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      fileURLToPath(new URL("worker.ts", import.meta.url)),
      sweep,
      ...args.map(String),
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = new Response(child.stdout).text().then((text) => text.trimEnd().split("\n"));
  return { child, lines };
}

/** The content of a batch of that many steps, made by one process or by several in turn. */
const whole = (batch: string, steps: number) =>
  Array.from({ length: steps }, (_, step) => `step ${step} of ${batch}\n`).join("");

function assertWhole(sweep: string, batches: number, steps: number): void {
  for (let index = 0; index < batches; index++) {
    const batch = `batch-${index}`;
    assert.equal(Deno.readTextFileSync(`${sweep}/batches/${batch}/steps`), whole(batch, steps));
  }
  assert.equal(foldersIn(`${sweep}/batches`).length, batches);
  assert.deepEqual(foldersIn(`${sweep}/work`), [], "no leftovers");
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await delay(20);
}

const finishedBy = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith("finished ")).map((line) => line.slice("finished ".length));

Deno.test("six processes that start at once run each of 60 batches exactly once", async () => {
  using folder = temporaryFolder();
  const processes = Array.from({ length: 6 }, () => start(folder.path, PATIENT, 60, 2, 5));
  const outputs = await Promise.all(processes.map(({ lines }) => lines));
  assertWhole(folder.path, 60, 2);
  const finished = outputs.flatMap(finishedBy);
  assert.deepEqual([finished.length, new Set(finished).size], [60, 60]);
  // No batch was even begun twice: one claim each.
  assert.deepEqual(
    filesIn(`${folder.path}/claims`).sort(),
    Array.from({ length: 60 }, (_, index) => `batch-${index}.1`).sort(),
  );
  assert.equal(outputs.flat().filter((line) => line.includes(" from ")).length, 60);
  assert.ok(outputs.every((lines) => lines.at(-1) === "done"));
});

Deno.test("processes killed in the middle lose nothing: another goes on from what they left", async () => {
  using folder = temporaryFolder();
  const first = start(folder.path, PATIENT, 2, 40, 25), second = start(folder.path, PATIENT, 2, 40, 25);
  const begun = (batch: string) => exists(`${folder.path}/work/${batch}.1/steps`);
  await until(async () => await begun("batch-0") && await begun("batch-1"));
  await delay(100);
  first.child.kill("SIGKILL");
  second.child.kill("SIGKILL");
  await Promise.all([first.lines, second.lines]);
  const lines = await start(folder.path, PATIENT, 2, 40, 25).lines;
  assertWhole(folder.path, 2, 40);
  assert.deepEqual(finishedBy(lines), ["batch-0", "batch-1"]);
  const continued = lines.filter((line) => / from [1-9]/.test(line));
  assert.equal(continued.length, 2, `both batches go on from what was there: ${lines.join("; ")}`);
});

Deno.test("a stopped process releases its batch, with its work", async () => {
  using folder = temporaryFolder();
  const first = start(folder.path, PATIENT, 1, 40, 25);
  await until(() => exists(`${folder.path}/work/batch-0.1/steps`));
  await delay(100);
  first.child.kill("SIGTERM");
  assert.equal((await first.lines).at(-1), "stopped");
  const [state] = await survey(folder.path, ["batch-0"], {
    isDone: () => Promise.resolve(false),
    me: thisOwner(),
  });
  assert.deepEqual([state.condition, state.isFree, state.failures], ["released", true, 0]);
  assert.equal(state.claim?.message, "SIGTERM");
  const lines = await start(folder.path, PATIENT, 1, 40, 25).lines;
  assert.match(lines[0], /^batch-0 from [1-9]/);
  assertWhole(folder.path, 1, 40);
});

Deno.test("a process that hung until its claim expired neither doubles nor spoils what another did", async () => {
  using folder = temporaryFolder();
  const hung = start(folder.path, 4, 1, 60, 40);
  await until(() => exists(`${folder.path}/work/batch-0.1/steps`));
  await delay(200);
  hung.child.kill("SIGSTOP");
  const other = start(folder.path, 4, 1, 60, 40);
  // The other one waits for the claim to expire, takes over, and both work at the same time.
  await until(() => exists(`${folder.path}/work/batch-0.2/steps`));
  hung.child.kill("SIGCONT");
  const [late, lines] = await Promise.all([hung.lines, other.lines]);
  assert.match(lines.join("\n"), /batch-0: takes over from .*, silent for \d+ s\nbatch-0 from [1-9]/);
  assert.deepEqual([finishedBy(late), finishedBy(lines)], [[], ["batch-0"]]);
  assert.match(late.join("\n"), /another process has (taken batch batch-0 over|finished batch batch-0)/);
  assertWhole(folder.path, 1, 60);
});

Deno.test("a batch that fails three times at one place is given up, until it is asked for again", async () => {
  using folder = temporaryFolder();
  const lines = await start(folder.path, HASTY, 2, 4, 0, "batch-0").lines;
  const isDone = (batch: string) => exists(`${folder.path}/batches/${batch}`);
  const look = async () => (await survey(folder.path, ["batch-0"], { isDone, me: thisOwner() }))[0];
  // The third attempt begins anew, in case the files were to blame.
  assert.deepEqual(lines.filter((line) => line.startsWith("batch-0 from")), [
    "batch-0 from 0",
    "batch-0 from 2",
    "batch-0 from 0",
  ]);
  assert.deepEqual(finishedBy(lines), ["batch-1"]);
  assert.equal(lines.at(-1), "done", "not in an endless loop");
  const given = await look();
  assert.deepEqual([given.condition, given.isFree, given.claim?.message], ["abandoned", false, "poisoned"]);
  assert.deepEqual(await start(folder.path, HASTY, 2, 4, 0).lines, ["done"], "left alone");
  await forgive(folder.path, given, thisOwner());
  assert.deepEqual(await start(folder.path, HASTY, 2, 4, 0).lines, [
    "batch-0 from 0",
    "finished batch-0",
    "done",
  ]);
});

Deno.test("a machine on which three batches in a row fail leaves the rest to others", async () => {
  using folder = temporaryFolder();
  const poisoned = ["batch-0", "batch-1", "batch-2"];
  const bad = start(folder.path, HASTY, 4, 4, 0, ...poisoned);
  const lines = await bad.lines;
  assert.equal((await bad.child.status).code, 1);
  assert.equal(lines.filter((line) => line.includes("(1 of 3): poisoned")).length, 3);
  assert.deepEqual(filesIn(`${folder.path}/claims`), poisoned.map((batch) => `${batch}.1`));
  assert.equal((await start(folder.path, HASTY, 4, 4, 0).lines).at(-1), "done");
  assertWhole(folder.path, 4, 4);
});

Deno.test({
  name: "on a full disk a process waits for room, and blames no batch",
  ignore: !mayMount,
  fn: async () => {
    using folder = temporaryFolder();
    using _ = smallDisk(folder.path, 2);
    const { child, lines } = start(folder.path, HASTY, 2, 30, 20);
    await until(() => exists(`${folder.path}/work/batch-0.1/steps`));
    const filler = `${folder.path}/filler`;
    await Deno.writeFile(filler, new Uint8Array(4 << 20)).catch(() => {});
    await delay(1500);
    await Deno.remove(filler);
    assert.equal((await child.status).code, 0);
    const output = (await lines).join("\n");
    assert.match(output, /no space left in .*: waiting until there is/);
    assert.doesNotMatch(output, /failed \(/);
    assertWhole(folder.path, 2, 30);
  },
});
