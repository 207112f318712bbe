/**
 * What a network is asked to learn: samples, targets, quadrature weights and the loss between them.
 *
 * @module
 */

/**
 * Name of a loss; its formulas stand in `shaders/nn/include/sample_loss.wgsl`. `mean-squared-residual` is that of a differential equation:
 * Σ_k w_k r_k², with the residual r_k of the condition that holds at sample k.
 */
export type LossName =
  | "mean-squared-error"
  | "softmax-cross-entropy"
  | "logistic"
  | "mean-squared-residual";

/**
 * A differential operator of second order on functions u of d variables:
 * 𝓛u = Σ_i (second_i ∂²u/∂x_i² + first_i ∂u/∂x_i) + value · u + cube · u³ + advection · u ∂u/∂x_1.
 */
export interface DifferentialOperator {
  /** Coefficients of ∂²u/∂x_i², d of them. */
  readonly second: readonly number[];
  /** Coefficients of ∂u/∂x_i, d of them. */
  readonly first: readonly number[];
  /** Coefficient of u. */
  readonly value: number;
  /** Coefficient of u³. */
  readonly cube: number;
  /** Coefficient of u ∂u/∂x_1. */
  readonly advection: number;
}

/** What a solution satisfies at some of the samples: 𝓛u = y, an equation in the domain or a condition on its boundary. */
export interface Condition {
  /** 𝓛. */
  readonly operator: DifferentialOperator;
  /** Number of samples at which it holds. */
  readonly count: number;
}

/** A weighted set of samples with their targets, row-major. */
export interface Samples {
  /** Number of samples m. */
  readonly count: number;
  /** Inputs x, `count × inputs`. */
  readonly x: Float32Array;
  /** Targets y, `count × outputs`. Class probabilities (one-hot) for a classifier. */
  readonly y: Float32Array;
  /** Quadrature weights w > 0, `count`: 1/m each for an empirical mean. */
  readonly weights: Float32Array;
}

/** Settings under which a task is known to train well; every one can be overridden. */
export interface TaskDefaults {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Activation of the hidden layers. */
  readonly activation: string;
  /** Initialiser of the weights. */
  readonly initializer: string;
  /** Optimiser. */
  readonly optimizer: string;
  /** Learning rate. */
  readonly learningRate: number;
  /** Samples per step; `null` for the full batch. */
  readonly batch: number | null;
  /** Number of optimisation steps. */
  readonly steps: number;
  /** Steps between two probes. */
  readonly probeEvery: number;
  /** Thresholds ε of the ε-ranks, in the order in which they are reported. */
  readonly epsilons: readonly number[];
}

/** A learning problem. */
export interface Task {
  /** Name by which a program asks for it. */
  readonly name: string;
  /** One line for figures and help. */
  readonly description: string;
  /** Dimension of the input. */
  readonly inputs: number;
  /** Dimension of the output (the number of classes of a classifier). */
  readonly outputs: number;
  /** Loss between output and target. */
  readonly loss: LossName;
  /** Samples trained on. */
  readonly train: Samples;
  /** Held-out samples, where the task has them. */
  readonly test: Samples | null;
  /** Settings under which it trains well. */
  readonly defaults: TaskDefaults;
  /**
   * Of a differential equation (loss `mean-squared-residual`, one output): what holds at the training samples, whose targets are
   * the right-hand sides. The first condition is the equation in the domain, and holds at the first samples, whose weights are
   * its quadrature: ranks are those of the features there. The others follow in order. Held-out samples have the solution
   * itself as target.
   */
  readonly conditions?: readonly Condition[];
}
