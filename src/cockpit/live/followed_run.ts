/// <reference lib="dom" />
/**
 * A run that another process trains, as a feed tells of it.
 *
 * @module
 */
import type { TraceShape } from "../../io/chunk_bytes.ts";
import { CompactProbes } from "../../train/compact.ts";
import type { Trace } from "../../train/trace.ts";
import { TraceBuilder } from "../../train/trace_builder.ts";
import { type Signal, signal } from "../deps.ts";
import { type NetworkColumns, networkColumns, type NetworkSnapshot } from "../data/networks.ts";
import { MOST_REPLICAS } from "../data/run_columns.ts";
import { FEED_EVENTS, type FeedEnd, type FeedRun, readChunkText, readNetworkText } from "./feed.ts";
import type { RunFacts } from "./run_facts.ts";
import type { LiveStatus, WatchedRun } from "./watched_run.ts";

/** Seconds over which the speed is measured. */
const WINDOW = 5;

/** A run of another process. */
export class FollowedRun implements WatchedRun {
  /** How far it is. */
  readonly status: Signal<LiveStatus> = signal("ready");
  /** What went wrong; empty if nothing has. */
  readonly message: Signal<string> = signal("");
  /** What is known of it. */
  readonly facts: Signal<RunFacts | null> = signal(null);
  /** Its record so far. */
  readonly trace: Signal<Trace | null> = signal(null);
  /** Updates that have arrived. */
  readonly steps: Signal<number> = signal(0);
  /** Its networks, where it keeps them; `null` before the first. */
  readonly networks: Signal<NetworkColumns | null> = signal(null);
  /** It is repeated by `run.json`. */
  readonly command = null;
  /** Adapter that it trains on. */
  readonly adapterName: Signal<string> = signal("");

  readonly #source: EventSource;
  #shape: TraceShape = { replicas: 1, epsilons: [] };
  #builder: TraceBuilder | null = null;
  #compact = new CompactProbes();
  #next = 0;
  #shown = 0;
  readonly #snapshots: Map<number, NetworkSnapshot> = new Map();
  /** Times and steps of the last seconds. */
  #arrivals: (readonly [seconds: number, step: number])[] = [];

  /**
   * Begins to follow.
   *
   * @param address Address of the feed.
   */
  constructor(address: string) {
    this.#source = new EventSource(address);
    this.#on("run", (data) => this.#begin(JSON.parse(data)));
    this.#on("chunk", (data) => this.#take(data));
    this.#on("network", (data) => {
      const snapshot = readNetworkText(data);
      this.#snapshots.set(snapshot.step, snapshot);
    });
    this.#on("end", (data) => this.#end(JSON.parse(data)));
    this.#source.addEventListener("open", () => this.message.value = "");
    this.#source.addEventListener("error", () => {
      this.message.value = "The connection to the run is lost. The page tries again.";
    });
  }

  /** Updates it makes in a second, of late. */
  get stepsPerSecond(): number {
    const first = this.#arrivals[0], last = this.#arrivals[this.#arrivals.length - 1];
    return first === undefined ? NaN : (last[1] - first[1]) / (last[0] - first[0]);
  }

  #on(name: keyof typeof FEED_EVENTS, take: (data: string) => void): void {
    this.#source.addEventListener(FEED_EVENTS[name], (event) => take((event as MessageEvent<string>).data));
  }

  /** A feed begins at the start, also when the page has connected again. */
  #begin({ facts, adapterName }: FeedRun): void {
    this.#shape = { replicas: facts.replicas, epsilons: facts.epsilons };
    this.#snapshots.clear();
    this.#shown = 0;
    this.networks.value = null;
    this.#builder = new TraceBuilder(this.#shape);
    this.#compact = new CompactProbes();
    this.#next = 0;
    this.#arrivals = [];
    this.facts.value = facts;
    this.adapterName.value = adapterName;
    this.status.value = "open";
  }

  #take(data: string): void {
    const chunk = readChunkText(data, this.#shape);
    if (!this.#builder || chunk.first !== this.#next) return;
    const probes = chunk.probes.filter(({ replica }) => replica < MOST_REPLICAS);
    this.#builder.add({ ...chunk, probes: probes.map((probe) => this.#compact.pack(probe)) });
    this.#next = chunk.first + chunk.count;
    const now = performance.now() / 1000;
    this.#arrivals.push([now, this.#next]);
    while (this.#arrivals.length > 2 && this.#arrivals[0][0] < now - WINDOW) this.#arrivals.shift();
  }

  #end({ status }: FeedEnd): void {
    this.#source.close();
    this.show();
    this.status.value = status === "done" || status === "diverged" ? status : "failed";
    if (this.status.value === "failed") this.message.value = `The run has been ${status}.`;
  }

  /** Shows what has arrived. */
  show(): void {
    const builder = this.#builder, facts = this.facts.peek();
    if (!builder || !facts) return;
    if (this.#snapshots.size !== this.#shown) {
      this.#shown = this.#snapshots.size;
      this.networks.value = networkColumns([...this.#snapshots.values()].sort((a, b) => a.step - b.step));
    }
    const steps = Math.min(this.#next - 1, facts.steps);
    if (steps < 0 || steps === this.steps.peek() && this.trace.peek()) return;
    const { trace } = builder;
    if (trace.probes.length === 0) return;
    this.steps.value = steps;
    this.trace.value = { ...trace, probes: [...trace.probes] };
  }
}
