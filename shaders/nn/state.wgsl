// What changes from step to step, one of each per replica.

struct State {
  // Updates begun, epoch and position in it of the next mini-batch, probes recorded.
  step: u32, epoch: u32, offset: u32, probes: u32,
  // Of the step in progress: scheduled learning rate, Adam's 1 − β₁ᵗ and 1 − β₂ᵗ, loss before the update.
  learning_rate: f32, correction1: f32, correction2: f32, loss: f32,
}

// Settings of the optimiser; log_beta1 = log β₁ and log_beta2 = log β₂ are rounded once, from float64.
struct Hyper {
  learning_rate: f32, weight_decay: f32, momentum: f32, beta1: f32,
  beta2: f32, epsilon: f32, log_beta1: f32, log_beta2: f32,
}
