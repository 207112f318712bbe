import { activationNames, parseActivation } from "../../src/nn/activation.ts";
import { boundedActivation } from "../../src/nn/bounded_activation.ts";
import { assert } from "../deps.ts";
import { activation } from "../reference/activation.ts";

const NAMES = [...activationNames, "relu^5", "leaky-relu:-0.5", "leaky-relu:0.2^3"];

Deno.test("boundedActivation: values and slopes near a number are within their bounds, which are tight", () => {
  for (const name of NAMES) {
    const apply = boundedActivation(parseActivation(name)), { value, derivative } = activation(name);
    for (let z = -6.03125; z < 6; z += 0.0625) {
      for (const r of [0, 1e-9, 0.1]) {
        const found = apply(z, r);
        for (const at of [z - r, z, z + r]) {
          // The reference rounds as well, by its own functions.
          const own = (size: number) => 100 * 2 ** -53 * (1 + Math.abs(size));
          assert(
            Math.abs(value(at) - found.value) <= found.valueBound + own(found.value),
            `${name}: σ(${at}) by σ(${z})`,
          );
          assert(
            Math.abs(derivative(at) - found.slope) <= found.slopeBound + own(found.slope),
            `${name}: σ′(${at}) by σ′(${z})`,
          );
        }
        if (r > 1e-9) continue;
        const steep = 1e-13 + 1e5 * r;
        assert(found.valueBound <= steep * (1 + Math.abs(found.value)), `${name} at ${z}`);
        assert(found.slopeBound <= steep * (1 + Math.abs(found.slope)), `${name} at ${z}`);
      }
    }
  }
});

Deno.test("boundedActivation: a kink within reach has an open slope; at a kink it is that from the left", () => {
  const at = (name: string, z: number, r: number) => boundedActivation(parseActivation(name))(z, r);
  assert.deepEqual(at("relu", 0, 0), { value: 0, valueBound: 0, slope: 0, slopeBound: 0 });
  assert.equal(at("leaky-relu:0.25", 0, 0).slope, 0.25);
  assert.equal(at("relu", -1e-3, 1e-2).slopeBound, 1);
  assert(at("relu", -1e-3, 1e-2).valueBound >= 1e-2 - 1e-3);
  assert(at("leaky-relu:0.25", 1e-3, 1e-2).slopeBound >= 0.75);
  assert.equal(at("relu", 1e-2, 1e-3).slopeBound, 0);
  assert(Number.isNaN(at("tanh", NaN, 0).value));
});
