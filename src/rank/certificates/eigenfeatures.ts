/**
 * The loss floor of computed eigenfeatures, which are not quite orthogonal, and whose moments are
 * rounded.
 *
 * @module
 */
import { type Arithmetic, headCertificates, type SolvedSpectrum } from "./certificate.ts";
import { lossFloor } from "./loss_floor.ts";
import type { TargetMoments } from "./target_moments.ts";

/**
 * What computed eigenfeatures ψ̂_i and their moments are off by, while only those with eigenvalues
 * above some ε′ ≥ `least` count; see {@linkcode eigenfeatureBounds}.
 */
export interface EigenfeatureBounds {
  /** Least ε′. */
  readonly least: number;
  /** Departure of the Gram matrix from diag(λ̂): a share of it, … */
  readonly relative: number;
  /** … what √xᵀGx moves by for ‖x‖ = 1, … */
  readonly absolute: number;
  /** … and what xᵀGx moves by besides. */
  readonly mixed: number;
  /** Rounding of moments: a share of ‖ψ_i‖ ‖y‖, in the norm over all i, … */
  readonly momentRelative: number;
  /** … and what a unit vector's moment moves by, divided by ‖y‖. */
  readonly momentAbsolute: number;
}

/** Moments of the computed eigenfeatures of one layer. */
export interface EigenfeatureMoments {
  /** ⟨ψ_i, y_c⟩ in the order of the eigenvalues, for each output c. */
  readonly targetMoments: readonly Float64Array[];
  /** ⟨ψ_i, 1⟩ likewise. */
  readonly meanMoments: Float64Array;
  /** What they are off by, for each head of the spectrum that is certified. */
  readonly heads: readonly EigenfeatureBounds[];
}

/** Eigenvalues with bounds, and moments. */
export interface MeasuredEigenfeatures {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly bounds: Float64Array;
  /** Their moments. */
  readonly moments: EigenfeatureMoments;
}

/** The targets and the norms that the loss of an output layer depends on. */
export interface FloorNorms {
  /** Moments of the targets. */
  readonly targets: TargetMoments;
  /** Bound on ‖β‖_F. */
  readonly weightNorm: number;
  /** Bound on ‖b‖. */
  readonly biasNorm: number;
}

/**
 * Bounds what computed eigenfeatures are off by, to first order in the unit roundoff, as
 * `eigenvalueBounds` does, in whose notation this is.
 *
 * The solver measures Ψ̂ = Φ Q̂ + E and turns its Gram matrix by Ṽ to diag(λ̂), but for what it
 * leaves. Let the eigenfeatures be the columns of X = Φ Q̂ Ṽ, with Ṽ the exact rotations nearest to
 * those computed, and G = XᵀWX. Let x be 0 but for the i with λ̂_i > ε′ ≥ `least`, no more than the
 * head has columns, and |x|² = Σ λ̂_i x_i². Each step there bounds not only eigenvalues but the
 * form xᵀGx:
 *
 * - What is left off the diagonal, and the rounding of rotations, of Gram sums and of entries of Ψ̂
 *   by a share of themselves, move it by η |x|². Those of sums and entries, s = n gram(m) + 2 √n
 *   `entry`, are relative to ‖D Ṽ x‖ ≤ (|x| + 2 √τ ‖x‖) / √(1 − ‖A − I‖), as Ṽx has a part in the
 *   tail of norm at most ‖x‖, whose features have norm √τ. With ‖A − I‖ < ½ that adds 8 s √τ |x|
 *   ‖x‖ + 8 s τ ‖x‖².
 * - An entry a_ij between head and tail, at most 1, rounds by ρ = `rotation` in each round. With y,
 *   what the rotations of the round before make of x, that is ρ Σ d_i |y_i| Σ d_j |y_j| on either
 *   side, at most ρ √h ‖D y_head‖ √τ ‖x‖; within the tail it is ρ τ ‖x‖².
 * - ‖E Ṽ x‖ ≤ (α′ + dot(n) √(n tr M)) ‖x‖, with α′ what was left out, and all n columns counted,
 *   since Ṽx may have a part in each.
 *
 * As ‖x‖ ≤ |x| / √ε′, xᵀGx ≥ (1 − θ) |x|² with θ = η + 2 a / √ε′ + k / ε′, a half of the terms of
 * |x| ‖x‖, and k those of ‖x‖². For x that is 0 in the leading entries, columns of the head give at
 * most (1 + θ) λ̂_i + δ_i, and those of the tail add at most τ, which δ_i holds. These are the two
 * assumptions of `lossFloor`.
 *
 * Moments are Xᵀ W y for the same X. Those that are rotated with the eigenvectors err, in ⟨x, t⟩ /
 * ‖y‖,
 *
 * - by dot(n) √(n tr M) ‖x‖ and what was left out, as E does;
 * - by √n (gram(m) + entry) ‖D Ṽ x‖, with the bound above for ‖D Ṽ x‖;
 * - by rounding of rotations: a round combines two moments, c x − s y, each to within half of what
 *   `rotation` says of two combinations. Scaled by ‖ψ_i‖ ‖y‖, moments have norm at most √(1 + ‖A −
 *   I‖) < 1.3 in the head, and √2 times that counts where angles are large. In the tail they are at
 *   most √τ ‖y‖.
 *
 * So with r = √(2 n) (gram(m) + entry) + rounds · rotation they err by at most r |x| + (dot(n) √(n
 * tr M) + 2 r √τ) ‖x‖.
 *
 * @param spectrum What the solver left.
 * @param arithmetic Arithmetic of the solver.
 * @param moments How moments were computed: `rotated` with the eigenvectors, in the same rounds; or
 * by products with the final eigenvectors, to within `absolute` · ‖y‖ for a unit vector.
 * @returns Bounds, for each head that is certified.
 */
