import { hostLayer } from "../../src/nn/host_layer.ts";
import { assert, fc } from "../deps.ts";

Deno.test("hostLayer: agrees with sums entry by entry, of any shape", () => {
  const size = fc.integer({ min: 1, max: 6 }), value = fc.integer({ min: -8, max: 8 });
  fc.assert(
    fc.property(size, size, size, fc.array(value, { minLength: 84, maxLength: 84 }), (m, n, k, all) => {
      const x = all.slice(0, m * k), weights = Float32Array.from(all.slice(36, 36 + k * n));
      const biases = Float32Array.from(all.slice(72, 72 + n)), z = hostLayer({ weights, biases }, x);
      assert.equal(z.length, m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const terms = Array.from({ length: k }, (_, l) => x[i * k + l] * weights[l * n + j]);
          // Sums of small integers are exact.
          assert.equal(z[i * n + j], biases[j] + terms.reduce((a, b) => a + b, 0));
        }
      }
    }),
  );
});
