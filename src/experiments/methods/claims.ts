/**
 * The claims about methods and their ranks.
 *
 * @module
 */
import { type Claim, type Demand, judge } from "../core/verdict.ts";
import type { MethodOutcome } from "./outcome.ts";
import { type LearningMethod, learningMethods, type MethodsPlan } from "./plan.ts";

/**
 * Compares an outcome with that of the plain network of the same replica and task; `null` where
 * that cannot be told.
 */
type Comparison = (outcome: MethodOutcome, plain: MethodOutcome) => number | null;

/**
 * States about each method, at the smallest ε, that its rank is above the plain network's at the
 * start, that its loss is below at the end, and that it has fewer jumps left. A claim is about all
 * tasks: the statistic of a replica is that of the task on which the method does worst. The name of
 * the statistic lists the tasks on which the claim would not hold alone.
 *
 * @param outcomes Outcomes of the methods. A replica without an outcome of both networks on some
 * task does not count.
 * @param plan The comparison.
 * @returns Three claims about each method but the plain network.
 */
export function methodClaims(
  outcomes: readonly MethodOutcome[],
  plan: Pick<MethodsPlan, "tasks" | "methods" | "epsilons" | "replicas">,
): Claim[] {
  const { tasks, methods, epsilons, replicas } = plan;
  const epsilon = Math.min(...epsilons), e = epsilons.indexOf(epsilon);
  const rank = ({ ranks }: MethodOutcome) => ranks[0][e].rank;
  const loss = ({ losses }: MethodOutcome) => losses[losses.length - 1];
  const find = (name: LearningMethod, task: string, replica: number) =>
    outcomes.find((each) => each.method === name && each.task === task && each.replica === replica);

  return methods.filter((method) => method !== "plain").flatMap((method) => {
    const { title, kind } = learningMethods[method];
    const claim = (text: string, statistic: string, demand: Demand, compare: Comparison): Claim => {
      const [worst, extreme] = "above" in demand ? [Math.min, "least"] : [Math.max, "greatest"];
      // `[task][replica]`.
      const values = tasks.map(({ name }) =>
        Array.from({ length: replicas }, (_, replica) => {
          const own = find(method, name, replica), plain = find("plain", name, replica);
          return own && plain ? compare(own, plain) : null;
        })
      );
      const failed = tasks.filter((_, t) => {
        return !judge({ text, statistic, values: values[t], demand }).holds;
      });
      const names = failed.length > 0 ? `not on ${failed.map(({ name }) => name).join(", ")}: ` : "";
      return {
        text: `${title}: ${text} on all tasks`,
        statistic: `${names}${tasks.length > 1 ? `${extreme} ` : ""}${statistic}`,
        values: Array.from({ length: replicas }, (_, replica) => {
          const own = values.map((ofTask) => ofTask[replica]);
          return own.every((value) => value !== null) ? worst(...own) : null;
        }),
        demand,
      };
    };
    return [
      claim(
        `the rank at the start, ε = ${epsilon}, is above the plain network's`,
        "difference",
        { above: 0 },
        (own, plain) => rank(own) - rank(plain),
      ),
      claim(
        `the loss ${kind === "solved" ? "after the solve" : "in the end"} is below the plain network's`,
        "log₁₀ of their ratio",
        { below: 0 },
        (own, plain) => Math.log10(loss(own) / loss(plain)),
      ),
      claim(
        "the rank has fewer jumps left than the plain network's",
        "difference",
        { below: 0 },
        (own, plain) => {
          const difference = own.jumps[e] - plain.jumps[e];
          return Number.isNaN(difference) ? null : difference;
        },
      ),
    ];
  });
}
