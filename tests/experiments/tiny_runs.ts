/**
 * The smallest run of each experiment that makes all of its files. A new experiment needs a line
 * here.
 *
 * @module
 */
export const TINY: Readonly<Record<string, string>> = {
  "staircase": "--layers 6,5 --samples 24 --steps 20 --probe-every 10 --replicas 2",
  "staircase-atlas":
    "--tasks abs,burgers --samples 24 --width 6 --depths 2 --activations tanh --optimizers adam " +
    "--steps 20 --replicas 2",
  "loss-floor": "--layers 6,5 --samples 24 --steps 20 --probe-every 10 --replicas 2",
  "pretraining":
    "--tasks cosines:tanh --samples 24 --layers 8,6 --steps 20 --pretraining-steps 5 --replicas 2",
  "optimisers": "--tasks cosines --samples 24 --layers 6,5 --first-steps 20 --second-steps 20 --replicas 2",
  "methods": "--targets abs --methods elm,fourier --width 8 --samples 24 --steps 20 --replicas 2",
  "depth-profile": "--layers 6,5 --samples 24 --steps 20 --probe-every 20 --replicas 2",
  "rank-collapse": "--layers 6,5 --samples 20 --steps 20 --replicas 2 --weight-decays 0,1e-2",
  "collapse-bound": "--layers 6,6 --samples 20 --steps 20 --replicas 2 --weight-decays 0,1e-2",
  "directional-convergence":
    "--networks 6,5:leaky-relu:0.1 --samples 20 --inputs 3 --deltas 0.1,0.3 --loss square " +
    "--flow-steps 40 --ascent-steps 30 --replicas 2",
  "sgd-rank": "--samples 60 --pool 7 --layers 8,6 --batch-sizes 20,10 --learning-rates 0.1,0.2 " +
    "--weight-decays 0,0.01 --steps 10 --replicas 2",
  "saddle-to-saddle":
    "--inputs 4 --width 6 --samples 12 --rates 1,0.5 --deltas 1,0.1 --learning-rate 0.1 --steps 60 " +
    "--probe-every 3 --replicas 2",
  "plateaus": "--samples 12 --width 4 --steps 40 --replicas 2",
  "phase-diagram":
    "--widths 4,6 --init-scales 0.5,2 --learning-rates 0.01,0.1,1e20 --samples 16 --steps 20 " +
    "--replicas 2",
  "near-orthogonal": "--samples 6 --ratios 2,0.5 --width 4 --init-scales 1e-6,1 --steps 5 --replicas 2",
  "parametrisation":
    "--samples 4 --inputs 3 --widths 4,8 --learning-rates 0.05,0.1,1e20 --rate 0.1 --steps 5 --replicas 2",
  "tangent-kernel": "--tasks runge --layers 6,4 --samples 16 --steps 20 --probe-every 10 --replicas 2",
  "kernel-study":
    "--families gaussian --methods naive,gram-jacobi:double --orders 8 --batches 1 --growth-orders 4,8 " +
    "--growth-samples 20",
};
