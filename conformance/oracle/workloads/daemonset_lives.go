package main

import (
	"fmt"
	"math/rand"
	"slices"

	v1 "k8s.io/api/core/v1"
)

// Each seeded DaemonSet lives among nodes that come, go, are cordoned, tainted and labelled by chance, while its template changes.
func daemonLives() []Life[DaemonSettings, DaemonStep, DaemonDecision] {
	lives := scriptedDaemons()
	for seed := range 240 {
		random := rand.New(rand.NewSource(int64(seed)))
		settings := daemonSettingsOf(random)
		lives = append(lives, Life[DaemonSettings, DaemonStep, DaemonDecision]{
			name: fmt.Sprintf("daemon set, seed %d", seed), origin: "seeded", settings: settings, looks: 15 + random.Intn(15),
			next: newDaemonLife(random, 2+random.Intn(7), settings.MinReadySeconds == 0).next,
		})
	}
	return lives
}

func daemonSettingsOf(random *rand.Rand) DaemonSettings {
	settings := DaemonSettings{
		UpdateStrategy: "RollingUpdate", MaxUnavailable: []any{1, 1, 2, 3, "10%", "25%", "34%", "50%", "100%"}[random.Intn(9)], MaxSurge: 0,
		MinReadySeconds: []int32{0, 0, 10}[random.Intn(3)],
	}
	if random.Intn(8) == 0 {
		settings.UpdateStrategy = "OnDelete"
	}
	if random.Intn(5) < 2 {
		settings.MaxUnavailable, settings.MaxSurge = 0, []any{1, 2, "20%", "50%", "100%", 0, "0%"}[random.Intn(7)]
	}
	switch random.Intn(5) {
	case 0:
		settings.Placing.NodeSelector = map[string]string{"disk": "ssd"}
	case 1:
		settings.Placing.Affinity = &v1.Affinity{NodeAffinity: &v1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{{
				MatchExpressions: []v1.NodeSelectorRequirement{{Key: "disk", Operator: v1.NodeSelectorOpNotIn, Values: []string{"hdd"}}},
			}}},
		}}
	}
	if random.Intn(3) == 0 {
		settings.Placing.Tolerations = []v1.Toleration{{Key: "dedicated", Operator: v1.TolerationOpExists}}
	}
	return settings
}

var daemonTaints = []v1.Taint{
	{Key: "dedicated", Value: "gpu", Effect: v1.TaintEffectNoSchedule},
	{Key: "dedicated", Value: "gpu", Effect: v1.TaintEffectNoExecute},
	{Key: "avoid", Effect: v1.TaintEffectPreferNoSchedule},
	{Key: "closed", Effect: v1.TaintEffectNoSchedule},
	{Key: "closed", Effect: v1.TaintEffectNoExecute},
	{Key: v1.TaintNodeNotReady, Effect: v1.TaintEffectNoExecute},
	{Key: v1.TaintNodeNotReady, Effect: v1.TaintEffectNoSchedule},
	{Key: v1.TaintNodeUnreachable, Effect: v1.TaintEffectNoExecute},
	{Key: v1.TaintNodeUnschedulable, Effect: v1.TaintEffectNoSchedule},
	{Key: v1.TaintNodeMemoryPressure, Effect: v1.TaintEffectNoSchedule},
	{Key: v1.TaintNodeDiskPressure, Effect: v1.TaintEffectNoSchedule},
	{Key: v1.TaintNodePIDPressure, Effect: v1.TaintEffectNoSchedule},
	{Key: v1.TaintNodeNetworkUnavailable, Effect: v1.TaintEffectNoSchedule},
}

type daemonLife struct {
	random *rand.Rand
	nodes  int // that there ever were
	pods   int
	most   int // versions
	bad    string
	// Whoever is ready is available.
	atOnce bool
}

func newDaemonLife(random *rand.Rand, nodes int, atOnce bool) *daemonLife {
	return &daemonLife{random: random, nodes: nodes, bad: fmt.Sprintf("v%d", random.Intn(5)), atOnce: atOnce}
}

func (l *daemonLife) newNode(number int) DaemonNode {
	node := DaemonNode{Name: fmt.Sprintf("node-%03d", number), Labels: map[string]string{}}
	if kind := l.random.Intn(4); kind < 3 {
		node.Labels["disk"] = []string{"ssd", "ssd", "hdd"}[kind]
	}
	if l.random.Intn(6) == 0 {
		node.Taints = []v1.Taint{daemonTaints[l.random.Intn(len(daemonTaints))]}
	}
	return node
}

