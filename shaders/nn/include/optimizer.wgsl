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
//            5  L-BFGS    a ← g, for lbfgs.wgsl, which moves θ
//
// With LAYER_RATES, η is multiplied by a factor of the layer, one for weights and one for biases. A
// factor of 1 has the bits of none; 0 freezes parameters and their moments to the bit.
//
// Except in AdamW, weight decay λ enters as g + λ θ, on weights and biases alike, as in PyTorch.
// Parameters that pad are 0, have gradient 0, and stay 0 while the replica is finite. Once it has
// diverged they may become NaN with the others. No result depends on them: the features that they
// lead to are set to 0.
//
// A kernel that includes this file has `parameters` and `moments` ([replica][2][parameter], in
// vectors of 4; plain SGD leaves them alone), and, for LAYER_RATES, `layer_rates`
// ([replica][parameter], a float for each vector of 4; see src/nn/optim/layer_rates.ts).
//
// A new optimiser is a case here, an entry in src/nn/optim/optimizer.ts, and an update in
// tests/reference/optimizer.ts.

override OPTIMIZER: u32;
// Whether layers have rates of their own.
override LAYER_RATES: bool;

// Factor of the learning rate of a vector of 4, by its place in the parameters of all replicas.
fn layer_rate(at: u32) -> f32 {
  //#if LAYER_RATES == 1
  if (LAYER_RATES) { return layer_rates[at]; }
  //#end
  return 1.0;
}

// Four parameters and their moments.
struct Moved { theta: vec4f, first: vec4f, second: vec4f }

// One step from `before` along the gradient, η multiplied by a factor. What an optimiser has no use
// for stays as it is.
fn moved(hyper: Hyper, state: State, factor: f32, before: Moved, g: vec4f) -> Moved {
  //#if LAYER_RATES == 1
  // By the formulas 0 · ∞ would be NaN, and −0 might become 0.
  if (LAYER_RATES && factor == 0.0) { return before; }
  //#end
  let rate = factor * state.learning_rate;
  var gradient = g;
  var after = before;
  if (OPTIMIZER == 4u) {
    after.theta -= rate * hyper.weight_decay * after.theta;
  } else {
    gradient += hyper.weight_decay * after.theta;
  }

  switch OPTIMIZER {
    case 1u, 2u: {
      let velocity = hyper.momentum * before.first + gradient;
      after.first = velocity;
      after.theta -= rate * select(velocity, gradient + hyper.momentum * velocity, OPTIMIZER == 2u);
    }
    case 3u, 4u: {
      after.first += hyper.complement1 * (gradient - before.first);
      after.second += hyper.complement2 * (gradient * gradient - before.second);
      let scale = sqrt(after.second / state.correction2) + hyper.epsilon;
      after.theta -= rate * (after.first / state.correction1) / scale;
    }
    case 5u: { after.first = gradient; }
    default: {
      after.theta -= rate * gradient;
    }
  }
  return after;
}

// Moves vector `at` of the `batch` vectors of a replica along its gradient. Its settings and state
// come from the caller, who reads them once for all its vectors: 16 words that take lavapipe as
// long as the rest.
fn optimize(hyper: Hyper, state: State, replica: u32, at: u32, batch: u32, g: vec4f) {
  let first = 2u * replica * batch + at;
  let second = first + batch;
  var here = Moved(parameters[replica * batch + at], vec4f(), vec4f());
  if (OPTIMIZER > 0u) { here.first = moments[first]; }
  if (OPTIMIZER > 2u) { here.second = moments[second]; }
  here = moved(hyper, state, layer_rate(replica * batch + at), here, g);
  if (OPTIMIZER > 0u) { moments[first] = here.first; }
  if (OPTIMIZER > 2u) { moments[second] = here.second; }
  parameters[replica * batch + at] = here.theta;
}
