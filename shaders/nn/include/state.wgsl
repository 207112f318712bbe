// State of a replica that changes from step to step, and settings of its optimiser.

struct State {
  // Updates begun, epoch and position in it of the next mini-batch, probes recorded.
  step: u32, epoch: u32, offset: u32, probes: u32,
  // Of the step in progress: scheduled learning rate, Adam's 1 − β₁ᵗ and 1 − β₂ᵗ, loss before the
  // update.
  learning_rate: f32, correction1: f32, correction2: f32, loss: f32,
  // 1 + the first step whose loss was not finite, 0 before. A replica that has diverged rests: its
  // parameters stay those of that step, and so does its mini-batch, as evidence of the layer where
  // it began.
  diverged: u32,
  // Key of the replica's random numbers, which stays as it is.
  seed: u32, stream: u32,
}

// Settings of the optimiser; 1 − β and log β are rounded once, from float64: 1 − 0.999 in single
// precision is off by 10⁻⁵, and would not cancel in Adam's bias correction.
struct Hyper {
  learning_rate: f32, weight_decay: f32, momentum: f32, complement1: f32,
  complement2: f32, epsilon: f32, log_beta1: f32, log_beta2: f32,
}
