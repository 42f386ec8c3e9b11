/** The section `faults` as the model takes it, and what is wrong with it beside the rest of the scenario. */

import type { FaultSpec, Portion, When } from "../model/faults/spec.js";
import type { DisturbanceSpec } from "../model/network/network-spec.js";
import { readOutages } from "../workload/outages.js";
import type { Sayings } from "./check.js";
import { unknownName } from "./complaint.js";
import type { Parts, Single } from "./setup.js";
import type { Fault } from "./shape/faults.js";
import type { Path } from "./source.js";
import type { OpenTrace } from "./world.js";

/** Each with a name: its own, or that of its kind with a number where there are several. */
const namesOf = (faults: readonly Fault[]): readonly string[] => {
  const used = new Map<string, number>();
  return faults.map(({ name, key }) => {
    if (name !== undefined) return name;
    const nth = (used.get(key) ?? 0) + 1;
    used.set(key, nth);
    return nth === 1 ? key : `${key}-${nth}`;
  });
};

export function faultSpecs({ faults }: Single, services: readonly string[], open: OpenTrace): readonly FaultSpec[] {
  const names = namesOf(faults);
  return faults.map((fault, i) => {
    const { what } = fault;
    const everywhere = (what.kind === "metric-outage" || what.kind === "dns") && what.services.length === 0;
    return { name: names[i], when: whenOf(fault, open), what: everywhere ? { ...what, services } : what };
  });
}

function whenOf({ at, every, outages, length, instant }: Fault, open: OpenTrace): When {
  const none = { shape: "constant", value: 0 } as const;
  if (every !== undefined) return { kind: "often", gap: every, length: instant ? none : length! };
  if (outages !== undefined)
    return { kind: "listed", outages: () => ("file" in outages ? readOutages(open(outages.file)) : outages) };
  const lasts = length?.shape === "constant" ? length.value : Infinity;
  return { kind: "once", at: at!, length: instant ? 0 : lasts };
}

/** Whether it matters in which zones pods stand. */
export const asksForZones = ({ zones }: Single["network"], faults: readonly Fault[]): boolean =>
  zones !== undefined ||
  faults.some(({ what }) => what.kind === "network" && what.between !== "all" && "zones" in what.between);

/** The files that faults are listed in, with where they are named. */
export const outageFiles = (faults: readonly Fault[] = []): readonly { readonly file: string; readonly path: Path }[] =>
  faults.flatMap(({ outages }, i) =>
    outages !== undefined && "file" in outages ? [{ file: outages.file, path: ["faults", i, "outages"] }] : [],
  );

export function checkFaults({ single, services, jobs }: Parts, to: Sayings): void {
  const { faults = [], cluster, duration = Infinity, warmup = 0 } = single;
  const groups = new Map(Object.entries(cluster?.nodes ?? {}));
  const market = cluster?.market;
  const types = typeof market?.types === "string" ? [] : (market?.types ?? []);
  const zones = [...groups.values(), ...(market === undefined ? [] : [market])].flatMap((group) => group.zones);
  const known = { services: [...services.keys()], jobs: [...jobs.keys()], groups: [...groups.keys(), ...types], zones };
  checkZones(single.network, cluster === undefined ? undefined : [...new Set(zones)], to);
  const names = namesOf(faults);
  for (const [i, fault] of faults.entries()) {
    const path: Path = ["faults", i];
    if (names.indexOf(names[i]) < i) to.say([...path, "name"], `expected every name once, got "${names[i]}" again`);
    if (fault.at !== undefined && fault.at > warmup + duration)
      to.warn([...path, "at"], `this fault comes after the end of the run, at ${warmup + duration} s`);
    checkWhom(fault, [...path, fault.key], known, to);
    if (cluster === undefined && ofMachines.includes(fault.what.kind))
      to.say([...path, fault.key], "expected a cluster for a fault of machines, got a scenario without one", {
        key: true,
      });
    if (fault.what.kind === "reclaim") {
      const { group } = fault.what.nodes;
      const spot = [...groups].some(([name, { spot }]) => spot !== undefined && (group ?? name) === name);
      if (cluster !== undefined && !spot && market?.spot === undefined)
        to.say([...path, fault.key], "expected spot machines to be reclaimed, got none", { key: true });
    }
  }
}

