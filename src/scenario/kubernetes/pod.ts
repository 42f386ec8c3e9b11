/** The life of a pod, from its template: probes, what runs before the application, what it waits for, how it ends. */
import type { Field } from "./field.js";
import { ASSUMED, inSeconds, said, type Written, type WrittenFields } from "./written.js";

/** What manifests do not say of a start. All of it stands in the scenario with a remark. */
const INIT_TIME = "2s";
const SIDECAR_TIME = "1s";
const ATTACH_TIME = "10s";

/** Whether an object is among the manifests: ("ConfigMap", "shop"). */
export type Knows = (kind: string, name: string) => boolean;

/** The fields of a service that a pod's spec holds, its resources apart. */
export function podFields(pod: Field, claims: readonly Field[], knows: Knows): WrittenFields {
  const containers = pod.at("containers").items();
  return said({
    ...probesOf(containers),
    volumes: volumesOf(pod, claims, knows),
    configFrom: configOf(pod, containers, knows),
    ...beforeOf(pod.at("initContainers").items()),
    preStop: preStopOf(containers),
    grace: plain(inSeconds(pod.at("terminationGracePeriodSeconds").whole())),
  }) as WrittenFields;
}

export const plain = (value: unknown): Written | undefined => (value === undefined ? undefined : { value });

/** What all kinds of probes have; what is not said is left to the scenario, whose defaults are the kubelet's. */
const timesOf = (probe: Field) => ({
  initialDelay: inSeconds(probe.at("initialDelaySeconds").whole() ?? 0),
  period: inSeconds(probe.at("periodSeconds").wholeAbove0() ?? 10),
});

function probesOf(containers: readonly Field[]) {
  // The pod is ready with its last container; of the others the first container that has one stands for all.
  const ready = containers.map((one) => one.at("readinessProbe")).filter(({ there }) => there);
  const slowest = (key: string, otherwise: number): number =>
    Math.max(...ready.map((probe) => probe.at(key).whole() || otherwise));
  const [startup, liveness] = ["startupProbe", "livenessProbe"].map((kind) =>
    containers.map((one) => one.at(kind)).find(({ there }) => there),
  );
  for (const probe of [startup, liveness]) {
    const good = probe?.at("successThreshold");
    if (good?.there && good.wholeAbove0() !== 1) good.say(`expected 1, got ${String(good.value)}`);
  }
  const good = ready.length === 0 ? 1 : slowest("successThreshold", 1);
  return {
    readiness:
      ready.length === 0
        ? undefined
        : plain({
            initialDelay: `${slowest("initialDelaySeconds", 0)}s`,
            period: `${slowest("periodSeconds", 10)}s`,
            ...(good === 1 ? {} : { successThreshold: good }),
          }),
    startupProbe: startup && plain({ ...timesOf(startup), failureThreshold: failuresOf(startup) }),
    liveness:
      liveness &&
      plain({
        ...timesOf(liveness),
        timeout: inSeconds(liveness.at("timeoutSeconds").wholeAbove0() ?? 1),
        failureThreshold: failuresOf(liveness),
      }),
  };
}

const failuresOf = (probe: Field): number => probe.at("failureThreshold").wholeAbove0() ?? 3;

const isSidecar = (container: Field): boolean => container.at("restartPolicy").value === "Always";
const namesOf = (containers: readonly Field[]): string => containers.map((one) => one.at("name").text()).join(", ");

function beforeOf(containers: readonly Field[]) {
  const [sidecars, ordinary] = [containers.filter(isSidecar), containers.filter((one) => !isSidecar(one))];
  for (const one of sidecars) one.at("restartPolicy").mark();
  const each = (found: readonly Field[], time: string, what: string): Written | undefined =>
    found.length === 0
      ? undefined
      : { value: found.map(() => time), remark: `${ASSUMED}: how long ${namesOf(found)} ${what}` };
  return {
    initContainers: each(ordinary, INIT_TIME, ordinary.length === 1 ? "runs" : "run"),
    sidecars: each(sidecars, SIDECAR_TIME, sidecars.length === 1 ? "takes to start" : "take to start"),
  };
}

/** A hook that sleeps, by the API's own action or by a shell's. All containers' hooks run at once. */
function preStopOf(containers: readonly Field[]): Written | undefined {
  const times = containers.flatMap((one): number[] => {
    const hook = one.at("lifecycle", "preStop");
    const own = hook.at("sleep", "seconds").whole();
    if (own !== undefined) return [own];
    const command = hook.at("exec", "command");
    const words = Array.isArray(command.value) ? command.value.join(" ") : "";
    const slept = /(?:^|[\s;])sleep\s+(\d+)s?\b/.exec(words);
    if (slept === null) return [];
    command.mark();
    return [Number(slept[1])];
  });
  return times.length === 0 ? undefined : { value: `${Math.max(...times)}s` };
}

/** Claims are attached and mounted before the image is pulled. `templates` are a StatefulSet's own. */
function volumesOf(pod: Field, templates: readonly Field[], knows: Knows): Written | undefined {
  const own = templates.map((one) => one.at("metadata", "name").text());
  const named = pod
    .at("volumes")
    .items()
    .flatMap((volume) => {
      const claim = volume.at("persistentVolumeClaim", "claimName");
      const name = claim.text();
      if (volume.at("ephemeral").there) return [volume.at("name").text()];
      if (name !== undefined && !own.includes(name) && !knows("PersistentVolumeClaim", name))
        claim.warn(`no PersistentVolumeClaim of these manifests; without one in the cluster the pod stays pending`);
      return name === undefined ? [] : [name];
    });
  const all = [...new Set([...own, ...named])];
  return all.length === 0
    ? undefined
    : { value: ATTACH_TIME, remark: `${ASSUMED}: attaching and mounting ${all.join(", ")}` };
}

/** ConfigMaps and Secrets without which no container starts. */
function configOf(pod: Field, containers: readonly Field[], knows: Knows): Written | undefined {
  const needed = new Map<string, boolean>();
  const need = (kind: string, ref: Field, key: string) => {
    if (!ref.there || ref.at("optional").mark().value === true) return;
    const name = ref.at(key).text();
    if (name !== undefined) needed.set(`${kind} ${name}`, knows(kind, name));
  };
  for (const volume of pod.at("volumes").items()) {
    need("ConfigMap", volume.at("configMap"), "name");
    need("Secret", volume.at("secret"), "secretName");
    for (const source of volume.at("projected", "sources").items()) {
      need("ConfigMap", source.at("configMap"), "name");
      need("Secret", source.at("secret"), "name");
    }
  }
  for (const container of [...pod.at("initContainers").items(), ...containers]) {
    for (const source of container.at("envFrom").items()) {
      need("ConfigMap", source.at("configMapRef"), "name");
      need("Secret", source.at("secretRef"), "name");
    }
    for (const one of container.at("env").items()) {
      need("ConfigMap", one.at("valueFrom", "configMapKeyRef"), "name");
      need("Secret", one.at("valueFrom", "secretKeyRef"), "name");
    }
  }
  if (needed.size === 0) return undefined;
  const elsewhere = [...needed].filter(([, known]) => !known).map(([name]) => name);
  const names = [...needed.keys()].join(", ");
  return {
    value: "0s",
    remark:
      elsewhere.length === 0
        ? `${names}: there from the start`
        : `${ASSUMED}: ${elsewhere.join(", ")} (not among these manifests) from the start`,
  };
}
