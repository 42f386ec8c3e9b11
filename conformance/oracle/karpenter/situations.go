package main

import (
	"fmt"
	"math/rand"

	corev1 "k8s.io/api/core/v1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
)

const gi = int64(1) << 30

var zones = []string{"zone-a", "zone-b", "zone-c"}

func one[T any](r *rand.Rand, list ...T) T { return list[r.Intn(len(list))] }

func in(key string, values ...string) requirement {
	return requirement{Key: key, Operator: "In", Values: values}
}

// catalogue is a ladder of sizes in three shapes, its prices distinct but for a few equal ones.
func catalogue(r *rand.Rand) (types []instanceType) {
	for _, cores := range []int64{1, 2, 4, 8, 16, 32} {
		for i, family := range []string{"c", "m", "r"} {
			if r.Float64() < 0.25 {
				continue
			}
			t := instanceType{
				Name: fmt.Sprintf("%s%d", family, cores), Arch: one(r, "amd64", "amd64", "arm64"), CPU: cores * 1000,
				Memory: cores * []int64{2, 4, 8}[i] * gi, Pods: 10 + cores*10, OverheadCPU: 60 + 10*cores, OverheadMemory: gi / 4,
			}
			price := float64(cores) * []float64{0.04, 0.05, 0.065}[i]
			for _, zone := range zones {
				t.Offerings = append(t.Offerings,
					offering{zone, "on-demand", price, r.Float64() < 0.95},
					offering{zone, "spot", price * one(r, 0.3, 0.35, 0.5), r.Float64() < 0.8})
			}
			types = append(types, t)
		}
	}
	if len(types) < 2 {
		return catalogue(r)
	}
	return types
}

func pools(r *rand.Rand, count int) (made []pool) {
	for i := range count {
		p := pool{Name: fmt.Sprintf("pool-%c", 'a'+i), Weight: one[int32](r, 1, 1, 10, 50)}
		if r.Float64() < 0.4 {
			p.Requirements = append(p.Requirements, in(v1.CapacityTypeLabelKey, one(r, "on-demand", "spot")))
		}
		if r.Float64() < 0.3 {
			p.Requirements = append(p.Requirements, in(corev1.LabelArchStable, one(r, "amd64", "arm64")))
		}
		if r.Float64() < 0.2 {
			p.Requirements = append(p.Requirements, requirement{Key: corev1.LabelTopologyZone, Operator: "NotIn", Values: []string{one(r, zones...)}})
		}
		if r.Float64() < 0.15 {
			least := 2
			p.Requirements = append(p.Requirements, requirement{Key: corev1.LabelInstanceTypeStable, Operator: "Exists", MinValues: &least})
		}
		if r.Float64() < 0.3 {
			p.Labels = map[string]string{"team": one(r, "red", "blue")}
		}
		if r.Float64() < 0.2 {
			p.Taints = []taint{{"dedicated", "batch", one(r, "NoSchedule", "PreferNoSchedule")}}
		}
		if r.Float64() < 0.3 {
			p.Limits = &limits{}
			cores, memory, nodes := int64(1000*(4+r.Intn(60))), gi*int64(20+r.Intn(200)), int64(1+r.Intn(4))
			switch r.Intn(3) {
			case 0:
				p.Limits.CPU = &cores
			case 1:
				p.Limits.Memory = &memory
			default:
				p.Limits.Nodes = &nodes
			}
		}
		made = append(made, p)
	}
	return made
}

func constrain(r *rand.Rand, p *pod) {
	if r.Float64() < 0.15 {
		p.NodeSelector = map[string]string{one(r, corev1.LabelTopologyZone, "failure-domain.beta.kubernetes.io/zone"): one(r, zones...)}
	} else if r.Float64() < 0.1 {
		p.NodeSelector = map[string]string{"team": one(r, "red", "blue")}
	}
	if r.Float64() < 0.15 {
		for range 1 + r.Intn(2) {
			p.Required = append(p.Required, []requirement{one(r, in(corev1.LabelArchStable, one(r, "amd64", "arm64", "s390x")),
				requirement{Key: v1.CapacityTypeLabelKey, Operator: "NotIn", Values: []string{"spot"}},
				in(corev1.LabelInstanceTypeStable, "m4", "m8", "r2"), requirement{Key: "team", Operator: "Exists"},
				requirement{Key: "team", Operator: "DoesNotExist"})})
		}
	}
	if r.Float64() < 0.15 {
		for i := range 1 + r.Intn(2) {
			p.Preferred = append(p.Preferred, preference{int32(10 * (i + 1)), []requirement{one(r, in(corev1.LabelTopologyZone, one(r, zones...)),
				in(v1.CapacityTypeLabelKey, "on-demand"), in("disk", "ssd"), in("team", "red"))}})
		}
	}
	if r.Float64() < 0.2 {
		p.Tolerations = []toleration{one(r, toleration{"dedicated", "Equal", "batch", ""}, toleration{"", "Exists", "", ""}, toleration{"dedicated", "Exists", "", "NoSchedule"})}
	}
}

