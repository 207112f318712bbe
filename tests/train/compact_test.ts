import { assert } from "../deps.ts";
import { CompactProbes } from "../../src/train/compact.ts";
import type { CountProbe, SpectrumProbe } from "../../src/train/trace.ts";

/** A probe of a layer of four neurons, or of more. */
function probe(step: number, rank: number, { replica = 0, width = 4, low = rank } = {}): SpectrumProbe {
  return {
    kind: "spectrum",
    step,
    replica,
    loss: 1 / (1 + step),
    accuracy: null,
    floors: null,
    layers: [{
      kind: "spectrum",
      layer: 1,
      eigenvalues: Float64Array.from({ length: width }, (_, i) => 2 ** -i + step),
      bounds: new Float64Array(width).fill(1e-9),
      ranks: [{ epsilon: 1e-6, rank, low, high: rank }],
      precision: "single",
    }],
  };
}

Deno.test("CompactProbes: equal content; spectra share an array, ranks that stay are one object", () => {
  const compact = new CompactProbes();
  const given = [
    probe(0, 1),
    probe(1, 1),
    probe(2, 2),
    probe(3, 2, { low: 1 }),
    probe(4, 2, { width: 2000 }),
  ];
  const packed = given.map((each) => compact.pack(each));
  assert.deepEqual(packed, given);
  const [a, b, c, d, wide] = packed.map(({ layers: [layer] }) => layer);
  assert.equal(a.ranks, b.ranks);
  assert.notEqual(b.ranks, c.ranks);
  assert.notEqual(c.ranks, d.ranks);
  assert.equal(a.eigenvalues.buffer, c.bounds.buffer);
  assert.equal(wide.eigenvalues, given[4].layers[0].eigenvalues);
});

Deno.test("CompactProbes: many probes keep their numbers, replicas their own ranks", () => {
  const compact = new CompactProbes();
  const given = Array.from({ length: 1000 }, (_, i) => probe(i >> 1, 1 + i % 2, { replica: i % 2 }));
  const packed = given.map((each) => compact.pack(each));
  assert.deepEqual(packed, given);
  for (const replica of [0, 1]) {
    const own = packed.filter((each) => each.replica === replica).map(({ layers }) => layers[0].ranks);
    assert.equal(new Set(own).size, 1);
  }
  assert(new Set(packed.map(({ layers }) => layers[0].bounds.buffer)).size <= 9);
});

/** A probe of two layers that only counts. */
function count(step: number, replica: number, ranks: readonly [number, number], epsilon = 1e-6): CountProbe {
  const layers = ranks.map((rank, l) => ({
    kind: "count" as const,
    layer: l + 1,
    precision: "double" as const,
    ranks: [{ epsilon, rank, low: rank, high: rank }],
  }));
  return { kind: "count", step, replica, loss: 0.5, accuracy: null, layers };
}

Deno.test("CompactProbes: counted layers of equal content are one object, whatever the replica", () => {
  const compact = new CompactProbes();
  const given = [
    count(0, 0, [1, 2]),
    count(0, 1, [1, 2]),
    count(0, 2, [2, 1]),
    count(1, 0, [1, 2]),
    count(1, 1, [1, 2], 1e-3),
  ];
  const packed = given.map((each) => compact.pack(each));
  assert.deepEqual(packed, given);
  const [a, b, c, d, other] = packed.map(({ layers }) => layers);
  assert.equal(a, b);
  assert.equal(a, d);
  assert.notEqual(a, c);
  assert.notEqual(a, other);
});

Deno.test("CompactProbes: more contents than are remembered", () => {
  const compact = new CompactProbes();
  const given = Array.from({ length: 40_000 }, (_, i) => count(0, i, [i % 200, Math.floor(i / 200)]));
  for (const each of given) {
    assert.equal(compact.pack(each).layers[1].ranks[0].rank, each.layers[1].ranks[0].rank);
  }
});