func (l *daemonLife) next(last *DaemonStep, decided *DaemonDecision) DaemonStep {
	random := l.random
	if last == nil {
		step := DaemonStep{Version: "v1", Pods: []DaemonPod{}}
		l.most = 1
		for n := range l.nodes {
			step.Nodes = append(step.Nodes, l.newNode(n))
		}
		return step
	}
	step := DaemonStep{At: last.At + float64(1+random.Intn(12)), Version: last.Version, Nodes: []DaemonNode{}, Pods: []DaemonPod{}}
	switch random.Intn(9) {
	case 0, 1:
		l.most++
		step.Version = fmt.Sprintf("v%d", l.most)
	case 2:
		step.Version = fmt.Sprintf("v%d", 1+random.Intn(l.most))
	}
	for _, node := range last.Nodes {
		if random.Intn(40) == 0 {
			continue // it is gone
		}
		node.Taints = l.tainted(node.Taints)
		step.Nodes = append(step.Nodes, node)
	}
	if random.Intn(6) == 0 {
		step.Nodes = append(step.Nodes, l.newNode(l.nodes))
		l.nodes++
	}
	l.follow(last, decided, &step)
	return step
}

func (l *daemonLife) tainted(before []v1.Taint) []v1.Taint {
	switch l.random.Intn(14) {
	case 0:
		return nil
	case 1:
		return []v1.Taint{daemonTaints[l.random.Intn(len(daemonTaints))]}
	}
	return before
}

func (l *daemonLife) follow(last *DaemonStep, decided *DaemonDecision, step *DaemonStep) {
	there := func(name string) bool {
		return slices.ContainsFunc(step.Nodes, func(node DaemonNode) bool { return node.Name == name })
	}
	failed := map[string]bool{}
	for _, pod := range last.Pods {
		if after, stays := l.live(pod, slices.Contains(decided.removed, pod.ID), there(pod.Node), failed); stays {
			step.Pods = append(step.Pods, after)
		}
	}
	for _, node := range decided.created {
		pod := DaemonPod{ID: l.pods, Node: node, Version: last.Version, Phase: "Pending", CreatedAt: last.At}
		l.pods++
		if !there(node) && l.random.Intn(2) == 0 {
			continue
		}
		step.Pods = append(step.Pods, pod)
		if l.random.Intn(30) == 0 { // somebody has made it twice
			pod.ID, pod.CreatedAt = l.pods, pod.CreatedAt+float64(l.random.Intn(2))
			l.pods++
			step.Pods = append(step.Pods, pod)
		}
	}
}

// A pod a moment later, or gone. Two that have failed are not on one node at once: of those any may go first.
func (l *daemonLife) live(pod DaemonPod, removed, node bool, failed map[string]bool) (DaemonPod, bool) {
	random := l.random
	if pod.Phase == "Failed" {
		failed[pod.Node] = true
	}
	if !node && random.Intn(3) > 0 {
		return pod, false // collected
	}
	if removed && !pod.Terminating {
		pod.Terminating = true
		return pod, random.Intn(3) == 0
	}
	if pod.Terminating {
		if random.Intn(4) == 0 && !failed[pod.Node] {
			pod.Phase, pod.Ready, pod.Available = "Succeeded", false, false
		}
		return pod, random.Intn(2) == 0
	}
	if pod.Phase == "Failed" || pod.Phase == "Succeeded" {
		return pod, true
	}
	bad := pod.Version == l.bad
	switch {
	case !pod.Placed:
		pod.Placed = node && random.Intn(5) > 0
	case pod.Phase == "Pending":
		if random.Intn(4) > 0 {
			pod.Phase = "Running"
		}
	case random.Intn(25) == 0 && !failed[pod.Node]:
		pod.Phase, pod.Ready, pod.Available = []string{"Failed", "Failed", "Succeeded"}[random.Intn(3)], false, false
		failed[pod.Node] = true
	case !pod.Ready:
		pod.Ready = !bad && random.Intn(3) > 0
		pod.Available = pod.Ready && (l.atOnce || random.Intn(2) == 0)
	case !pod.Available:
		pod.Available = random.Intn(2) == 0
	case random.Intn(12) == 0:
		pod.Ready, pod.Available = false, false
	}
	return pod, true
}
