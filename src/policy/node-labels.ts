/** Labels that every node has, and those of its group: for nodes that are there, and for those that a provisioner thinks of. */
import { HOSTNAME, type Labels, ZONE } from "../controllers/scheduler/objects.js";

interface Kind {
  readonly labels: Labels;
  readonly type: string;
  readonly arch: string;
}

export const labelsOfNode = ({ labels, type, arch }: Kind, zone: string, name: string): Labels => ({
  [HOSTNAME]: name,
  [ZONE]: zone,
  "node.kubernetes.io/instance-type": type,
  "kubernetes.io/arch": arch,
  "kubernetes.io/os": "linux",
  ...labels,
});
