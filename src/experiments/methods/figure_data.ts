/**
 * From a comparison of methods to what its figure shows.
 *
 * @module
 */
import type { MethodsFigureData } from "./figure.ts";
import { type CompleteMethodsOptions, learningMethods } from "./options.ts";
import type { MethodOutcome } from "./outcome.ts";

/**
 * Gathers the outcomes by task and method, with ranks at the smallest ε.
 *
 * @param options Options of the comparison.
 * @param outcomes What came of the methods.
 * @returns What to draw.
 */
export function methodsFigureData(
  options: CompleteMethodsOptions,
  outcomes: readonly MethodOutcome[],
): MethodsFigureData {
  const { tasks, width, depth, activation, optimizer, seeds, seed, epsilons, updates } = options;
  const epsilon = Math.min(...epsilons), e = epsilons.indexOf(epsilon);
  return {
    title: "Methods seen through the ε-rank",
    subtitle:
      `${width} features · networks with ${depth} hidden layers, ${activation}, ${optimizer.name}, learning rate ` +
      `${optimizer.learningRate}, ${updates} steps · ${seeds} seeds from ${seed}`,
    epsilon,
    steps: updates,
    methods: options.methods.map((method) => ({
      label: learningMethods[method].title,
      kind: learningMethods[method].kind,
    })),
    tasks: tasks.map(({ name, description }) => ({
      name,
      description,
      series: options.methods.map((method) =>
        outcomes.filter((outcome) => outcome.task === name && outcome.method === method)
          .map(({ steps, losses, ranks, heldOut }) => ({
            steps,
            losses,
            ranks: ranks.map((each) => each[e].rank),
            heldOut,
          }))
      ),
    })),
  };
}
