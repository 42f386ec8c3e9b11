/** KEDA's triggers: what each is called, where it keeps its threshold, and which signal of the simulated world it reads. */
import { nearest } from "../complaint.js";
import type { Field } from "./field.js";
import { parseQuantity } from "./quantity.js";
import { guessed, type Signal, signalOf, unmapped } from "./signals.js";
import { said } from "./written.js";

/** The fields of its metadata that hold the threshold (the first that is there), its default, and what it measures. */
interface Source {
  readonly threshold: readonly string[];
  readonly otherwise?: number;
  /** Undefined: what its query or its name speaks of. */
  readonly signal?: Signal;
}

const queue = (otherwise: number | undefined, ...threshold: string[]): Source => ({
  threshold,
  signal: "queue",
  ...(otherwise === undefined ? {} : { otherwise }),
});
const query = (...threshold: string[]): Source => ({ threshold });

const SOURCES: Readonly<Record<string, Source>> = {
  activemq: queue(10, "targetQueueSize"),
  "apache-kafka": queue(10, "lagThreshold"),
  "artemis-queue": queue(10, "queueLength"),
  "aws-cloudwatch": query("targetMetricValue"),
  "aws-sqs-queue": queue(5, "queueLength"),
  "azure-eventhub": queue(64, "unprocessedEventThreshold"),
  "azure-monitor": query("targetValue"),
  "azure-pipelines": queue(1, "targetPipelinesQueueLength"),
  "azure-queue": queue(5, "queueLength"),
  "azure-servicebus": queue(5, "messageCount"),
  beanstalkd: queue(undefined, "value"),
  datadog: query("targetValue", "queryValue"),
  dynatrace: query("threshold"),
  "gcp-cloudtasks": queue(100, "value"),
  "gcp-pubsub": queue(10, "value", "subscriptionSize"),
  "gcp-stackdriver": query("targetValue"),
  graphite: query("threshold"),
  ibmmq: queue(20, "queueDepth"),
  influxdb: query("thresholdValue"),
  kafka: queue(10, "lagThreshold"),
  loki: query("threshold"),
  "metrics-api": query("targetValue"),
  mongodb: queue(undefined, "queryValue"),
  mssql: queue(undefined, "targetValue"),
  mysql: queue(undefined, "queryValue"),
  "nats-jetstream": queue(10, "lagThreshold"),
  "new-relic": query("threshold"),
  nsq: queue(10, "depthThreshold"),
  postgresql: queue(undefined, "targetQueryValue"),
  prometheus: query("threshold"),
  pulsar: queue(10, "msgBacklogThreshold", "msgBacklog"),
  rabbitmq: queue(20, "value", "queueLength"),
  redis: queue(5, "listLength"),
  "redis-cluster": queue(5, "listLength"),
  "redis-cluster-streams": queue(5, "pendingEntriesCount", "lagCount", "streamLength"),
  "redis-sentinel": queue(5, "listLength"),
  "redis-sentinel-streams": queue(5, "pendingEntriesCount", "lagCount", "streamLength"),
  "redis-streams": queue(5, "pendingEntriesCount", "lagCount", "streamLength"),
  "solace-event-queue": queue(undefined, "messageCountTarget"),
  temporal: queue(5, "targetQueueSize"),
};

/** Those whose source has no likeness in the simulated world. */
const OTHERS =
  `arangodb aws-dynamodb aws-dynamodb-streams aws-kinesis-stream azure-app-insights azure-blob azure-cosmosdb
  azure-data-explorer azure-log-analytics cassandra clickhouse couchdb elastic-forecast elasticsearch etcd external
  external-mock external-push forgejo-runner gcp-spanner gcp-storage github-runner huawei-cloudeye kubernetes-resource
  kubernetes-workload liiklus opensearch openstack-metric openstack-swift predictkube selenium-grid
  solace-direct-messaging solarwinds solr splunk splunk-observability stan sumologic`.split(/\s+/);

const TYPES = ["cpu", "memory", "cron", ...Object.keys(SOURCES), ...OTHERS];

interface Read {
  readonly trigger?: object;
  readonly remark?: string;
}

export function readTrigger(field: Field): Read {
  const type = field.at("type").text();
  if (type === undefined) field.at("type").missing("a trigger's type");
  if (type === undefined) return {};
  if (!TYPES.includes(type)) {
    field.at("type").say(`expected a type of KEDA's triggers, got "${type}"`, { suggestion: nearest(type, TYPES) });
    return {};
  }
  if (type === "cron") return { trigger: { cron: cronOf(field.at("metadata")) } };
  if (type === "cpu" || type === "memory") return resourceOf(type, field);
  if (!Object.hasOwn(SOURCES, type)) {
    field.at("type").warn("this trigger's source is not simulated; left out, with what to fill in");
    return { remark: unmapped(`the trigger ${type}`, "triggers: [{ signal: queue, threshold: 5 }]") };
  }
  return signalTrigger(type, field);
}

