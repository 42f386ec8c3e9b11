package main

import (
	"fmt"
	"math/rand"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	v1 "sigs.k8s.io/karpenter/pkg/apis/v1"
)

const (
	zone = corev1.LabelTopologyZone
	host = corev1.LabelHostname
)

func selector(app string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
}

func term(app, key string) corev1.PodAffinityTerm {
	return corev1.PodAffinityTerm{LabelSelector: selector(app), TopologyKey: key}
}

func spread(app, key string, skew int32, about ...func(*corev1.TopologySpreadConstraint)) func(*pod) {
	return func(p *pod) {
		c := corev1.TopologySpreadConstraint{MaxSkew: skew, TopologyKey: key, WhenUnsatisfiable: corev1.DoNotSchedule, LabelSelector: selector(app)}
		for _, change := range about {
			change(&c)
		}
		p.Spread = append(p.Spread, c)
	}
}

func anyway(c *corev1.TopologySpreadConstraint) { c.WhenUnsatisfiable = corev1.ScheduleAnyway }
func domains(least int32) func(*corev1.TopologySpreadConstraint) {
	return func(c *corev1.TopologySpreadConstraint) { c.MinDomains = &least }
}
func honouring(taints, affinity corev1.NodeInclusionPolicy) func(*corev1.TopologySpreadConstraint) {
	return func(c *corev1.TopologySpreadConstraint) {
		c.NodeTaintsPolicy, c.NodeAffinityPolicy = &taints, &affinity
	}
}

func together(terms ...corev1.PodAffinityTerm) func(*pod) {
	return func(p *pod) {
		p.PodAffinity = &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}
func apart(terms ...corev1.PodAffinityTerm) func(*pod) {
	return func(p *pod) {
		p.PodAntiAffinity = &corev1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}
	}
}
func ratherTogether(weight int32, t corev1.PodAffinityTerm) func(*pod) {
	return func(p *pod) {
		p.PodAffinity = &corev1.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: t}}}
	}
}
func ratherApart(weight int32, t corev1.PodAffinityTerm) func(*pod) {
	return func(p *pod) {
		p.PodAntiAffinity = &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: t}}}
	}
}

func where(key, value string) func(*pod) {
	return func(p *pod) { p.NodeSelector = map[string]string{key: value} }
}
func inZones(zones ...string) func(*pod) {
	return func(p *pod) { p.Required = append(p.Required, []requirement{in(zone, zones...)}) }
}
func rather(weight int32, r requirement) func(*pod) {
	return func(p *pod) { p.Preferred = append(p.Preferred, preference{weight, []requirement{r}}) }
}
func tolerating(p *pod) { p.Tolerations = []toleration{{"", "Exists", "", ""}} }
func labelled(key, value string) func(*pod) {
	return func(p *pod) { p.Labels = map[string]string{key: value} }
}

// So many pods of an app, of half a core, and the last the smallest, so that their order is known.
func several(count int, name string, about ...func(*pod)) (made []pod) {
	for i := range count {
		p := pod{Name: fmt.Sprintf("%s-%d", name, i), App: name, CPU: int64(500 - i), Memory: gi / 2}
		for _, change := range about {
			change(&p)
		}
		made = append(made, p)
	}
	return made
}

// Running on a node.
func there(node, app string, about ...func(*pod)) pod {
	p := several(1, app, about...)[0]
	p.Name, p.Node = "on-"+node+"-"+app, node
	return p
}

// Three sizes in three zones, on demand.
func plainTypes() (types []instanceType) {
	for _, cores := range []int64{2, 4, 8} {
		t := instanceType{Name: fmt.Sprintf("m%d", cores), Arch: "amd64", CPU: cores * 1000, Memory: cores * 4 * gi, Pods: 30, OverheadCPU: 100, OverheadMemory: gi / 4}
		for _, z := range zones {
			t.Offerings = append(t.Offerings, offering{z, "on-demand", float64(cores) * 0.05, true})
		}
		types = append(types, t)
	}
	return types
}

// Nodes of four cores, a zone each in turn, named after it.
func standing(names ...string) (made []node) {
	for i, name := range names {
		made = append(made, node{Name: name, Pool: "pool", Type: "m4", Zone: zones[i%3], CapacityType: "on-demand"})
	}
	return made
}

func situation(name string, pods []pod, about ...func(*settings)) vector {
	s := settings{Kind: "solve", Types: plainTypes(), Pools: []pool{{Name: "pool", Weight: 1}}, Pods: pods}
	for _, change := range about {
		change(&s)
	}
	return vector{Name: "Solve: " + name, Origin: "scripted", Settings: s, Script: []step{{At: 10}}}
}

func with(nodes []node, pods ...pod) func(*settings) {
	return func(s *settings) { s.Nodes, s.Pods = append(s.Nodes, nodes...), append(s.Pods, pods...) }
}
func among(pools ...pool) func(*settings) { return func(s *settings) { s.Pools = pools } }

func both(lists ...[]pod) (all []pod) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

func seededTopology(seed int64) settings {
	r := rand.New(rand.NewSource(seed))
	s := settings{Kind: "solve", Types: catalogue(r), Daemons: daemons(r), IgnorePref: r.Float64() < 0.15}
	s.Pools = pools(r, 1+r.Intn(2))
	nodes(r, &s, r.Intn(6), 0.7)
	s.Pods = append(s.Pods, pending(r, 1+r.Intn(9))...)
	for i := range s.Pods {
		p := &s.Pods[i]
		p.App = one(r, "web", "api", "db")
		if p.Node != "" {
			p.Terminating = r.Float64() < 0.05
			if r.Float64() < 0.08 {
				apart(term(one(r, "web", "api", "db"), one(r, zone, host)))(p)
			}
			continue
		}
		if r.Float64() < 0.7 {
			p.Required, p.NodeSelector = nil, nil
		}
		sociable(r, p)
	}
	return s
}

func sociable(r *rand.Rand, p *pod) {
	app, key := one(r, p.App, p.App, "web", "api"), one(r, zone, zone, host, v1.CapacityTypeLabelKey)
	switch r.Intn(8) {
	case 0, 1:
		about := []func(*corev1.TopologySpreadConstraint){}
		if r.Float64() < 0.3 {
			about = append(about, anyway)
		} else if r.Float64() < 0.3 {
			about = append(about, domains(one[int32](r, 2, 4)))
		}
		if r.Float64() < 0.3 {
			about = append(about, honouring(one(r, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore), one(r, corev1.NodeInclusionPolicyHonor, corev1.NodeInclusionPolicyIgnore)))
		}
		spread(app, key, one[int32](r, 1, 1, 2), about...)(p)
	case 2:
		together(term(app, key))(p)
	case 3:
		apart(term(app, key))(p)
	case 4:
		ratherTogether(int32(1+r.Intn(100)), term(app, key))(p)
	case 5:
		ratherApart(int32(1+r.Intn(100)), term(app, key))(p)
	}
}
