/**
 * The flags of the study of early directional convergence, and what they mean.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { runFlags, seedFlag } from "../../cli/program_flags.ts";
import {
  type DirectionalLoss,
  directionalLosses,
  type DirectionalOptions,
  directionalTargets,
} from "./options.ts";

/** Flags of the study. */
export const directionalFlags = [
  {
    name: "deltas",
    kind: "numbers",
    default: null,
    positive: true,
    help: "norms of the weights at the start (0.3,0.1,0.03,0.01,0.001,0.0001; --full: down to 1e-6)",
  },
  {
    name: "layers",
    kind: "string",
    default: null,
    placeholder: "WIDTHS",
    help: "hidden widths of one network to study instead of the three",
  },
  {
    name: "activation",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "its activation: leaky-relu:0.1, leaky-relu:0.1^2, relu, relu^3 … (leaky-relu:0.1)",
  },
  {
    name: "loss",
    kind: "string",
    default: "both",
    choices: ["both", ...Object.keys(directionalLosses)],
    help: "square, logistic or both",
  },
  {
    name: "targets",
    kind: "string",
    default: "neuron",
    choices: directionalTargets,
    help: "what is learnt: a planted neuron, or random targets",
  },
  { name: "samples", kind: "integer", default: null, min: 1, help: "samples (100; --full: 200)" },
  { name: "inputs", kind: "integer", default: 10, min: 1, help: "dimension of the input" },
  { name: "seeds", kind: "integer", default: null, min: 1, help: "directions to start from (5; --full: 10)" },
  {
    name: "learning-rate",
    kind: "number",
    default: null,
    positive: true,
    help: "share of their norm by which weights change in a step (0.01; --full: 0.005)",
  },
  {
    name: "flow-steps",
    kind: "integer",
    default: null,
    min: 1,
    help: "most steps of a flow (1500; --full: 5000)",
  },
  {
    name: "ascent-steps",
    kind: "integer",
    default: null,
    min: 1,
    help: "steps of the ascent beyond those (2000; --full: 10000)",
  },
  {
    name: "init",
    kind: "string",
    default: "normal:1",
    placeholder: "NAME",
    help: "distribution of the directions to start from, xavier-normal, he-uniform, normal:1 …",
  },
  seedFlag,
  { name: "full", kind: "boolean", default: false, help: "more seeds, a longer ladder, finer steps" },
  ...runFlags,
] as const satisfies readonly Flag[];

/** The larger study. */
const FULL = {
  deltas: [0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 1e-6],
  samples: 200,
  seeds: 10,
  learningRate: 0.005,
  flowSteps: 5000,
  ascentSteps: 10_000,
};

/**
 * Reads the flags of {@linkcode directionalFlags}.
 *
 * @param flags Their values.
 * @returns What to study.
 * @throws {InputError} Where widths are not whole numbers.
 */
export function directionalOptions(flags: FlagValues<typeof directionalFlags>): DirectionalOptions {
  const { deltas, samples, seeds, learningRate, flowSteps, ascentSteps } = flags;
  const { layers, activation, loss, targets, inputs, init, seed, full } = flags;
  const asked = Object.fromEntries(
    Object.entries({ deltas, samples, seeds, learningRate, flowSteps, ascentSteps })
      .filter(([, value]) => value !== null),
  );
  const network = {
    hidden: parseWidths(layers ?? "20,20"),
    activation: activation ?? "leaky-relu:0.1",
  };
  return {
    ...layers !== null || activation !== null ? { networks: [network] } : {},
    ...loss === "both" ? {} : { losses: [loss as DirectionalLoss] },
    targets,
    inputs,
    initializer: init,
    seed,
    ...full ? FULL : {},
    ...asked,
  };
}

function parseWidths(text: string): number[] {
  const words = text.split(",");
  if (words.every((word) => /^[1-9]\d{0,5}$/.test(word))) return words.map(Number);
  throw new InputError(`layers "${text}": give hidden widths as 20,20`);
}
