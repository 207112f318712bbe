// Update of all parameters of all replicas by the optimiser; t counts updates from 1, η is the scheduled rate.
//
//   OPTIMIZER 0  SGD       θ ← θ − η g
//             1  momentum  v ← μ v + g;   θ ← θ − η v
//             2  Nesterov  v ← μ v + g;   θ ← θ − η (g + μ v)
//             3  Adam      a ← β₁ a + (1 − β₁) g = a + (1 − β₁)(g − a);   v ← v + (1 − β₂)(g² − v);
//                          θ ← θ − η (a / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ϵ)
//             4  AdamW     θ ← θ − η λ θ first, then as Adam, g without the decay
//
// Otherwise weight decay λ enters as g + λ θ, on weights and biases alike, as PyTorch has it. The gradient is the sum
// of `slices` partial gradients, in order: [replica][slice][parameter]. Parameters that pad are 0, have gradient 0,
// and stay 0.
//
// One invocation 4 parameters; grid (⌈batch / 64⌉, 1, replicas). Memory bound: slices + 2 to 3 vectors read, 2 to 3
// written, some 10 flops each. Needs state.wgsl.

override OPTIMIZER: u32;

struct Settings { batch: u32, slices: u32 }

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read> states: array<State>;
@group(0) @binding(3) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
// First and second moments, [replica][2][parameter]; plain SGD leaves them alone.
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= settings.batch) { return; }
  let replica = id.z;
  let hyper = hypers[replica];
  let state = states[replica];
  let at = replica * settings.batch + id.x;
  let first = 2u * replica * settings.batch + id.x;
  let second = first + settings.batch;

  var theta = parameters[at];
  var gradient = vec4f();
  for (var slice = 0u; slice < settings.slices; slice++) {
    gradient += gradients[(replica * settings.slices + slice) * settings.batch + id.x];
  }
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
  parameters[at] = theta;
}
