import { ShapeError } from "../../src/errors.ts";
import { antisymmetricStart } from "../../src/nn/antisymmetric.ts";
import { assert } from "../deps.ts";
import { forward } from "../reference/network.ts";
import { tangentCase } from "../support/tangent.ts";

Deno.test("antisymmetricStart: outputs are 0, the features are not, and α is a factor of the outputs alone", () => {
  const { network, parameters, rows } = tangentCase({ widths: [2, 6, 4, 3], activation: "tanh", samples: 5 });
  const flat = (scale: number) =>
    antisymmetricStart(parameters, scale).flatMap(({ weights, biases }) => [...weights, ...biases]);
  for (const x of rows) {
    const [one, large] = [1, 64].map((scale) => forward(network, flat(scale), x).h);
    for (const h of [one, large]) {
      // Each half of a layer is the other.
      assert.deepEqual(h[2].slice(0, 2), h[2].slice(2));
      h[3].forEach((output) => assert(Math.abs(output) < 64 * 1e-14));
    }
    assert(Math.hypot(...one[2]) > 0.1);
    assert.deepEqual(large[2], one[2]);
  }
  const [, , output] = antisymmetricStart(parameters, 64), [, , last] = antisymmetricStart(parameters, 1);
  assert.deepEqual(output.weights, last.weights.map((weight) => 64 * weight));
  const odd = tangentCase({ widths: [1, 3, 1], activation: "tanh", samples: 1 }).parameters;
  assert.throws(() => antisymmetricStart(odd, 1), ShapeError);
});
