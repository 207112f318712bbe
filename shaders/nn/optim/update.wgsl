// Updates all parameters of all replicas by the optimiser; see optimizer.wgsl. The gradient is the
// sum of `slices` partial gradients, in order: [replica][slice][parameter]. A replica that has
// diverged rests.
// needs: state.wgsl, optimizer.wgsl
//
// One invocation updates 4 parameters; grid (⌈batch / 64⌉, 1, replicas). The kernel is bound by
// memory: it reads slices + 2 to 3 vectors and writes 2 to 3, with about 10 flops each; rates of
// layers are a quarter of a vector more to read.

struct Settings { batch: u32, slices: u32 }

@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> hypers: array<Hyper>;
@group(0) @binding(2) var<storage, read> states: array<State>;
@group(0) @binding(3) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;
//#if LAYER_RATES == 1
@group(0) @binding(6) var<storage, read> layer_rates: array<f32>;
//#end

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= settings.batch) { return; }
  let replica = id.z;
  if (states[replica].diverged != 0u) { return; }
  var gradient = vec4f();
  for (var slice = 0u; slice < settings.slices; slice++) {
    gradient += gradients[(replica * settings.slices + slice) * settings.batch + id.x];
  }
  optimize(hypers[replica], states[replica], replica, id.x, settings.batch, gradient);
}
