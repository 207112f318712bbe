/**
 * What a comparison of methods says of the claims.
 *
 * @module
 */
import { type Demand, judge, type Verdict } from "../core/verdict.ts";
import { type CompleteMethodsOptions, type LearningMethod, learningMethods } from "./options.ts";
import type { MethodOutcome } from "./outcome.ts";

/** What one method has over the plain network, of one seed on one task; larger is better. */
type Advantage = (outcome: MethodOutcome, plain: MethodOutcome) => number;

/**
 * Judges of each method, by the smallest ε, that its rank is above the plain network's at the start, that its loss is below in
 * the end, and that it has fewer jumps left. A claim is made of all tasks: the statistic of a seed is that of the task on which
 * the method does worst, and the tasks on which it would not hold alone are named.
 *
 * @param options Options of the comparison.
 * @param outcomes What came of the methods; of a seed that one of the two lacks on some task nothing is said.
 * @returns The verdicts: three of each method but the plain network.
 */
export function methodVerdicts(
  options: Pick<CompleteMethodsOptions, "tasks" | "methods" | "epsilons" | "seeds">,
  outcomes: readonly MethodOutcome[],
): Verdict[] {
  const { epsilons } = options;
  const epsilon = Math.min(...epsilons), e = epsilons.indexOf(epsilon);
  const rank = ({ ranks }: MethodOutcome) => ranks[0][e].rank;
  const loss = ({ losses }: MethodOutcome) => losses[losses.length - 1];
  return options.methods.filter((method) => method !== "plain").flatMap((method) => {
    const { title, kind } = learningMethods[method];
    const claim = (text: string, statistic: string, advantage: Advantage, demand: "above" | "below") =>
      judgeTasks(options, outcomes, method, { claim: `${title}: ${text}`, statistic, advantage, demand });
    return [
      claim(
        `the rank at the start, ε = ${epsilon}, is above the plain network's`,
        "difference",
        (own, plain) => rank(own) - rank(plain),
        "above",
      ),
      claim(
        `the loss ${kind === "solved" ? "after the solve" : "in the end"} is below the plain network's`,
        "log₁₀ of their ratio",
        (own, plain) => Math.log10(loss(own) / loss(plain)),
        "below",
      ),
      claim(
        "the rank has fewer jumps left than the plain network's",
        "difference",
        (own, plain) => own.jumps[e] - plain.jumps[e],
        "below",
      ),
    ];
  });
}

/** A claim about one method. */
interface Claim {
  readonly claim: string;
  readonly statistic: string;
  readonly advantage: Advantage;
  readonly demand: "above" | "below";
}

function judgeTasks(
  { tasks, seeds }: Pick<CompleteMethodsOptions, "tasks" | "seeds">,
  outcomes: readonly MethodOutcome[],
  method: LearningMethod,
  { claim, statistic, advantage, demand }: Claim,
): Verdict {
  const find = (name: LearningMethod, task: string, seed: number) =>
    outcomes.find((outcome) => outcome.method === name && outcome.task === task && outcome.seed === seed);
  // `[task][seed]`.
  const values = tasks.map(({ name }) =>
    Array.from({ length: seeds }, (_, seed) => {
      const own = find(method, name, seed), plain = find("plain", name, seed);
      return own && plain ? advantage(own, plain) : null;
    })
  );
  const wanted: Demand = demand === "above" ? { above: 0 } : { below: 0 };
  const compared = (own: readonly (number | null)[]) => own.filter((value) => value !== null);
  const worst = Array.from({ length: seeds }, (_, seed) => values.map((own) => own[seed]))
    .filter((own) => !own.includes(null))
    .map((own) => (demand === "above" ? Math.min : Math.max)(...compared(own)));
  const failed = tasks.filter((_, t) => !judge("", "", compared(values[t]), wanted).holds);
  const names = failed.length > 0 ? `not on ${failed.map(({ name }) => name).join(", ")}: ` : "";
  const extreme = tasks.length > 1 ? `${demand === "above" ? "least" : "greatest"} ` : "";
  return judge(`${claim} on all tasks`, `${names}${extreme}${statistic}`, worst, wanted);
}
