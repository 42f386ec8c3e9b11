package main

import "fmt"

// What is most easily got wrong: bursts, slow starts, rounding, and who goes first.
func scriptedDaemons() []Life[DaemonSettings, DaemonStep, DaemonDecision] {
	in := func(unavailable, surge any) DaemonSettings {
		return DaemonSettings{UpdateStrategy: "RollingUpdate", MaxUnavailable: unavailable, MaxSurge: surge}
	}
	lives := []Life[DaemonSettings, DaemonStep, DaemonDecision]{
		toldDaemons("more nodes than a burst", in(1, 0), DaemonStep{Version: "v1", Nodes: daemonNodes(300)}),
		toldDaemons("exactly a burst", in(1, 0), DaemonStep{Version: "v1", Nodes: daemonNodes(250)}),
		toldDaemons("an update of all at once is a burst", in("100%", 0), upOn(300, "v1", true), updated(upOn(300, "v1", true))),
		toldDaemons("all unavailable are more than a burst", in(1, 0), upOn(260, "v1", false), updated(upOn(260, "v1", false))),
		toldDaemons("nearly a burst of unavailable ones, and others", in(255, 0), upOn(260, "v1", true), updated(partly(260, 245))),
		toldDaemons("a burst of surging nodes", in(0, "100%"), upOn(300, "v1", true), updated(upOn(300, "v1", true))),
	}
	for _, admitted := range []int{0, 1, 2, 3, 6, 7, 8, 30, 31, 49, 50} {
		step := DaemonStep{Version: "v1", Nodes: daemonNodes(50), Admitted: &admitted}
		lives = append(lives, toldDaemons(fmt.Sprintf("%d of 50 creations are admitted", admitted), in(1, 0), step))
	}
	for _, limits := range [][2]any{{"1%", 0}, {"34%", 0}, {"50%", 0}, {0, "1%"}, {0, "34%"}, {0, 0}, {"0%", "0%"}, {0, "0%"}, {12, 0}, {0, 12}} {
		for _, nodes := range []int{1, 3, 10} {
			name := fmt.Sprintf("%d nodes, at most %v missing and %v too many", nodes, limits[0], limits[1])
			step := upOn(nodes, "v1", true)
			lives = append(lives, toldDaemons(name, in(limits[0], limits[1]), step, updated(step)))
		}
	}
	return lives
}

func toldDaemons(name string, settings DaemonSettings, steps ...DaemonStep) Life[DaemonSettings, DaemonStep, DaemonDecision] {
	n := 0
	steps = append([]DaemonStep{{Version: "v1"}}, steps...) // pods of a version are known by its revision, which a look makes
	return Life[DaemonSettings, DaemonStep, DaemonDecision]{
		name: name, origin: "scripted", settings: settings, looks: len(steps),
		next: func(*DaemonStep, *DaemonDecision) DaemonStep {
			step := steps[n]
			step.At = float64(10 * n)
			if step.Pods == nil {
				step.Pods = []DaemonPod{}
			}
			if step.Nodes == nil {
				step.Nodes = []DaemonNode{}
			}
			n++
			return step
		},
	}
}

func daemonNodes(count int) []DaemonNode {
	nodes := make([]DaemonNode, count)
	for n := range nodes {
		nodes[n] = DaemonNode{Name: fmt.Sprintf("node-%03d", n)}
	}
	return nodes
}

// So many nodes with a pod on each.
func upOn(count int, version string, available bool) DaemonStep {
	step := DaemonStep{Version: version, Nodes: daemonNodes(count)}
	for n, node := range step.Nodes {
		step.Pods = append(step.Pods, DaemonPod{
			ID: n, Node: node.Name, Placed: true, Version: version, Phase: "Running", Ready: available, Available: available,
		})
	}
	return step
}

func partly(count, unavailable int) DaemonStep {
	step := upOn(count, "v1", true)
	for n := range unavailable {
		step.Pods[n].Ready, step.Pods[n].Available = false, false
	}
	return step
}

func updated(step DaemonStep) DaemonStep {
	step.Version = "v2"
	return step
}
