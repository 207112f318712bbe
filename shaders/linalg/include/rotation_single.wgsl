// One rotation of two-sided Jacobi in single precision.
//
// needs: jacobi_rotation.wgsl

alias Entry = f32;
// Cosine and sine; (1, 0) where nothing is rotated.
alias Rotation = vec2f;

const NO_ROTATION = vec2f(1.0, 0.0);

// The 2 × 2 matrix (pp pq; pq qq) after its rotation, and that rotation.
struct Diagonal { pp: Entry, pq: Entry, qq: Entry, rotation: Rotation }

fn diagonalize(pp: Entry, pq: Entry, qq: Entry, largest: f32) -> Diagonal {
  if (!is_to_rotate(pp, qq, pq, largest)) { return Diagonal(pp, pq, qq, NO_ROTATION); }
  let t = tangent(qq - pp, pq);
  // 1/√(1 + t²), but by way of its distance from 1: rounded directly, c² + s² would be too large by
  // 0.4 u on average, and a basis would drift from orthonormal by that much a round.
  let r = sqrt(1.0 + t * t);
  let c = 1.0 - t * t / (r * (r + 1.0));
  return Diagonal(pp - t * pq, 0.0, qq + t * pq, vec2f(c, t * c));
}

fn is_rotation(rotation: Rotation) -> bool { return rotation.y != 0.0; }

// c x − s y
fn rotated_first(rotation: Rotation, x: Entry, y: Entry) -> Entry { return rotation.x * x - rotation.y * y; }

// s x + c y
fn rotated_second(rotation: Rotation, x: Entry, y: Entry) -> Entry { return rotation.y * x + rotation.x * y; }
