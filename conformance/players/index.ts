import type { Vector } from "../vector.js";
import { cloud } from "./cloud.js";
import { clusterAutoscaler } from "./cluster-autoscaler.js";
import { playDaemonSet } from "./daemon-set.js";
import { playDeployment } from "./deployment.js";
import { playHpa } from "./hpa.js";
import { playKarpenter } from "./karpenter.js";
import { playKeda } from "./keda.js";
import { playKnative } from "./knative.js";
import { playMetricsServer } from "./metrics-server.js";
import { playOutlierDetection } from "./outlier-detection.js";
import { playResourceQuota } from "./resource-quota.js";
import { playScheduler } from "./scheduler.js";
import { playStatefulSet } from "./stateful-set.js";
import { playVpa } from "./vpa.js";
import { playVpaAdmission, playVpaUpdater } from "./vpa-updater.js";
import { playCronJob, playJob } from "./workloads.js";

/** Plays a vector's script through the controller that the simulated world uses: a decision for each entry. */
export type Player = (vector: Vector) => readonly unknown[];

/** By the vectors' `controller`. To add one: a file beside this, and a line here. */
export const players: Readonly<Record<string, Player>> = {
  cloud,
  "cluster-autoscaler": clusterAutoscaler,
  "cron-job": playCronJob,
  "daemon-set": playDaemonSet,
  deployment: playDeployment,
  hpa: playHpa,
  job: playJob,
  karpenter: playKarpenter,
  keda: playKeda,
  knative: playKnative,
  "metrics-server": playMetricsServer,
  "outlier-detection": playOutlierDetection,
  "resource-quota": playResourceQuota,
  scheduler: playScheduler,
  "stateful-set": playStatefulSet,
  vpa: playVpa,
  "vpa-admission": playVpaAdmission,
  "vpa-updater": playVpaUpdater,
};
