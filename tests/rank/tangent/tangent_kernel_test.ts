import { finish } from "../../../src/gpu/turns.ts";
import { activationNames, parseActivation } from "../../../src/nn/activation.ts";
import { skipConnections } from "../../../src/nn/layout.ts";
import { tangentKernel } from "../../../src/rank/tangent/tangent_kernel.ts";
import { assert, fc } from "../../deps.ts";
import { exactCount } from "../../reference/exact_inertia.ts";
import { forward } from "../../reference/network.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { exactActivations, exactKernel, fixed, jacobian } from "../../reference/tangent.ts";
import { type TangentCase, tangentCase, tangentCases } from "../../support/tangent.ts";

/** The kernel of the library, both of its triangles. */
function kernelOf({ network, parameters, samples, weights }: TangentCase) {
  const { widths, skip = false } = network, activations = network.activations.map(parseActivation);
  const shape = { activations, skips: skipConnections(widths, skip).map(Boolean) };
  const { order, entries, bound } = finish(tangentKernel(shape, parameters, samples, weights));
  const whole = Float64Array.from(entries, (_, e) => {
    const i = Math.floor(e / order), j = e % order;
    return entries[Math.max(i, j) * order + Math.min(i, j)];
  });
  return { order, whole, bound };
}

/** √w J Jᵀ √w. */
function plainKernel({ network, theta, rows, weights }: TangentCase): number[] {
  const j = jacobian(network, theta, rows), outputs = network.widths.at(-1)!;
  const root = (r: number) => Math.sqrt(weights[Math.floor(r / outputs)]);
  return j.flatMap((a, r) =>
    j.map((b, s) => root(r) * root(s) * a.reduce((sum, each, i) => sum + each * b[i], 0))
  );
}

Deno.test("jacobian: it is the difference quotient of the outputs", () => {
  for (const activation of ["tanh", "sine", "gelu", "softplus", "relu^2"]) {
    const { network, theta, rows } = tangentCase({
      widths: [2, 4, 4, 3],
      activation,
      skip: true,
      samples: 3,
    });
    const j = jacobian(network, theta, rows), h = 2 ** -17;
    const outputs = (at: ArrayLike<number>) => rows.flatMap((x) => forward(network, at, x).h.at(-1)!);
    theta.forEach((value, p) => {
      const [up, down] = [h, -h].map((by) => outputs(Float64Array.from(theta).with(p, value + by)));
      // h² times a third derivative below 100, and at a kink of σ″ half of h times its jump.
      j.forEach((row, r) =>
        assert(Math.abs((up[r] - down[r]) / (2 * h) - row[p]) < 1e-4, `${activation}, ${p}`)
      );
    });
  }
});

Deno.test("tangentKernel: entries are those of the Jacobian, in all activations and random shapes", () => {
  fc.assert(
    fc.property(tangentCases(activationNames), (given) => {
      const { order, whole, bound } = kernelOf(given), plain = plainKernel(given);
      const norm = Math.hypot(...plain);
      // The reference rounds as often, and its activations as those of the library.
      plain.forEach((entry, e) => assert(Math.abs(entry - whole[e]) <= 2 * bound));
      assert(bound <= 1e-12 * (norm + 1) * order, `bound ${bound} of norm ${norm}`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("tangentKernel: it is within its bound of the kernel in whole numbers", () => {
  fc.assert(
    fc.property(tangentCases(exactActivations, { isMean: true }), (given) => {
      const { network, theta, rows } = given, { order, whole, bound } = kernelOf(given);
      const { entries, divisor } = exactKernel(network, theta, rows);
      const off = entries.map((entry, e) =>
        Number(entry - divisor * fixed(whole[e])) * 2 ** -300 / Number(divisor)
      );
      const values = eigenvalues(off, order), norm = Math.max(values[0], -values[order - 1]);
      assert(norm <= bound, `off by ${norm}, bound ${bound}`);
    }),
    { numRuns: 60 },
  );
});

Deno.test("exactKernel: it has no negative eigenvalue, and its trace is that of the Jacobian", () => {
  for (const activation of exactActivations) {
    const given = tangentCase({ widths: [1, 4, 3, 2], activation, samples: 4 });
    const exact = exactKernel(given.network, given.theta, given.rows), plain = plainKernel(given);
    const { above, on } = exactCount(exact, -(2 ** -200));
    assert.equal(above + on, 8);
    for (let i = 0; i < 8; i++) {
      const entry = Number(exact.entries[9 * i] >> 200n) * 2 ** -100 / 4;
      assert(Math.abs(entry - plain[9 * i]) < 1e-14 * (1 + entry), activation);
    }
  }
});
