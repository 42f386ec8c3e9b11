package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
)

// Of more answers than this one would be missed: situations that have more are left out.
const mostAnswers = 40

func topological() (made []vector) {
	made = append(append(append(spreads(), neighbours()...), wishes()...), pooled()...)
	for seed := range int64(150) {
		made = append(made, vector{Name: fmt.Sprintf("Solve with topology %d", seed), Origin: "seeded", Settings: seededTopology(9000 + seed), Script: []step{{At: 10}}})
	}
	return made
}

func tooMany(v vector) bool {
	answers, several := v.Expected[0].(map[string]any)
	if !several {
		return false
	}
	allowed, several := answers["anyOf"].([]any)
	return several && len(allowed) > mostAnswers
}

func spreads() []vector {
	zoned := spread("web", zone, 1)
	three := standing("node-a", "node-b", "node-c")
	honor, ignore := corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore
	return []vector{
		situation("three pods over three zones", several(3, "web", zoned)),
		situation("five pods over three zones", several(5, "web", zoned)),
		situation("a skew of 2 over the zones", several(4, "web", spread("web", zone, 2))),
		situation("a pod of its own node each: spread over hosts", several(4, "web", spread("web", host, 1))),
		situation("two of a node: spread over hosts by 2", several(5, "web", spread("web", host, 2))),
		situation("over zones and hosts at once", several(4, "web", zoned, spread("web", host, 1))),
		situation("pods that run already count", several(2, "web", zoned), with(three[:2], there("node-a", "web"), there("node-b", "web"))),
		situation("pods on their way out do not count", several(2, "web", zoned), with(three, there("node-a", "web", func(p *pod) { p.Terminating = true }), there("node-b", "web"), there("node-c", "api"))),
		situation("nodes of the emptiest zone first, whatever their names", several(3, "web", zoned), with(three, there("node-a", "web"))),
		situation("minDomains that are there", several(4, "web", spread("web", zone, 1, domains(3)))),
		situation("minDomains that are not there", several(5, "web", spread("web", zone, 1, domains(4)))),
		situation("a pod that may go to two zones alone counts those", several(4, "web", inZones("zone-a", "zone-b"), zoned), with(three, there("node-a", "web"))),
		situation("the selector of a node says where", several(3, "web", where(zone, "zone-b"), zoned), with(three, there("node-b", "web"))),
		situation("nodeAffinityPolicy Ignore: nodes that the pod may not use count", several(2, "web", inZones("zone-a", "zone-b"), spread("web", zone, 1, honouring(ignore, ignore))), with(three, there("node-c", "web"), there("node-a", "web"))),
		situation("nodeTaintsPolicy Honor: zones of tainted pools alone are no domains", several(4, "web", spread("web", zone, 1, honouring(honor, honor))),
			among(pool{Name: "plain", Weight: 1, Requirements: []requirement{in(zone, "zone-a", "zone-b")}}, pool{Name: "tainted", Weight: 1, Taints: []taint{{"dedicated", "x", "NoSchedule"}}})),
		situation("and without it they are, so that the pods wait", several(4, "web", zoned),
			among(pool{Name: "plain", Weight: 1, Requirements: []requirement{in(zone, "zone-a", "zone-b")}}, pool{Name: "tainted", Weight: 1, Taints: []taint{{"dedicated", "x", "NoSchedule"}}})),
		situation("a constraint of others' pods", several(3, "api", zoned), with(three, there("node-a", "web"), there("node-b", "web"))),
		situation("each version by itself: matchLabelKeys", both(several(2, "web", labelled("hash", "1"), spread("web", zone, 1, func(c *corev1.TopologySpreadConstraint) { c.MatchLabelKeys = []string{"hash"} }))), with(three, there("node-a", "web", labelled("hash", "1")), there("node-b", "web", labelled("hash", "2")), there("node-c", "web", labelled("hash", "2")))),
		situation("over capacity types", several(2, "web", spread("web", v1.CapacityTypeLabelKey, 1))),
		situation("a zone without offerings for so large a pod", several(4, "web", zoned, func(p *pod) { p.CPU += 5000 }), func(s *settings) { s.Types[2].Offerings[1].Available = false }),
		situation("two selectors of nodes by the same label share their counts", both(several(2, "web", inZones("zone-a", "zone-b"), zoned), several(2, "red", func(p *pod) { p.App = "web" }, where("team", "red"), zoned)), among(pool{Name: "pool", Weight: 1, Labels: map[string]string{"team": "red"}})),
	}
}