/** Zones that are said to be near or far are zones of the cluster. */
function checkZones(network: Parts["single"]["network"], zones: readonly string[] | undefined, to: Sayings): void {
  const path: Path = ["network", "zones"];
  if (network?.zones === undefined) return;
  if (zones === undefined)
    return to.say(path, "expected a cluster that has zones, got a scenario without one", { key: true });
  for (const [i, { between }] of network.zones.pairs.entries())
    for (const [end, name] of between.entries()) {
      if (zones.includes(name)) continue;
      const { message, suggestion } = unknownName("zone", name, zones);
      to.say([...path, "pairs", i, "between", end], message, { suggestion });
    }
}

const ofMachines: readonly Fault["what"]["kind"][] = ["node-loss", "zone-loss", "steal", "reclaim"];

interface Known {
  readonly services: readonly string[];
  readonly jobs: readonly string[];
  readonly groups: readonly string[];
  readonly zones: readonly string[];
}

function checkWhom({ what }: Fault, path: Path, known: Known, to: Sayings): void {
  const expect = (kind: string, name: string | undefined, choices: readonly string[], at: Path): void => {
    if (name === undefined || choices.includes(name)) return;
    const { message, suggestion } = unknownName(kind, name, choices);
    to.say(at, message, { suggestion });
  };
  switch (what.kind) {
    case "crash": {
      const { owner, portion } = what.pods;
      expect("service or job", owner, [...known.services, ...known.jobs], [...path, "service"]);
      return checkNames(portion, [owner], [...path, "pods"], to);
    }
    case "brown-out":
      expect("service", what.pods.owner, known.services, [...path, "service"]);
      return checkNames(what.pods.portion, [what.pods.owner], [...path, "pods"], to);
    case "network":
      return checkBetween(what, path, known, to);
    case "dns":
    case "metric-outage":
      for (const [i, name] of what.services.entries())
        expect("service", name, known.services, [...path, "services", i]);
      return;
    case "zone-loss":
      return expect("zone", what.zone, known.zones, [...path, "zone"]);
    case "pause":
      return;
    default: {
      const { group, zone, portion } = what.nodes;
      if (known.groups.length > 0) expect("node group", group, known.groups, [...path, "group"]);
      if (known.zones.length > 0) expect("zone", zone, known.zones, [...path, "zone"]);
      checkNames(portion, group === undefined ? known.groups : [group], [...path, "nodes"], to);
    }
  }
}

function checkBetween({ between, loss, refuses }: DisturbanceSpec, path: Path, known: Known, to: Sayings): void {
  if (between === "all") return;
  const [key, kind] = "services" in between ? (["services", "service"] as const) : (["zones", "zone"] as const);
  const names = "services" in between ? between.services : between.zones;
  const choices = "services" in between ? [...known.services, ...known.jobs] : [...new Set(known.zones)];
  for (const [i, name] of names.entries()) {
    if (choices.includes(name)) continue;
    const { message, suggestion } = unknownName(kind, name, choices);
    to.say([...path, key, i], message, { suggestion });
  }
  const cuts = kind === "zone" || refuses || loss === 1;
  if (cuts && names.length === 1 && choices.length === 1 && choices[0] === names[0])
    to.say(
      [...path, key],
      `expected another ${kind} than ${names[0]}: there is no other, so it would be cut off from all`,
      {
        key: true,
      },
    );
}

/** Pods and machines are called after whose they are, with a number: "cart-0". */
function checkNames(portion: Portion, owners: readonly string[], path: Path, to: Sayings): void {
  if (!("names" in portion) || owners.length === 0) return;
  for (const [i, name] of portion.names.entries())
    if (!owners.includes(name.replace(/-\d+$/, "")) || !/-\d+$/.test(name))
      to.say([...path, i], `expected a name like "${owners[0]}-0", got "${name}"`);
}
