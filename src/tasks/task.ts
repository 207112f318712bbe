/**
 * A learning problem: samples, targets, quadrature weights, and the loss between output and target.
 *
 * @module
 */
/** Settings of a training run. */
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
  /** Number of updates. */
  readonly steps: number;
  /** Updates from one probe to the next. */
  readonly probeEvery: number;
  /** Thresholds ε of the ε-ranks, in the order in which they are reported. */
  readonly epsilons: readonly number[];
}

/**
 * A differential operator of up to the third order on functions u of d variables:
 * 𝓛u = Σ_i (third_i ∂³u/∂x_i³ + second_i ∂²u/∂x_i² + first_i ∂u/∂x_i) + Σ_i<j mixed_ij ∂²u/∂x_i∂x_j
 * + value · u + cube · u³ + advection · u ∂u/∂x_1.
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
  /**
   * Coefficients of ∂²u/∂x_i∂x_j with i < j, d (d − 1)/2 of them in the order (1, 2), (1, 3) …, (2,
   * 3) …. Default: all 0.
   */
  readonly mixed?: readonly number[];
  /** Coefficients of ∂³u/∂x_i³, d of them. Default: all 0. */
  readonly third?: readonly number[];
}

/**
 * A condition 𝓛u = y at some of the samples: the equation in the domain, or a value on its
 * boundary.
 */
export interface Condition {
  /** Operator 𝓛. */
  readonly operator: DifferentialOperator;
  /** Number of samples at which it holds. */
  readonly count: number;
}

/** A weighted set of samples with their targets. Arrays are row-major, one row per sample. */
export interface Samples {
  /** Number of samples m. */
  readonly count: number;
  /** Inputs x, `count × inputs`. */
  readonly x: Float32Array;
  /**
   * Targets y, `count × outputs`. For a classification these are class probabilities, usually
   * one-hot.
   */
  readonly y: Float32Array;
  /** Quadrature weights w ≥ 0, `count`, not all 0: 1/m each for an empirical mean. */
  readonly weights: Float32Array;
}

/** Samples of classes. */
export interface ClassSamples extends Samples {
  /**
   * Class of each sample, a whole number from 0: the same as `y` says. Absent where targets are not
   * one-hot.
   */
  readonly labels?: Uint32Array;
}

/** The fields that every kind of task has. */
export interface TaskBase<Data extends Samples> {
  /** Name by which a program asks for it. */
  readonly name: string;
  /** One line for figures and help. */
  readonly description: string;
  /** Dimension of the input. */
  readonly inputs: number;
  /** Dimension of the output. For a classification by softmax this is the number of classes. */
  readonly outputs: number;
  /** Training samples. */
  readonly train: Data;
  /** Held-out samples; `null` if there are none. */
  readonly test: Data | null;
  /**
   * Settings under which it trains well. {@linkcode taskDefaults} supplies those that are absent.
   */
  readonly defaults?: Partial<TaskDefaults>;
}

/** Fitting values: the network should come close to y at x. */
export interface RegressionTask extends TaskBase<Samples> {
  /** Kind of task. */
  readonly kind: "regression";
  /** Loss Σ_k w_k ‖u(x_k) − y_k‖². */
  readonly loss: "mean-squared-error";
}

/** Telling classes apart. */
export interface ClassificationTask extends TaskBase<ClassSamples> {
  /** Kind of task. */
  readonly kind: "classification";
  /**
   * Loss: `softmax-cross-entropy` with one output for each of at least two classes, or `logistic`
   * with one output, whose target is the probability of class 1 of the classes 0 and 1.
   * `shaders/nn/include/sample_loss.wgsl` has the formulas.
   */
  readonly loss: "softmax-cross-entropy" | "logistic";
}

/** Solving a differential equation: the network, of one output, should satisfy its conditions. */
export interface EquationTask extends TaskBase<Samples> {
  /** Kind of task. */
  readonly kind: "equation";
  /** Loss Σ_k w_k r_k², with the residual r_k of the condition that holds at sample k. */
  readonly loss: "mean-squared-residual";
  /**
   * Conditions at the training samples, whose targets are the right-hand sides. The first condition
   * is the equation in the domain. It holds at the first samples, and their weights are its
   * quadrature: ranks are those of the features there. The other conditions follow in order. The
   * targets of held-out samples are the solution itself.
   */
  readonly conditions: readonly Condition[];
}

/** A learning problem, told apart by `kind`. */
export type Task = RegressionTask | ClassificationTask | EquationTask;

/** Kind of a task. */
export type TaskKind = Task["kind"];

/** Name of a loss. */
export type LossName = Task["loss"];