func neighbours() []vector {
	three := standing("node-a", "node-b", "node-c")
	return []vector{
		situation("together in a zone that is not known yet", several(4, "web", together(term("web", zone)), func(p *pod) { p.CPU += 3000 })),
		situation("together on one node", several(4, "web", together(term("web", host)))),
		situation("together on one node that gets too full", several(5, "web", together(term("web", host)), func(p *pod) { p.CPU += 2000 })),
		situation("near one that runs", several(2, "api", together(term("web", zone))), with(three, there("node-b", "web"))),
		situation("near nobody", several(2, "api", together(term("web", zone))), with(three, there("node-b", "db"))),
		situation("near a pod of the same batch, however small", both(several(1, "api", together(term("web", zone)), func(p *pod) { p.CPU += 1000 }), several(1, "web", where(zone, "zone-c")))),
		situation("near its like, in a zone where none is", several(2, "web", together(term("web", zone)), inZones("zone-c")), with(three, there("node-b", "web"))),
		situation("apart by host", several(4, "web", apart(term("web", host)))),
		situation("apart by host, with nodes that have one", several(3, "web", apart(term("web", host))), with(three, there("node-a", "web"), there("node-b", "db"))),
		situation("apart by zone: the first takes all zones that it could be in", several(3, "web", apart(term("web", zone)))),
		situation("apart by zone, each of its own", both(several(1, "web", apart(term("web", zone)), where(zone, "zone-a")), several(1, "api", apart(term("web", zone))), several(1, "db", apart(term("api", zone)), where(zone, "zone-b")))),
		situation("who runs keeps others away", several(3, "web"), with(three, there("node-a", "db", apart(term("web", zone))), there("node-b", "db", apart(term("web", host))))),
		situation("who waits keeps others away", both(several(1, "db", apart(term("web", zone)), func(p *pod) { p.CPU += 500 }), several(2, "web"))),
		situation("who waits keeps others away from its node", both(several(1, "db", apart(term("web", host)), func(p *pod) { p.CPU += 500 }), several(2, "web"))),
		situation("a pod that is to move is not counted where it was", []pod{there("node-a", "web", apart(term("web", host)))}, with(three), func(s *settings) { s.Nodes[0].Deleting = true }),
	}
}

func wishes() []vector {
	three := standing("node-a", "node-b", "node-c")
	ignoring := func(s *settings) { s.IgnorePref = true }
	sets := func(p *pod) {
		ratherApart(10, term("db", zone))(p)
		ratherTogether(50, term("web", zone))(p)
		rather(5, in(zone, "zone-c"))(p)
	}
	return []vector{
		situation("a wish to spread is kept while it can be", several(3, "web", spread("web", zone, 1, anyway)), with(three[:1])),
		situation("and given up then", several(3, "web", where(zone, "zone-a"), spread("web", zone, 1, anyway))),
		situation("preferences ignored: a wish to spread is none", several(3, "web", spread("web", zone, 1, anyway)), with(three[:1]), ignoring),
		situation("rather together", several(3, "api", ratherTogether(10, term("web", zone))), with(three, there("node-b", "web"))),
		situation("rather together, but there is nobody", several(2, "api", ratherTogether(10, term("web", zone)))),
		situation("rather apart", several(3, "web", ratherApart(10, term("web", host)))),
		situation("rather apart, ignored", several(3, "web", ratherApart(10, term("web", host))), ignoring),
		situation("wishes are given up in their order", several(3, "web", sets), with(three, there("node-a", "db"), there("node-b", "db"), there("node-c", "db"))),
		situation("a wish for a zone does not narrow what is counted", several(3, "web", rather(10, in(zone, "zone-b")), spread("web", zone, 1))),
		situation("two wishes to spread", several(3, "web", spread("web", zone, 1, anyway), spread("web", host, 1, anyway)), with(three[:1])),
	}
}

func pooled() []vector {
	return []vector{
		situation("a pool of one zone and a spread over all", several(3, "web", spread("web", zone, 1)), among(pool{Name: "a", Weight: 10, Requirements: []requirement{in(zone, "zone-a")}}, pool{Name: "rest", Weight: 1})),
		situation("a spread over a label of the pools' own", several(4, "web", spread("web", "team", 1)), among(pool{Name: "a", Weight: 10, Labels: map[string]string{"team": "red"}}, pool{Name: "b", Weight: 1, Labels: map[string]string{"team": "blue"}})),
		situation("a spread over a label that no pool has", several(2, "web", spread("web", "rack", 1))),
		situation("apart on tainted nodes", several(2, "web", apart(term("web", host)), tolerating), among(pool{Name: "tainted", Weight: 1, Taints: []taint{{"dedicated", "x", "NoSchedule"}}})),
		situation("a limit of nodes and a spread over hosts", several(3, "web", spread("web", host, 1)), among(pool{Name: "pool", Weight: 1, Limits: &limits{CPU: func() *int64 { n := int64(9000); return &n }()}})),
	}
}
