/** The proxy of one more caller, with all that it keeps for itself. */
import { RandomStream } from "../../kernel/random.js";
import { nameOfPod } from "../names.js";
import { NONE, type PodId, type State } from "../state.js";
import { CallerProxy } from "./caller-proxy.js";
import type { Links } from "./links.js";
import { Resolution } from "./names.js";
import { type Ejection, Outliers } from "./outliers.js";
import { placeOf } from "./place.js";
import { SlowStart } from "./slow-start.js";

/** Of a pod, or, for NONE, of those outside. */
export function newProxy(state: State, links: Links, caller: number): CallerProxy {
  const { service, endpoints, names } = links;
  const spec = service.spec.mesh!;
  const name = caller === NONE ? "outside" : nameOfPod(state, caller as PodId);
  const streamOf = (what: string): RandomStream =>
    new RandomStream(state.seed, `${service.spec.name}/${what} of ${name}`);
  const resolution = names && new Resolution(names, endpoints, state.sim, caller);
  const ownStart = resolution && spec.slowStart && new SlowStart(spec.slowStart, endpoints, resolution, state.sim);
  const outliers =
    spec.outliers &&
    new Outliers(
      spec.outliers,
      streamOf("outliers"),
      () => proxy.slots(),
      (ejection) => tell(state, links, name, ejection),
    );
  const proxy: CallerProxy = new CallerProxy(endpoints, spec, {
    balancer(group) {
      const stream = streamOf(group === 0 ? "balancer" : `balancer ${group}`);
      return service.spec.balancer({ stream, clock: state.sim });
    },
    outliers,
    health: links.health?.create(name),
    slowStart: ownStart ?? links.slowStart,
    resolution,
    place: spec.locality === undefined || caller === NONE ? undefined : placeOf(state, endpoints, caller as PodId),
    stream: streamOf("localities"),
  });
  return proxy;
}

function tell({ sim }: State, { endpoints, log }: Links, caller: string, { slot, cause, seen, until }: Ejection): void {
  const about = { time: sim.now, subject: `pod ${endpoints.address(slot)}`, policy: "outlier-detection" };
  const rule = `ejected by the proxy of ${caller}: ${cause}`;
  log.add({ ...about, rule, seen: { ...seen, until }, from: 1, wished: 1, asked: 1 });
}
