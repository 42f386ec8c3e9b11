/**
 * What a user's code may import. In a policy's file `import { defineScaler } from "dryscale"` finds this too,
 * wherever the file lies.
 */

// From a scenario to findings: one run, many on threads, and what follows from them.
export { type Comparison, type Finding, type Findings, summarise } from "./experiment/compare.js";
export { type LoadedScenario, loadScenario, type Overrides } from "./experiment/files.js";
export { type Better, type Measure, measuresOf, type Unit } from "./experiment/measures.js";
export { type FailedRun, type Replicated, type Replication, replicate } from "./experiment/replicate.js";
export { type Outcome, runOnce } from "./experiment/run.js";
// Time and chance: the engine alone, and processes as generators over it.
export * from "./kernel/distributions.js";
export * from "./kernel/process.js";
export { RandomStream } from "./kernel/random.js";
export { type EventHandle, type EventKind, Rank, Simulation, type Trace } from "./kernel/simulation.js";
export { type Interval, meanInterval, pairedDifference, type Verdict, verdict } from "./measure/interval.js";
// A world from code: builders with defaults, then run it and look at it at any moment.
export { cluster, service, unlimitedGroup, world } from "./model/builders.js";
export type { Decision } from "./model/decisions.js";
export type { ClusterSpec, HopSpec, LoadSpec, NodeGroupSpec, ServiceSpec, Step, WorldSpec } from "./model/spec.js";
export { createWorld, type Observer, type World, type WorldOptions } from "./model/world.js";
// The policies that come along, to build upon or to compare with.
export { balancers } from "./policy/balancer/index.js";
// A policy of one's own: a name, fields, and answers to one of the questions.
export type {
  Balancer,
  Candidate,
  ClusterView,
  Condition,
  Filter,
  GroupView,
  NodeView,
  PlacedPod,
  PodView,
  PolicyContext,
  ProvisionAnswer,
  Provisioner,
  Reason,
  ScaleAnswer,
  Scaler,
  Scheduler,
  ServiceView,
  Signal,
  Size,
  Why,
} from "./policy/contract.js";
export { signals } from "./policy/contract.js";
export {
  type Definition,
  defineBalancer,
  defineProvisioner,
  defineScaler,
  defineScheduler,
  type Fields,
  type Mention,
} from "./policy/define.js";
// The kinds of fields: each reads the user's spelling, and says what it expected when it cannot.
export * from "./policy/fields.js";
export { provisioners } from "./policy/provisioner/index.js";
export { scalers } from "./policy/scaler/index.js";
export { schedulers } from "./policy/scheduler/index.js";
// A scenario from text.
export { type Complaint, renderComplaint, ScenarioError } from "./scenario/complaint.js";
export { type ReadOptions, readScenario, type Scenario } from "./scenario/read.js";
export { jsonSchema } from "./scenario/schema.js";
// Units, as scenario files spell them and as plain numbers.
export * from "./units.js";
export { type ArrivalSpec, createArrivals } from "./workload/arrivals.js";
