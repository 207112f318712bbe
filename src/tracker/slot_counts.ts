/**
 * Certified ranks of the layers of many tracked steps, counted together.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import { ReadbackRing } from "../gpu/readback.ts";
import { MOST_ORDER } from "../linalg/count/inertia_double_single.ts";
import { vectors } from "../linalg/matrix_view.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { bindCountedProbes, type CountedProbes } from "../rank/probes/counted_probe.ts";
import type { SlotLayer, SlotLayout } from "./features.ts";
import { bindGatherRows, gatherKernel } from "./gather_rows.ts";
import type { CompleteTrackerOptions } from "./options.ts";

/**
 * Steps whose ranks are counted together, at most. One count is one invocation, and would leave a
 * GPU idle; and each read-back waits, under Deno with the whole event loop, for all work of the
 * device. So both come once in several steps.
 */
const MOST_STEPS = 8;
/** Layers that one table of the counting kernels holds. */
const MOST_LAYERS = 32;

/** Layers with equal numbers of samples, whose features lie in one array. */
interface Group {
  readonly probes: CountedProbes;
  readonly features: GpuArray;
  readonly layers: readonly GroupedLayer[];
}

/** A layer, its place in the layout, and in the array of its group. */
interface GroupedLayer extends SlotLayer {
  readonly index: number;
  readonly to: number;
  readonly width: number;
}

/** Counts the ranks of steps of one layout. */
export class SlotCounts implements Disposable {
  /** Steps that are counted together. */
  readonly steps: number;
  readonly #gpu: Gpu;
  readonly #layers: number;
  readonly #groups: readonly Group[];
  readonly #ring: ReadbackRing | null;
  readonly #stack: DisposableStack;
  #made = 0;
  #counted = 0;

  private constructor(
    gpu: Gpu,
    { layers }: SlotLayout,
    groups: readonly Group[],
    stack: DisposableStack,
  ) {
    this.#gpu = gpu;
    this.#layers = layers.length;
    this.#groups = groups;
    this.steps = groups.length === 0 ? 1 : Math.min(...groups.map(({ probes }) => probes.capacity));
    const results = groups.flatMap(({ probes }) => probes.results);
    this.#ring = results.length === 0 ? null : stack.use(new ReadbackRing(gpu, results, 1));
    this.#stack = stack.move();
  }

  /**
   * Binds the counts, as far as ranks can be counted.
   *
   * @param gpu Device.
   * @param layout Layers of the steps.
   * @param options Thresholds and weights; steps counted together are no more than `capacity`.
   * @returns The counts.
   */
  static async bind(gpu: Gpu, layout: SlotLayout, options: CompleteTrackerOptions): Promise<SlotCounts> {
    const { epsilons, threshold, weights, capacity } = options;
    using stack = new DisposableStack();
    const groups: Group[] = [];
    const nothing = stack.use(new GpuArray(gpu, "no loss", 2));
    for (const layers of threshold === "absolute" ? groupsOf(layout) : []) {
      using own = new DisposableStack();
      const { rows } = layers[0], last = layers[layers.length - 1];
      const features = own.use(new GpuArray(gpu, "features", last.to + last.rows * last.width));
      const probes = await bindCountedProbes(gpu, {
        layers: layers.map(({ to, width, columns }) => ({
          features: { array: features, stride: width / 4, batch: 0, offset: to / 4 },
          width: columns,
        })),
        replicas: 1,
        samples: rows,
        weights: weights ?? new Float64Array(rows).fill(1 / rows),
        epsilons,
        loss: { array: nothing, count: 1 },
        heldOut: null,
        capacity: Math.min(MOST_STEPS, capacity),
      }, own);
      if (probes === null) continue;
      stack.use(own.move());
      groups.push({ probes, features, layers });
    }
    return new SlotCounts(gpu, layout, groups, stack);
  }

  /**
   * Submits the Gram matrices of a step.
   *
   * @param slot Its features.
   */
  async add(slot: GpuArray): Promise<void> {
    this.#made++;
    if (this.#groups.length === 0) return;
    const gather = await gatherKernel(this.#gpu), commands = new Commands(this.#gpu);
    for (const { probes, features, layers } of this.#groups) {
      for (const layer of layers) {
        const { rows, columns, at, stride, to, width } = layer;
        if (stride === width) commands.copy(slot, at, features, to, (rows - 1) * stride + columns);
        else commands.run(bindGatherRows(this.#gpu, gather, [slot, features], layer));
      }
      commands.run(probes.commands);
    }
    commands.submit();
  }

  /**
   * Counts in the steps that were added since the last time. Waits for the GPU.
   *
   * @returns Intervals by step, layer and threshold; `null` for a layer whose ranks can not be
   * counted.
   */
  async read(): Promise<(readonly RankInterval[] | null)[][]> {
    const first = this.#counted, steps = this.#made - first;
    const found = Array.from(
      { length: steps },
      () => new Array<readonly RankInterval[] | null>(this.#layers).fill(null),
    );
    this.#counted = this.#made;
    if (this.#ring === null || steps === 0) return found;
    const commands = new Commands(this.#gpu);
    for (const { probes } of this.#groups) probes.count(commands, first, steps);
    const results = await this.#ring.submit(commands);
    for (const [g, { probes, layers }] of this.#groups.entries()) {
      for (const [i, ranksOfLayers] of found.entries()) {
        const { ranks } = probes.decode(results[2 * g], results[2 * g + 1], first + i, 0);
        for (const [l, { index, rows }] of layers.entries()) {
          ranksOfLayers[index] = ranks[l].map((each) => ({ ...each, high: Math.min(each.high, rows) }));
        }
      }
    }
    return found;
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

/** Layers that can share tables and arrays: as many samples each, no more than a table holds. */
function groupsOf({ layers }: SlotLayout): GroupedLayer[][] {
  const groups: GroupedLayer[][] = [], open = new Map<number, GroupedLayer[]>();
  for (const [index, layer] of layers.entries()) {
    if (layer.columns > MOST_ORDER) continue;
    let group = open.get(layer.rows);
    if (!group || group.length === MOST_LAYERS) {
      group = [];
      groups.push(group);
      open.set(layer.rows, group);
    }
    const last = group[group.length - 1];
    const to = last ? last.to + last.rows * last.width : 0;
    group.push({ ...layer, index, to, width: 4 * vectors(layer.columns) });
  }
  return groups;
}
