import { readChunkText } from "../../src/cockpit/live/feed.ts";
import { tellRun, type ToldRun } from "../../src/follow/live_feed.ts";
import { finishRun } from "../../src/follow/outputs.ts";
import { Recorder } from "../../src/follow/recorder.ts";
import type { FollowSettings } from "../../src/follow/settings.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { temporaryFolder } from "../support/program.ts";

const gpu = await openGpu();
const settings: FollowSettings = {
  source: ["m"],
  tensor: null,
  pattern: null,
  axes: null,
  layout: null,
  features: "channels",
  normalization: "mean",
  center: false,
  precision: "auto",
  epsilons: [1e-3],
  threshold: "absolute",
};
const layer = (name: string, ...eigenvalues: number[]) => ({
  name,
  neurons: 5,
  samples: 9,
  spectrum: {
    eigenvalues: Float64Array.from(eigenvalues),
    bounds: new Float64Array(eigenvalues.length),
    precision: "single" as const,
  },
});

/** Names and data of events. */
const parsed = (event: string) => {
  const [, name, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(event)!;
  return { name, data };
};

Deno.test("tellRun: steps are told with their gaps filled; a new layer, a wider one, and a page that comes late begin anew", async () => {
  using folder = temporaryFolder();
  const place = { folder: `${folder.path}/o`, mode: "new" } as const;
  await using recorder = await Recorder.open(gpu, {
    experiment: "watch",
    place,
    settings,
    files: ["spectra.npz"],
  });
  let status: string | null = null;
  const run = (): ToldRun => ({ recorder, adapterName: "A", steps: 500, status });
  const events = tellRun(run, new AbortController().signal);
  const next = async () => parsed((await events.next()).value as string);
  const chunk = async (from: AsyncGenerator<string, void, void> = events) => {
    const { name, data } = parsed((await from.next()).value as string);
    assert.equal(name, "chunk");
    const { first, count, losses: [losses], probes: [{ step, layers }] } = readChunkText(data, {
      replicas: 1,
      epsilons: [1e-3],
    });
    assert.deepEqual([losses.length, first + count], [count, step + 1]);
    // A rank that is not known is −1 in the page.
    return { first, loss: losses[count - 1], ranks: layers.map(({ ranks: [{ low }] }) => low | 0) };
  };
  await recorder.append([{ step: 0, loss: 4, layers: [layer("a", 1, 0.1)] }]);
  const { name, data } = await next(), { facts, adapterName } = JSON.parse(data);
  assert.deepEqual([name, adapterName, facts.hidden, facts.steps, facts.epsilons], ["run", "A", [2], 500, [
    1e-3,
  ]]);
  assert.deepEqual(facts.layers, [{ name: "a", width: 5 }]);
  assert.deepEqual(await chunk(), { first: 0, loss: 4, ranks: [2] });
  await recorder.append([{ step: 10, loss: NaN, layers: [] }, {
    step: 30,
    loss: 2,
    layers: [layer("a", 1, 1e-4)],
  }]);
  assert.deepEqual(await chunk(), { first: 1, loss: NaN, ranks: [-1] });
  assert.deepEqual(await chunk(), { first: 11, loss: 2, ranks: [1] });
  await recorder.append([{ step: 40, loss: 1, layers: [layer("b", 1), layer("a", 1, 1, 1)] }]);
  const again = await next();
  assert.deepEqual([again.name, JSON.parse(again.data).facts.hidden], ["run", [3, 1]]);
  const all = [[2, -1], [-1, -1], [1, -1], [3, 1]];
  for (const ranks of all) assert.deepEqual((await chunk()).ranks, ranks);
  await finishRun(recorder, { status: "done", facts: {}, formats: ["svg"] });
  status = "done";
  assert.deepEqual(await next(), { name: "end", data: '{"status":"done"}' });
  assert((await events.next()).done);
  const late = tellRun(run, new AbortController().signal);
  assert.equal(parsed((await late.next()).value as string).name, "run");
  for (const ranks of all) assert.deepEqual((await chunk(late)).ranks, ranks);
});

Deno.test("tellRun: steps beyond what a page can hold are told by their count", async () => {
  using folder = temporaryFolder();
  const place = { folder: `${folder.path}/o`, mode: "new" } as const;
  await using recorder = await Recorder.open(gpu, { experiment: "watch", place, settings, files: [] });
  await recorder.append(
    [5, 2 ** 40, 2 ** 53 - 1].map((step) => ({ step, loss: 1, layers: [layer("a", 1)] })),
  );
  const told: string[] = [];
  for await (
    const event of tellRun(
      () => ({ recorder, adapterName: "A", steps: null, status: "stopped" }),
      new AbortController().signal,
    )
  ) {
    const { name, data } = parsed(event);
    const read = () => readChunkText(data, { replicas: 1, epsilons: [1e-3] });
    told.push(name === "chunk" ? `${read().first} ${read().count} ${read().probes[0].step}` : name);
  }
  assert.deepEqual(told.slice(-5), ["run", "0 1 5", `1 1 ${2 ** 40}`, `2 1 ${2 ** 53 - 1}`, "end"]);
});
