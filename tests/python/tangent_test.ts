/**
 * Tangent kernels beside those of PyTorch's autograd.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseActivation } from "../../src/nn/activation.ts";
import { skipConnections } from "../../src/nn/layout.ts";
import { tangentRanks } from "../../src/rank/tangent/tangent_ranks.ts";
import { assert } from "../deps.ts";
import { root, temporaryFolder } from "../support/program.ts";
import { runPython, torchPython } from "../support/python.ts";
import { tangentCase } from "../support/tangent.ts";

const script = fileURLToPath(new URL("tests/python/tangent_kernel.py", root));

Deno.test({
  name: "tangentRanks: eigenvalues are those of the Jacobian of PyTorch's autograd",
  ignore: torchPython === null,
  async fn() {
    using folder = temporaryFolder();
    const cases = [
      { widths: [1, 8, 8, 1], activation: "tanh", samples: 12 },
      { widths: [2, 6, 6, 3], activation: "sine", skip: true, samples: 5 },
      { widths: [3, 5, 2], activation: "relu", samples: 7 },
      { widths: [1, 1, 1], activation: "sigmoid", samples: 1 },
    ];
    for (const options of cases) {
      const { parameters, rows, samples } = tangentCase(options),
        { widths, activation, skip = false } = options;
      const plain = parameters.map(({ weights, biases }) => ({ weights: [...weights], biases: [...biases] }));
      const path = `${folder.path}/case.json`;
      const given = { widths, activation, skip, samples: rows, parameters: plain };
      await Deno.writeTextFile(path, JSON.stringify(given));
      const { code, out, err } = await runPython([script, path], { cwd: folder.path });
      assert.equal(code, 0, err);
      const network = {
        activations: widths.slice(1, -1).map(() => parseActivation(activation)),
        skips: skipConnections(widths, skip),
        readAllParameters: () => Promise.resolve([parameters]),
      };
      const [found] = await tangentRanks(network, samples, { epsilons: [1e-6] });
      const { eigenvalues } = JSON.parse(out) as { eigenvalues: number[] };
      assert.equal(found.eigenvalues.length, eigenvalues.length);
      eigenvalues.forEach((value, i) => {
        assert(
          Math.abs(value - found.eigenvalues[i]) <= found.bounds[i] + 1e-14 * eigenvalues[0],
          activation,
        );
      });
    }
  },
});
