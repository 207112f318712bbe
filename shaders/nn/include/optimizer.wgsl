// Makes one step of an optimiser for 4 parameters; t counts updates from 1, η is the scheduled
// rate.
// needs: state.wgsl
//
//  OPTIMIZER 0  SGD       θ ← θ − η g
//            1  momentum  v ← μ v + g;   θ ← θ − η v
//            2  Nesterov  v ← μ v + g;   θ ← θ − η (g + μ v)
//            3  Adam      a ← β₁ a + (1 − β₁) g = a + (1 − β₁)(g − a);   v ← v + (1 − β₂)(g² − v);
//                         θ ← θ − η (a / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ϵ)
//            4  AdamW     θ ← θ − η λ θ first, then as Adam, g without the decay
//
// Except in AdamW, weight decay λ enters as g + λ θ, on weights and biases alike, as in PyTorch.
// Parameters that pad are 0, have gradient 0, and stay 0 while the replica is finite. Once it has
// diverged they may become NaN with the others. No result depends on them: the features that they
// lead to are set to 0.
//
// A kernel that includes this file has `parameters` and `moments` ([replica][2][parameter], in
// vectors of 4; plain SGD leaves them alone).
//
// A new optimiser is a case here, an entry in src/nn/optim/optimizer.ts, and an update in
// tests/reference/optimizer.ts.

override OPTIMIZER: u32;

// Moves vector `at` of the `batch` vectors of a replica along its gradient. Its settings and state
// come from the caller, who reads them once for all its vectors: 16 words that take lavapipe as
// long as the rest.
fn optimize(hyper: Hyper, state: State, replica: u32, at: u32, batch: u32, g: vec4f) {
  let first = 2u * replica * batch + at;
  let second = first + batch;
  var gradient = g;
  var theta = parameters[replica * batch + at];
  if (OPTIMIZER == 4u) {
    theta -= state.learning_rate * hyper.weight_decay * theta;
  } else {
    gradient += hyper.weight_decay * theta;
  }

  switch OPTIMIZER {
    case 1u, 2u: {
      let velocity = hyper.momentum * moments[first] + gradient;
      moments[first] = velocity;
      theta -= state.learning_rate * select(velocity, gradient + hyper.momentum * velocity, OPTIMIZER == 2u);
    }
    case 3u, 4u: {
      var mean = moments[first];
      mean += hyper.complement1 * (gradient - mean);
      var square = moments[second];
      square += hyper.complement2 * (gradient * gradient - square);
      moments[first] = mean;
      moments[second] = square;
      let scale = sqrt(square / state.correction2) + hyper.epsilon;
      theta -= state.learning_rate * (mean / state.correction1) / scale;
    }
    default: {
      theta -= state.learning_rate * gradient;
    }
  }
  parameters[replica * batch + at] = theta;
}
