/** What is said of machines and NodePools that make no sense. */
import { expect, test } from "vitest";
import { complaintsOf, type Row, withCluster } from "./complaints.js";

const one = (fields: string): string => withCluster(`{ nodes: { a: { type: m5.large, ${fields} } } }`);
const pool = (fields: string): string =>
  withCluster(`{ market: { types: aws }, provisioner: { use: karpenter, nodePools: [{ ${fields} }] } }`);

const rows: Row[] = [
  [
    "spot without terms",
    one("capacityTypes: [spot]"),
    "3:57 cluster.nodes.a.capacityTypes: expected the field spot for spot machines, got none",
  ],
  [
    "terms for nobody",
    one("capacityTypes: [on-demand], spot: { price: 30% }"),
    "3:76 cluster.nodes.a.spot: expected spot among capacityTypes, got terms for machines that nobody can buy",
  ],
  [
    "a spot price above 100 %",
    one("spot: { price: 120% }"),
    "3:57 cluster.nodes.a.spot.price: expected a share from 0% to 100%, got 120%",
  ],
  [
    "a type that the catalogue does not have",
    withCluster("{ market: { types: [m5.larg] } }"),
    '3:30 cluster.market.types[0]: expected an instance type of `dryscale list instances`, got "m5.larg"',
  ],
  [
    "no machines at all",
    withCluster("{ imagePull: 50Mi }"),
    "3:1 cluster.nodes: expected at least one node group, got none",
  ],
  [
    "an operator without values",
    pool("name: a, requirements: [{ key: x, operator: In }]"),
    "3:105 cluster.provisioner.nodePools[0].requirements[0]: expected values with the operator In",
  ],
  [
    "half a schedule",
    pool('name: a, budgets: [{ nodes: 1, schedule: "@daily" }]'),
    "3:100 cluster.provisioner.nodePools[0].budgets[0]: expected schedule and duration together, got one of them",
  ],
  [
    "a schedule that never comes",
    pool('name: a, budgets: [{ nodes: 1, schedule: "0 25 * * *", duration: 1h }]'),
    '3:122 cluster.provisioner.nodePools[0].budgets[0].schedule: expected a cron expression like "0 9 * * 1-5", got "0 25 * * *"',
  ],
  [
    "an annotation that nobody reads",
    'services: { web: { endpoints: { get: { cpu: 5ms } }, annotations: { "karpenter.sh/do-not-disrupt": maybe } } }\nload: { visitors: { rate: 5/s, to: web/get } }\n',
    '1:100 services.web.annotations.karpenter.sh/do-not-disrupt: expected true or false, got "maybe"',
  ],
];
test.each(rows)("%s", (_, text, ...expected) => expect(complaintsOf(text)).toEqual(expected));
