/**
 * Flags of a sweep that uses many machines.
 *
 * @module
 */
import type { Flag, FlagValues } from "../../../cli/flags.ts";

/** Flags of `sweep` for Slurm, and for processes beside each other. */
export const slurmFlags = [
  {
    name: "slurm",
    group: "cluster",
    kind: "boolean",
    default: false,
    help: "submit a job array of Slurm that does the work, and return; its script is kept in the folder",
  },
  {
    name: "tasks",
    group: "cluster",
    kind: "integer",
    default: null,
    min: 1,
    max: 10_000,
    help: "with --slurm: tasks of the array; by default as many as there are batches, at most 16",
  },
  {
    name: "partition",
    group: "cluster",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "with --slurm: partition of the cluster",
  },
  {
    name: "account",
    group: "cluster",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "with --slurm: account to charge",
  },
  {
    name: "gpus",
    group: "cluster",
    kind: "string",
    default: "1",
    placeholder: "[TYPE:]N",
    help: "with --slurm: GPUs of a task; 0 where Slurm does not manage them",
  },
  {
    name: "time",
    group: "cluster",
    kind: "string",
    default: null,
    placeholder: "LIMIT",
    help: "with --slurm: time limit of a task, as 4:00:00; a task that reaches it is queued again",
  },
  {
    name: "sbatch",
    group: "cluster",
    kind: "string",
    default: null,
    placeholder: "OPTIONS",
    help: "with --slurm: more options of sbatch for the script, as '--mem=16G --constraint=a100'",
  },
  {
    name: "worker",
    group: "cluster",
    kind: "boolean",
    default: false,
    help: "leave when other processes run all batches that are left, as tasks of the array do",
  },
  {
    name: "status",
    group: "cluster",
    kind: "boolean",
    default: false,
    help: "print how far the sweep is, and what failed, from the files in its folder",
  },
] as const satisfies readonly Flag[];

/** Values of these flags. */
export type SlurmFlags = FlagValues<typeof slurmFlags>;