export function eigenfeatureBounds(
  spectrum: SolvedSpectrum,
  arithmetic: Arithmetic,
  moments: "rotated" | { readonly absolute: number },
): EigenfeatureBounds[] {
  const { samples, rounds, eigenvalues: { length: n } } = spectrum;
  const { heads, moved, leftOut } = headCertificates(spectrum, arithmetic);
  const sums = n * arithmetic.gram(samples) + 2 * Math.sqrt(n) * arithmetic.entry;
  const rotations = rounds * arithmetic.rotation;
  const rounding = Math.sqrt(2 * n) * (arithmetic.gram(samples) + arithmetic.entry) + rotations;
  return heads.map(({ least, columns, relative, tail }) => ({
    least,
    relative,
    absolute: leftOut + moved + (4 * sums + rotations * Math.sqrt(2 * columns)) * Math.sqrt(tail),
    mixed: (4 * sums + rotations * (1 + 3 * Math.sqrt(columns))) * tail,
    ...moments === "rotated"
      ? { momentRelative: rounding, momentAbsolute: leftOut + moved + 2 * rounding * Math.sqrt(tail) }
      : { momentRelative: 0, momentAbsolute: moments.absolute },
  }));
}

/**
 * Bounds the weighted mean squared error from below for computed eigenfeatures, by the certified
 * head of their spectrum that knows them best. Where none reaches down to ε, the bound is that of a
 * larger threshold, which holds as well.
 *
 * @param features Spectrum and moments.
 * @param norms Targets, norms of the output layer.
 * @param epsilon Threshold ε.
 * @returns The bound, at least 0; NaN where the spectrum is.
 */
export function eigenfeatureFloor(
  features: MeasuredEigenfeatures,
  norms: FloorNorms,
  epsilon: number,
): number {
  const { eigenvalues, bounds, moments } = features;
  if (eigenvalues.some(Number.isNaN)) return NaN;
  const long = moments.heads.filter(({ least }) => least <= epsilon);
  const [known] = (long.length > 0 ? long : moments.heads.slice(0, 1))
    .map((head) => {
      const threshold = Math.max(epsilon, head.least), root = Math.sqrt(threshold);
      return {
        threshold,
        departure: head.relative + 2 * head.absolute / root + head.mixed / threshold,
        rounding: head.momentRelative + head.momentAbsolute / root,
      };
    })
    .sort((a, b) => a.departure + 2 * a.rounding - b.departure - 2 * b.rounding);
  if (!known || !(known.departure < 1)) return 0;
  const { threshold, departure, rounding } = known;
  return lossFloor({
    eigenvalues,
    bounds: eigenvalues.map((value, i) =>
      (1 - departure) * value > threshold ? departure * value : bounds[i] + departure * value
    ),
    ...moments,
    momentBound: rounding / Math.sqrt(1 - departure),
    ...norms,
  }, threshold);
}
