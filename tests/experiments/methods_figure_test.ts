import { methodsFigure, type MethodsFigureData } from "../../src/experiments/methods/figure.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { assertGolden } from "../support/golden.ts";

const methods = [
  { label: "plain network", kind: "trained" },
  { label: "Fourier features", kind: "trained" },
  { label: "extreme learning machine", kind: "solved" },
  { label: "partition of unity", kind: "solved" },
] as const;

/** Ranks and losses that have no meaning but their number. */
function figureData(names: readonly string[], replicas: number, steps: number): MethodsFigureData {
  return {
    title: "Methods",
    subtitle: "that are made up",
    epsilon: 1e-6,
    steps,
    methods,
    tasks: names.map((name, t) => ({
      name,
      description: `${name.repeat(3)} + cos 3πx · sin 8πy + exp(−(x² + y²) / 2) on [−1, 1]²`,
      series: methods.map(({ kind }, m) =>
        Array.from({ length: replicas }, (_, replica) => {
          const probes = kind === "solved" ? [0] : [0, steps / 4, steps];
          return {
            steps: probes,
            losses: probes.map((_, i) => 10 ** (replica - m - i - t)),
            ranks: probes.map((_, i) => 3 + 10 * m + replica + i),
            heldOut: t === 0 ? null : 10 ** (replica - m),
          };
        })
      ),
    })),
  };
}

Deno.test("methodsFigure: more than three targets follow below, with long names and steps", () => {
  const names = ["cosines", "a name as long as one may be given to a task", "abs", "ripple2d"];
  const svg = methodsFigure(figureData(names, 3, 10_000));
  assertGolden("methods", svg);
  const elements = assertSoundSvg(svg, "Methods");
  assert.equal(marks(elements, "panel").length, 4 * 3);
  for (const name of ["rank", "loss", "rank-band", "loss-band"]) {
    assert.equal(marks(elements, name).length, 4 * 4, name);
  }
  assert.equal(marks(elements, "outcome").length, 4 * 4 * 3);
  assert.equal(marks(elements, "held-out").length, 3 * 4 * 3);
  // Lines that lie on one another are told apart by their dashes.
  const dashes = marks(elements, "rank").map(({ attributes }) => attributes["stroke-dasharray"] ?? "");
  assert.equal(new Set(dashes.slice(0, 4)).size, 3);
});

Deno.test("methodsFigure: one replica of one target; and nothing at all", () => {
  const one = assertSoundSvg(methodsFigure(figureData(["cosines"], 1, 1)), "Methods");
  assert.equal(marks(one, "panel").length, 3);
  assert.equal(marks(one, "rank-band").length, 0);
  assert.equal(marks(one, "held-out").length, 0);
  const none = assertSoundSvg(methodsFigure(figureData(["cosines"], 0, 5)), "Methods");
  assert.deepEqual([marks(none, "rank").length, marks(none, "outcome").length], [0, 0]);
});
