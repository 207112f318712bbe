import { Backlog } from "../../src/follow/backlog.ts";
import { FolderFeed } from "../../src/follow/folder_feed.ts";
import type { FedStep } from "../../src/follow/step_feed.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { temporaryFolder } from "../support/program.ts";
import { beginTraining, npzFile, trainingLayers, writeEnd, writeStep } from "../support/tracker.ts";

/** A feed of a folder, and all that comes of it. */
function follow(path: string, changed: Partial<ConstructorParameters<typeof FolderFeed>[1]> = {}) {
  const notices: string[] = [];
  const feed = new FolderFeed(path, {
    every: 1,
    tensor: null,
    pattern: null,
    isConsumed: false,
    recorded: [],
    session: null,
    onNotice: (line) => void notices.push(line),
    ...changed,
  });
  const backlog = new Backlog<FedStep>({ mostSteps: 1000, onDrop: () => {}, onStride: () => {} });
  const steps = async () => {
    await feed.poll(backlog);
    return backlog.take();
  };
  return { feed, notices, steps, numbers: async () => (await steps()).map(({ step }) => step) };
}

Deno.test("FolderFeed: files of the tracker that are half written are waited for; another version is refused", async () => {
  using folder = temporaryFolder();
  const { path } = folder, { feed, numbers } = follow(path);
  writeStep(path, 0);
  Deno.writeTextFileSync(`${path}/tracker.json`, '{"format":1,"lay');
  assert.deepEqual(await numbers(), []);
  Deno.writeTextFileSync(`${path}/tracker.json`, '{"format":1,"layers":["a"],"steps":7}');
  assert.deepEqual(await numbers(), [0]);
  assert.deepEqual(feed.facts, { layers: ["a"], steps: 7 });
  Deno.writeTextFileSync(`${path}/end.json`, "{");
  assert.deepEqual([await numbers(), feed.end], [[], null]);
  writeEnd(path, { status: "done" });
  assert.deepEqual([await numbers(), feed.end], [[], { status: "done", dropped: 0 }]);
  Deno.writeTextFileSync(`${path}/tracker.json`, '{"format":"1"}');
  await assert.rejects(follow(path).numbers(), inputError(/is of format 1, and this program reads 1/));
});

Deno.test("FolderFeed: steps come in their order, once, and behind those that are recorded", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  // Without a folder of features: one file for each step, in the folder itself.
  for (const name of ["b_step_9.npz", "b_step_10.npz", "b_step_2.npz", "13.npz", ".c_step_1.npz", "x.npz"]) {
    Deno.writeFileSync(`${path}/${name}`, npzFile(trainingLayers(0)));
  }
  Deno.mkdirSync(`${path}/d_step_11.npz`);
  const { numbers, notices, feed } = follow(path, { recorded: [1, 2] });
  assert.deepEqual(await numbers(), [9, 10, 13]);
  assert.deepEqual(await numbers(), []);
  assert.match(notices.join(), /^x\.npz has no step in its name/);
  // What goes back without a tracker that says so is left out.
  Deno.writeFileSync(`${path}/step_4.npz`, npzFile(trainingLayers(0)));
  Deno.writeFileSync(`${path}/step_14.npz`, npzFile(trainingLayers(0)));
  assert.deepEqual([await numbers(), notices.length, feed.end], [[14], 1, null]);
  assert.deepEqual(await follow(path, { pattern: "b_step_{step}" }).numbers(), [2, 9, 10]);
});

Deno.test("FolderFeed: a half file is left out after the end alone, and is not deleted", async () => {
  using folder = temporaryFolder();
  const { path } = folder, { steps, notices, feed } = follow(path, { isConsumed: true });
  writeStep(path, 0);
  writeStep(path, 2);
  Deno.writeFileSync(`${path}/features/step_1.npz`, new Uint8Array(0));
  const [first, ...others] = await steps();
  assert.deepEqual([first.step, others], [0, []]);
  using open = await first.open();
  assert.deepEqual(open.layers.map(({ layer }) => layer), ["conv1", "fc"]);
  await first.discard();
  assert.deepEqual(await steps(), []);
  writeEnd(path);
  // The half file may have been waited for long enough at the first look after the end.
  const atOnce = await steps();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([...atOnce, ...await steps()].map(({ step }) => step), [2]);
  assert.deepEqual([notices.length, feed.end?.status], [1, "done"]);
  assert.deepEqual([...Deno.readDirSync(`${path}/features`)].map(({ name }) => name).sort(), [
    "step_000000002.npz",
    "step_1.npz",
  ]);
});

Deno.test("FolderFeed: another process of the tracker may go back; its older files are those of the one before", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  beginTraining(path, 1);
  for (const step of [0, 10, 20]) writeStep(path, step);
  const { steps } = follow(path);
  const first = await steps();
  await new Promise((resolve) => setTimeout(resolve, 5));
  beginTraining(path, 2, 10);
  writeStep(path, 10);
  const second = await steps();
  assert.deepEqual([first, second].map((all) => all.map(({ step }) => step)), [[0, 10, 20], [10]]);
  const sessions = [...new Set([...first, ...second].map(({ session }) => session))];
  assert.equal(sessions.length, 2);
  // One that begins to watch now goes on where the record ends, in the session of the record.
  const later = await follow(path, { recorded: [0, 10, 20], session: sessions[0] }).numbers();
  const same = await follow(path, { recorded: [0, 10], session: sessions[1] }).numbers();
  assert.deepEqual([later, same], [[10], []]);
});