func pending(r *rand.Rand, count int) (made []pod) {
	for i := range count {
		p := pod{Name: fmt.Sprintf("pod-%02d", i), App: "web", CPU: one[int64](r, 100, 250, 500, 1000, 1500, 3000, 7000), Memory: one[int64](r, gi/4, gi/2, gi, 3*gi, 10*gi), Created: int64(r.Intn(4))}
		constrain(r, &p)
		made = append(made, p)
	}
	return made
}

func daemons(r *rand.Rand) (made []pod) {
	if r.Float64() < 0.4 {
		made = append(made, pod{Name: "logs", CPU: 100, Memory: gi / 8})
	}
	if r.Float64() < 0.2 {
		d := pod{Name: "probe", CPU: 200, Memory: gi / 4, Required: [][]requirement{{in(corev1.LabelArchStable, "amd64")}}}
		d.Tolerations = []toleration{{"", "Exists", "", ""}}
		made = append(made, d)
	}
	return made
}

func allows(p pool, key, value string) bool {
	for _, r := range p.Requirements {
		if r.Key == key && (r.Operator == "In") != (r.Values[0] == value) && r.Operator != "Exists" {
			return false
		}
	}
	return true
}

// nodes places a node a time in pools that could have made it, with pods that fit.
func nodes(r *rand.Rand, s *settings, count int, most float64) {
	for i := range count {
		owner := one(r, s.Pools...)
		kind := one(r, s.Types...)
		n := node{Name: fmt.Sprintf("node-%02d", i), Pool: owner.Name, Type: kind.Name, Zone: one(r, zones...), CapacityType: one(r, "on-demand", "on-demand", "spot"), Taints: owner.Taints}
		if !allows(owner, v1.CapacityTypeLabelKey, n.CapacityType) {
			n.CapacityType = map[string]string{"spot": "on-demand", "on-demand": "spot"}[n.CapacityType]
		}
		s.Nodes = append(s.Nodes, n)
		free, room := kind.CPU-kind.OverheadCPU, kind.Memory-kind.OverheadMemory
		for j := 0; r.Float64() < most && j < 8; j++ {
			p := pod{Name: fmt.Sprintf("on-%02d-%d", i, j), App: one(r, "web", "web", "cart"), CPU: one[int64](r, 100, 300, 700, 1500), Memory: one[int64](r, gi/4, gi/2, gi), Node: n.Name}
			if p.CPU > free || p.Memory > room {
				break
			}
			free, room = free-p.CPU, room-p.Memory
			if len(n.Taints) > 0 {
				p.Tolerations = []toleration{{"", "Exists", "", ""}}
			}
			// Costs that no two nodes share, so that no order is left to an unstable sort.
			p.DeletionCost = fmt.Sprint(r.Intn(60_000_000))
			if r.Float64() < 0.05 {
				priority := one[int32](r, -40_000_000, 1000, 30_000_000)
				p.Priority = &priority
			}
			s.Pods = append(s.Pods, p)
		}
	}
}

func seededSolve(seed int64) settings {
	r := rand.New(rand.NewSource(seed))
	s := settings{Kind: "solve", Types: catalogue(r), Daemons: daemons(r), IgnorePref: r.Float64() < 0.1}
	s.Pools = pools(r, 1+r.Intn(3))
	if r.Float64() < 0.5 {
		nodes(r, &s, 1+r.Intn(4), 0.7)
		for i := range s.Nodes {
			s.Nodes[i].Starting, s.Nodes[i].Deleting = r.Float64() < 0.3, r.Float64() < 0.1
		}
	}
	s.Pods = append(s.Pods, pending(r, 1+r.Intn(24))...)
	return s
}

