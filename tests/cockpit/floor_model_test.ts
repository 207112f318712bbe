import { floorAt, floorBasis } from "../../src/cockpit/data/floors.ts";
import { networkColumns } from "../../src/cockpit/data/networks.ts";
import type { ThresholdAt } from "../../src/cockpit/data/ranks_at.ts";
import { columnsOf } from "../../src/cockpit/data/run_columns.ts";
import { type ReadonlySignal, signal } from "../../src/cockpit/deps.ts";
import { floorModel, type FloorSeries } from "../../src/cockpit/page/floor_model.ts";
import { scope } from "../../src/cockpit/scope.ts";
import { lowerMedian } from "../../src/stats/median.ts";
import { assert } from "../deps.ts";
import { madeUpFacts, madeUpNetworks, madeUpTrace } from "../support/report_case.ts";

/** Waits until the floors are so. */
async function settled(
  floor: ReadonlySignal<FloorSeries | null>,
  is: (floor: FloorSeries) => boolean,
): Promise<FloorSeries> {
  const { promise, resolve } = Promise.withResolvers<FloorSeries>();
  const stop = floor.subscribe((value) => value && is(value) && resolve(value));
  try {
    return await promise;
  } finally {
    stop();
  }
}

Deno.test("floors between thresholds: of one replica, the median of all, and while networks grow", async () => {
  const shape = { replicas: 3, widths: [4] }, snapshots = madeUpNetworks(shape);
  const columns = columnsOf(madeUpTrace(shape), "absolute"), all = networkColumns(snapshots)!;
  const networks = signal(networkColumns(snapshots.slice(0, 2)));
  const run = { facts: madeUpFacts, columns: signal(columns), networks, recordedStairs: [] };
  const replica = signal<number | null>(null),
    at = signal<ThresholdAt>({ epsilon: 0.3, threshold: "absolute" });
  const expected = (replicas: readonly number[], { epsilon, threshold }: ThresholdAt, count: number) =>
    Array.from(
      { length: count },
      (_, snapshot) =>
        lowerMedian(
          replicas.map((replica) =>
            floorAt(floorBasis(all, { snapshot, replica }), epsilon, threshold === "relative")
          ),
        ),
    );
  let floor!: ReturnType<typeof floorModel>;
  const end = scope(() => floor = floorModel(run, replica, at));
  try {
    assert.equal(floor.value, null);
    const first = await settled(floor, ({ steps }) => steps.length === 2);
    assert.deepEqual([...first.values], expected([0, 1, 2], at.value, 2));
    at.value = { epsilon: 0.02, threshold: "relative" };
    assert.deepEqual([...floor.value!.values], expected([0, 1, 2], at.value, 2));
    replica.value = 1;
    assert.deepEqual([...floor.value!.values], expected([1], at.value, 2));
    networks.value = all;
    const grown = await settled(floor, ({ steps }) => steps.length === 3);
    assert.deepEqual([[...grown.steps as Float64Array], [...grown.values]], [
      [0, 70, 300],
      expected([1], at.value, 3),
    ]);
    assert.ok(new Set(grown.values).size > 1);
    // At a threshold of the run its own floors are shown.
    at.value = { epsilon: columns.epsilons[0], threshold: "absolute" };
    assert.equal(floor.value!.steps, columns.steps);
    // Of all replicas there is no median where the networks of some are not held.
    at.value = { epsilon: 0.3, threshold: "absolute" };
    networks.value = { ...all, replicas: 2 };
    replica.value = null;
    assert.equal(floor.value, null);
    replica.value = 1;
    assert.equal(floor.value!.steps.length, 3);
  } finally {
    end();
  }
});
