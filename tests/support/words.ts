/**
 * Words that identifiers do not use.
 *
 * @module
 */

/**
 * Stems that identifiers spell as Americans do: the British spelling, and what to write. Prose is
 * British.
 */
export const BRITISH: readonly (readonly [RegExp, string])[] = [
  [/colour/i, "color"],
  [/centre/i, "center"],
  [/centring/i, "centering"],
  [/behaviour/i, "behavior"],
  [/neighbour/i, "neighbor"],
  [/favour/i, "favor"],
  [/labell/i, "label…ed"],
  [/modell(ed|ing)/i, "model…ed"],
  [/analyse(?!s)/i, "analyze"],
  [/isation/i, "ization"],
  [
    /(normal|optim|initial|summar|regular|visual|minim|maxim|parametr|discret|quant|diagonal|orthogonal|serial)is(e|ing)/i,
    "…ize",
  ],
];

/** Names that the vocabulary replaces, and by what. */
export const VOCABULARY: readonly (readonly [RegExp, string])[] = [
  [/^HostMatrix$/, "Matrix"],
  [/^HeldFeatures$/, "Matrix"],
  [/^(isOver|isWhole|isCutShort|isStopped|cutShort)$/, 'status: "running" | "done" | "stopped" | "diverged"'],
  [/^(errorBounds?|certifiedErrors?)$/, "bounds"],
  [/^(seedIndex|seedCount|numberOfSeeds)$/, "replica, replicas"],
  [/^(updateCount|numberOfUpdates)$/, "steps"],
  [/^(rankingMethod|countMethod)$/, "rankMethod"],
];
