/** The services of a Compose file. */
import { circles, type Edge } from "../circles.js";
import { unknownName } from "../complaint.js";
import type { Field } from "./field.js";
import type { Amounts } from "./limits.js";
import type { Manifest } from "./objects.js";
import { plain } from "./pod.js";
import { asMebibytes, asMillicores, parseBytes } from "./quantity.js";
import type { Workload } from "./workloads.js";
import { said, type WrittenFields } from "./written.js";

export function readCompose({ root }: Manifest): Workload[] {
  const services = root.at("services").entries();
  const names = services.map(([name]) => name);
  const edges: Edge[] = [];
  const found = services.map(([name, service]): Workload => {
    const depends = dependenciesOf(service);
    for (const { to, at } of depends) {
      const { message, suggestion } = unknownName("service", to, names);
      if (names.includes(to)) edges.push({ from: name, to, path: at.path });
      else at.say(message, { key: true, suggestion });
    }
    return {
      kind: "Compose service",
      name,
      service: name,
      namespace: "default",
      labels: {},
      annotations: {},
      containers: [name],
      replicas: service.at("deploy", "replicas").whole() ?? service.at("scale").whole() ?? 1,
      cpu: cpuOf(service),
      memory: memoryOf(service),
      fields: said({ grace: plain(service.at("stop_grace_period").duration()) }) as WrittenFields,
      placing: {},
      mentions: depends.map(({ to }) => to),
    };
  });
  for (const { path, names: around } of circles(edges))
    root.at(...path.slice(root.path.length)).say(`services depend on each other in a circle: ${around.join(" → ")}`);
  return found;
}

/** A list of names, or a map by name. */
function dependenciesOf(service: Field): { readonly to: string; readonly at: Field }[] {
  const needs = service.at("depends_on");
  if (Array.isArray(needs.value)) return needs.items().map((at) => ({ to: String(at.value), at }));
  return needs.entries().map(([to, at]) => ({ to, at }));
}

/** Of the first that is there; the old fields beside `deploy` are those of Compose's second version. */
function cpuOf(service: Field): Amounts {
  const deploy = service.at("deploy", "resources");
  const cores = (...fields: readonly Field[]) => {
    const given = fields.find(({ there }) => there)?.quantity('a number of cpus like "0.5"');
    return given === undefined ? undefined : asMillicores(given);
  };
  const limit = cores(deploy.at("limits", "cpus"), service.at("cpus"));
  return { request: cores(deploy.at("reservations", "cpus")) ?? limit, limit };
}

function memoryOf(service: Field): Amounts {
  const deploy = service.at("deploy", "resources");
  const bytes = (...fields: readonly Field[]) => {
    const field = fields.find(({ there }) => there)?.mark();
    if (field === undefined) return undefined;
    const given = parseBytes(field.value);
    if (given >= 0) return asMebibytes(given);
    field.say(`expected bytes like "512M" or "1gb", got ${JSON.stringify(field.value)}`);
    return undefined;
  };
  const limit = bytes(deploy.at("limits", "memory"), service.at("mem_limit"));
  return { request: bytes(deploy.at("reservations", "memory"), service.at("mem_reservation")) ?? limit, limit };
}
