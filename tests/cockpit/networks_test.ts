import { floorAt, floorBasis, hasFloors } from "../../src/cockpit/data/floors.ts";
import {
  eigenfeatures,
  evaluateNetwork,
  leadingEigenvectors,
  networkColumns,
} from "../../src/cockpit/data/networks.ts";
import { symmetricEigenvectors } from "../../src/cockpit/data/symmetric_eigenvectors.ts";
import { completeValues } from "../../src/cli/options.ts";
import { runInFolder } from "../../src/experiments/core/folder_run.ts";
import { GpuLease } from "../../src/experiments/core/gpu_lease.ts";
import { readNetworks } from "../../src/report/run_networks.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { filesIn, temporaryFolder } from "../support/program.ts";

const given = { layers: "7,5", activation: "tanh,gelu", samples: 33, steps: 24, replicas: 2, probeEvery: 1 };

Deno.test("networks: those of a report have the losses and the spectra of the run's probes", async () => {
  await checkReported(given);
});

Deno.test("networks: so do those with skip connections", async () => {
  await checkReported({ ...given, layers: "6,6", skip: true });
});

Deno.test("networks: and those with adaptive ones", async () => {
  await checkReported({ ...given, layers: "6,6", adaptiveSkip: true });
});

Deno.test("networks: and those with gates", async () => {
  await checkReported({ ...given, layers: "6,6", gates: true });
});

async function checkReported(given: Readonly<Record<string, unknown>>): Promise<void> {
  using parent = temporaryFolder();
  using lease = await GpuLease.open(() => Gpu.open({ adapter: "software" }));
  const values = completeValues(staircase.options, { ...given, spectraEvery: 1 }, "staircase");
  const folder = `${parent.path}/run`, how = { folder, hasReport: true };
  const { result, record } = await runInFolder(lease, staircase, await staircase.plan(values), how);
  assert(record.files.includes("report.html"));
  const plain = await runInFolder(lease, staircase, await staircase.plan(values), {
    folder: `${parent.path}/plain`,
  });
  assert(!filesIn(plain.folder).includes("report.html"));
  assert(!filesIn(`${plain.folder}/state`).some((name) => name.endsWith(".snapshot")));
  // Snapshots change no bit.
  const spectra = ["run", "plain"].map((name) => Deno.readFileSync(`${parent.path}/${name}/spectra.npz`));
  assert.deepEqual(spectra[0], spectra[1]);
  const snapshots = await readNetworks(`${folder}/state`, record.identity);
  assert.deepEqual(await readNetworks(`${folder}/state`, { ...record.identity, samples: "others" }), []);
  const networks = networkColumns(snapshots)!, { steps, x, weights, targetY } = networks;
  assert.deepEqual([steps[0], steps.at(-1), networks.replicas, x.length], [0, 24, 2, 33]);
  assert(hasFloors(networks));
  let positive = 0;
  for (const { step, replica, loss, layers, ...probe } of result.rows[0].trace.probes) {
    const snapshot = steps.indexOf(step);
    if (snapshot < 0) continue;
    const all = evaluateNetwork(networks, { snapshot, replica }, x), output = all[2].values;
    const sum = weights.reduce((sum, weight, k) => sum + weight * (output[k] - targetY[k]) ** 2, 0);
    // A hundred roundings of single precision.
    assert(Math.abs(sum - loss) <= 100 * 2 ** -24 * (sum + 1), `${step}: ${sum}, not ${loss}`);
    // Floors hold, and are at least those of single precision.
    const basis = floorBasis(networks, { snapshot, replica });
    assert(probe.kind === "spectrum" && probe.floors);
    for (const [e, recorded] of probe.floors.entries()) {
      const floor = floorAt(basis, record.configuration.epsilons[e]);
      assert(floor <= loss * (1 + 1e-5), `${step}: ${floor} above ${loss}`);
      assert(floor >= recorded * (1 - 1e-5), `${step}: ${floor} below ${recorded}`);
      if (floor > 0) positive++;
    }
    for (const [l, layer] of layers.entries()) {
      assert(layer.kind === "spectrum");
      const eigen = leadingEigenvectors(all[l], weights, 4);
      // Features are rounded to single precision, which moves eigenvalues by shares of the largest.
      for (const [i, value] of eigen.eigenvalues.entries()) {
        const off = Math.abs(value - layer.eigenvalues[i]);
        assert(off <= layer.bounds[i] + 100 * 2 ** -24 * layer.eigenvalues[0], `${step}, ${l}, ${i}: ${off}`);
      }
      const leading = { ...eigen, eigenvalues: eigen.eigenvalues.filter((value) => value > 1e-6) };
      const psi = eigenfeatures(all[l], {
        ...leading,
        vectors: eigen.vectors.slice(0, leading.eigenvalues.length),
      });
      for (const [i, a] of psi.entries()) {
        for (const [j, b] of psi.entries()) {
          const product = weights.reduce((sum, weight, k) => sum + weight * a[k] * b[k], 0);
          assert(Math.abs(product - (i === j ? 1 : 0)) < 1e-8, `${i}, ${j}: ${product}`);
        }
      }
    }
  }
  // How many networks there are depends on when they were asked for.
  assert(positive > 2 * steps.length, `${positive} floors of ${steps.length} networks`);
}

Deno.test("symmetricEigenvectors: A q = λ q, orthonormal, of sizes from 0 and of low rank", () => {
  for (const n of [0, 1, 2, 17, 40]) {
    const random = uniform(n), rank = Math.ceil(n / 2);
    const root = Float64Array.from({ length: n * rank }, () => random() - 0.5),
      matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < rank; k++) matrix[i * n + j] += root[i * rank + k] * root[j * rank + k];
      }
    }
    const { eigenvalues, vectors } = symmetricEigenvectors(matrix, n);
    for (const [i, q] of vectors.entries()) {
      assert(i === 0 || eigenvalues[i - 1] >= eigenvalues[i]);
      for (let j = 0; j < n; j++) {
        const product = q.reduce((sum, value, k) => sum + matrix[j * n + k] * value, 0);
        assert(Math.abs(product - eigenvalues[i] * q[j]) <= 1e-13 * n);
        const inner = vectors[j].reduce((sum, value, k) => sum + value * q[k], 0);
        assert(Math.abs(inner - (i === j ? 1 : 0)) <= 1e-13 * n);
      }
    }
  }
  assert(symmetricEigenvectors(Float64Array.of(NaN, 0, 0, 1), 2).eigenvalues.some(Number.isNaN));
});