function needed(metadata: Field, key: string): string {
  const field = metadata.at(key);
  if (!field.there) field.missing(`${key} of the trigger`);
  return String(field.mark().value);
}

function cronOf(metadata: Field): object {
  const replicas = metadata.at("desiredReplicas");
  const desiredReplicas = Number(needed(metadata, "desiredReplicas"));
  if (replicas.there && !(Number.isSafeInteger(desiredReplicas) && desiredReplicas > 0))
    replicas.say(`expected a whole number from 1 up, got ${JSON.stringify(replicas.value)}`);
  const [start, end] = [needed(metadata, "start"), needed(metadata, "end")];
  return { start, end, timeZone: needed(metadata, "timezone"), desiredReplicas };
}

/** Since KEDA 2.18 the kind of target is the trigger's metricType; before, its metadata's type. */
function resourceOf(name: "cpu" | "memory", field: Field): Read {
  const way = field.at("metricType").there ? field.at("metricType") : field.at("metadata", "type");
  const kind = way.word("Utilization", "AverageValue");
  const value = Number(needed(field.at("metadata"), "value"));
  if (field.at("metadata", "containerName").there)
    field.at("metadata", "containerName").warn("a pod's containers are simulated as one: its use is that of all");
  if (kind === "AverageValue") {
    field.warn("only utilisation is simulated of this trigger; left out, with what to fill in", { key: true });
    return { remark: `the trigger ${name} by AverageValue is not simulated; by its use: triggers: [{ ${name}: 80% }]` };
  }
  if (Number.isSafeInteger(value) && value > 0) return { trigger: { [name]: `${value}%` } };
  field.at("metadata", "value").say(`expected whole per cent like "80", got ${JSON.stringify(value)}`);
  return {};
}

function signalTrigger(type: string, field: Field): Read {
  const source = SOURCES[type];
  const metadata = field.at("metadata");
  const key = source.threshold.find((one) => metadata.at(one).there) ?? source.threshold[0];
  const threshold = amountOf(metadata.at(key)) ?? source.otherwise;
  if (threshold === undefined && !metadata.at(key).there) metadata.at(key).missing(`${key} of the trigger`);
  const activation = amountOf(metadata.at(`activation${key[0].toUpperCase()}${key.slice(1)}`), 0);
  const way = field.at("metricType").word("AverageValue", "Value", "Utilization");
  if (way === "Utilization")
    field.at("metricType").say("expected AverageValue or Value, for Utilization is only of cpu and memory");
  if (way === "Value")
    field.at("metricType").warn("only AverageValue is simulated: the threshold is taken as each replica's");
  const asked = metadata.at("query");
  const text = asked.there ? asked.text() : ((metadata.at("metricName").value as string | undefined) ?? "");
  const guess = source.signal === undefined ? signalOf(String(text)) : undefined;
  // RabbitMQ counts messages, or how fast they come.
  const mode = metadata.at("mode").word(...(type === "rabbitmq" ? ["QueueLength", "MessageRate"] : modesOf(metadata)));
  const signal = mode === "MessageRate" ? "rate" : (source.signal ?? guess?.signal);
  if (threshold === undefined) return {};
  const what = `the trigger ${type}`;
  if (signal === undefined) {
    asked.warn("it cannot be told which signal this is; left out, with what to fill in");
    return { remark: unmapped(what, `triggers: [{ signal: queue, threshold: ${threshold} }]`) };
  }
  const window = guess?.window;
  const trigger = said({ signal, threshold, activation: activation || undefined, window });
  return guess?.sure ? { trigger } : { trigger, remark: guessed(what, signal) };
}

/** Whatever stands there is right. */
const modesOf = (metadata: Field): string[] =>
  typeof metadata.at("mode").value === "string" ? [metadata.at("mode").value as string] : [];

/** Metadata are texts, also where they hold numbers. */
function amountOf(field: Field, least = Number.MIN_VALUE): number | undefined {
  if (!field.there) return undefined;
  field.mark();
  const amount = parseQuantity(field.value);
  if (amount >= least) return amount;
  field.say(`expected a number ${least === 0 ? "from 0 up" : "above 0"}, got ${JSON.stringify(field.value)}`);
  return undefined;
}