func budgets(r *rand.Rand) (made []budget) {
	midnight, hour := "0 0 * * *", int64(3600)
	switch r.Intn(7) {
	case 0:
		made = []budget{{Nodes: one(r, "0", "1", "2", "30%")}}
	case 1:
		made = []budget{{Nodes: "100%"}, {Nodes: "1", Reasons: []string{one(r, "Empty", "Underutilized", "Drifted")}}}
	case 2:
		made = []budget{{Nodes: "0", Schedule: &midnight, Duration: &hour}}
	case 3:
		made = []budget{{Nodes: "10%"}}
	}
	return made
}

func seededDisruption(seed int64) settings {
	r := rand.New(rand.NewSource(seed))
	s := settings{Kind: "disruption", Types: catalogue(r), SpotToSpot: r.Float64() < 0.3}
	if r.Float64() < 0.2 {
		s.Daemons = daemons(r)
	}
	for _, p := range pools(r, 1+r.Intn(2)) {
		p.Limits, p.Budgets, p.Never = nil, budgets(r), r.Float64() < 0.05
		if r.Float64() < 0.15 {
			p.Policy = "WhenEmpty"
		}
		s.Pools = append(s.Pools, p)
	}
	nodes(r, &s, 1+r.Intn(7), one(r, 0.9, 0.97))
	lifetime := int64(720 * 3600)
	for i := range s.Nodes {
		n := &s.Nodes[i]
		n.Consolidatable, n.NotReady, n.Deleting = r.Float64() < 0.85, r.Float64() < 0.05, r.Float64() < 0.05
		n.DoNotDisrupt, n.Starting = r.Float64() < 0.05, r.Float64() < 0.05
		if r.Float64() < 0.3 {
			n.ExpireAfter = &lifetime
			n.Created = -int64(r.Intn(600 * 3600))
		}
		if r.Float64() < 0.06 {
			drifted := int64(-100 + 7*i)
			n.DriftedAt = &drifted
		}
	}
	if r.Float64() < 0.2 {
		s.PDBs = append(s.PDBs, disruptionBudget{"cart", one[int32](r, 0, 1), r.Float64() < 0.3})
	}
	if r.Float64() < 0.1 && len(s.Pods) > 0 {
		s.Pods[r.Intn(len(s.Pods))].DoNotDisrupt = true
	}
	if r.Float64() < 0.2 {
		s.Pods = append(s.Pods, pending(r, 1+r.Intn(2))...)
	}
	return s
}

var operators = []string{"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"}

func seededRequirement(r *rand.Rand) *requirement {
	made := &requirement{Key: one(r, "size", "size", "size", "zone", corev1.LabelArchStable, "beta.kubernetes.io/arch"), Operator: one(r, operators...)}
	switch made.Operator {
	case "In", "NotIn":
		for range 1 + r.Intn(3) {
			made.Values = append(made.Values, one(r, "1", "2", "3", "9", "a", "b", "10"))
		}
	case "Gt", "Lt", "Gte", "Lte":
		made.Values = []string{one(r, "0", "1", "2", "9", "-1", "10")}
	}
	return made
}

func requirements() vector {
	r := rand.New(rand.NewSource(4))
	v := vector{Name: "Requirements: intersection, what it has, compatibility", Origin: "seeded", Settings: settings{Kind: "requirement"}}
	for i := range 800 {
		a, b := seededRequirement(r), seededRequirement(r)
		v.Script = append(v.Script, step{At: int64(i), A: a, B: b, Values: []string{"1", "2", "3", "9", "a", "", "5"}})
	}
	return v
}

func own() (made []vector) {
	made = append(made, requirements())
	for i := range int64(220) {
		made = append(made, vector{Name: fmt.Sprintf("Solve %d", i), Origin: "seeded", Settings: seededSolve(1000 + i), Script: []step{{At: 10}}})
	}
	made = append(made, topological()...)
	for i := range int64(220) {
		now := []int64{100, 3600, 3601, 43200}[i%4]
		made = append(made, vector{Name: fmt.Sprintf("Disruption pass %d", i), Origin: "seeded", Settings: seededDisruption(5000 + i), Script: []step{{At: now}}})
	}
	return made
}
