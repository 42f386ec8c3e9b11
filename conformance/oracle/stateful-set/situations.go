package main

import (
	"fmt"
	"hash/fnv"
	"math/rand"
)

func generated() []Vector {
	vectors := scripted()
	for seed := range 200 {
		random := rand.New(rand.NewSource(int64(seed)))
		vectors = append(vectors, Vector{
			Controller: "stateful-set", Name: fmt.Sprintf("lives, seed %d", seed), Origin: "seeded", Settings: settingsOf(random),
		})
	}
	return vectors
}

func settingsOf(random *rand.Rand) Settings {
	settings := Settings{
		PodManagementPolicy: []string{"OrderedReady", "OrderedReady", "Parallel"}[random.Intn(3)],
		UpdateStrategy:      "RollingUpdate",
		MinReadySeconds:     []int32{0, 0, 10}[random.Intn(3)],
	}
	switch random.Intn(6) {
	case 0:
		settings.UpdateStrategy = "OnDelete"
	case 1, 2:
		settings.MaxUnavailable = []any{1, 2, 3, "10%", "25%", "34%", "50%", "100%"}[random.Intn(8)]
	}
	return settings
}

// Live makes a life up while it is played: pods follow what the controller asks, some late, some never, some failing.
func live(vector *Vector, world *World) {
	name := fnv.New64a()
	name.Write([]byte(vector.Name))
	random := rand.New(rand.NewSource(int64(name.Sum64() >> 1)))
	step := Step{Replicas: int32(random.Intn(7)), Version: "v1", Pods: map[int]PodNow{}}
	versions := 1
	bad := random.Intn(4) // pods of this version are slow to become ready, if ever
	for range 12 + random.Intn(14) {
		vector.Script = append(vector.Script, step)
		decision := world.sync(step)
		vector.Expected = append(vector.Expected, decision)
		step.At += float64(1 + random.Intn(20))
		step.Pods = follow(step.Pods, decision, vector.Settings, fmt.Sprintf("v%d", bad), random)
		switch random.Intn(10) {
		case 0:
			versions++
			step.Version = fmt.Sprintf("v%d", versions)
		case 1:
			step.Version = fmt.Sprintf("v%d", 1+random.Intn(versions))
		case 2:
			step.Replicas = int32(random.Intn(9))
		case 3:
			if vector.Settings.UpdateStrategy == "RollingUpdate" {
				step.Partition = int32(random.Intn(5))
			}
		}
	}
}

func follow(before map[int]PodNow, did Decision, settings Settings, bad string, random *rand.Rand) map[int]PodNow {
	after := map[int]PodNow{}
	deleted := map[int]bool{}
	for _, ordinal := range did.Delete {
		deleted[ordinal] = true
	}
	for ordinal := range 16 { // in one order, since chance is drawn for each
		if version, created := did.Create[ordinal]; created {
			after[ordinal] = grown(PodNow{Version: version, Phase: "Pending"}, settings, bad, random)
			continue
		}
		pod, there := before[ordinal]
		if !there {
			continue
		}
		pod.Terminating = pod.Terminating || deleted[ordinal]
		if pod.Terminating && random.Intn(3) > 0 {
			continue
		}
		after[ordinal] = grown(pod, settings, bad, random)
	}
	return after
}

func grown(pod PodNow, settings Settings, bad string, random *rand.Rand) PodNow {
	slow := 1
	if pod.Version == bad {
		slow = 8
	}
	switch {
	case pod.Phase == "Pending" && random.Intn(4) > 0:
		pod.Phase = "Running"
	case pod.Phase == "Running" && random.Intn(40) == 0:
		pod.Phase, pod.Ready, pod.Available = []string{"Failed", "Succeeded"}[random.Intn(2)], false, false
	case pod.Phase == "Running" && pod.Ready && random.Intn(20) == 0:
		pod.Ready, pod.Available = false, false
	case pod.Ready:
		pod.Available = pod.Available || random.Intn(2) == 0
	}
	if pod.Phase == "Running" && !pod.Ready && random.Intn(3*slow) < 2 {
		pod.Ready = true
		pod.Available = settings.MinReadySeconds == 0
	}
	return pod
}

// What is most often got wrong: order, who waits for whom, and which revision a new pod gets.
func scripted() []Vector {
	of := func(name string, settings Settings, steps ...Step) Vector {
		// A first look at an empty set makes its first revision, whose name the pods of the others bear.
		steps = append([]Step{{Version: "v1", Pods: map[int]PodNow{}}}, steps...)
		for i := range steps {
			steps[i].At = float64(10 * i)
		}
		return Vector{Controller: "stateful-set", Name: name, Origin: "scripted: " + name, Settings: settings, Script: steps}
	}
	up := func(version string) PodNow {
		return PodNow{Version: version, Phase: "Running", Ready: true, Available: true}
	}
	ready := func(version string) PodNow { return PodNow{Version: version, Phase: "Running", Ready: true} }
	stuck := func(version string) PodNow { return PodNow{Version: version, Phase: "Running"} }
	pending := func(version string) PodNow { return PodNow{Version: version, Phase: "Pending"} }
	going := func(pod PodNow) PodNow { pod.Terminating = true; return pod }
	pods := func(list ...PodNow) map[int]PodNow {
		all := map[int]PodNow{}
		for ordinal, pod := range list {
			if pod.Phase != "" {
				all[ordinal] = pod
			}
		}
		return all
	}
	none := PodNow{}
	step := func(replicas int32, version string, list map[int]PodNow) Step {
		return Step{Replicas: replicas, Version: version, Pods: list}
	}
	parted := func(partition int32, one Step) Step { one.Partition = partition; return one }
	ordered := Settings{PodManagementPolicy: "OrderedReady", UpdateStrategy: "RollingUpdate"}
	parallel := Settings{PodManagementPolicy: "Parallel", UpdateStrategy: "RollingUpdate"}
	slow := ordered
	slow.MinReadySeconds = 10
	onDelete := ordered
	onDelete.UpdateStrategy = "OnDelete"
	two := ordered
	two.MaxUnavailable = 2
	a, b := up("v1"), up("v2")
	return []Vector{
		of("one after another, each ready before the next", ordered, step(3, "v1", pods()), step(3, "v1", pods(pending("v1"))),
			step(3, "v1", pods(stuck("v1"))), step(3, "v1", pods(a)), step(3, "v1", pods(a, stuck("v1"))), step(3, "v1", pods(a, a)), step(3, "v1", pods(a, a, a))),
		of("a gap is filled first", ordered, step(3, "v1", pods(a, none, a)), step(3, "v1", pods(none, none, a)), step(3, "v1", pods(stuck("v1"), none, a))),
		of("minReadySeconds holds the next back", slow, step(2, "v1", pods()), step(2, "v1", pods(ready("v1"))), step(2, "v1", pods(a)), step(2, "v1", pods(a, ready("v1"))), step(2, "v1", pods(a, a))),
		of("all at once", parallel, step(4, "v1", pods()), step(4, "v1", pods(pending("v1"), stuck("v1"), a, pending("v1"))), step(1, "v1", pods(a, a, a, a))),
		of("down from the top, one at a time", ordered, step(3, "v1", pods(a, a, a)), step(1, "v1", pods(a, a, a)), step(1, "v1", pods(a, a, going(a))), step(1, "v1", pods(a, a)), step(1, "v1", pods(a))),
		of("down past a pod that is not ready", ordered, step(3, "v1", pods(a, a, a)), step(0, "v1", pods(a, stuck("v1"), a)), step(0, "v1", pods(a, stuck("v1"))), step(0, "v1", pods(stuck("v1"), a)), step(0, "v1", pods(stuck("v1"), stuck("v1")))),
		of("an update from the top down", ordered, step(3, "v1", pods(a, a, a)), step(3, "v2", pods(a, a, a)), step(3, "v2", pods(a, a, going(a))), step(3, "v2", pods(a, a)), step(3, "v2", pods(a, a, stuck("v2"))),
			step(3, "v2", pods(a, a, b)), step(3, "v2", pods(a, none, b)), step(3, "v2", pods(a, b, b)), step(3, "v2", pods(none, b, b)), step(3, "v2", pods(b, b, b)), step(3, "v2", pods(b, b, b))),
		of("a partition keeps lower ordinals", ordered, step(3, "v1", pods(a, a, a)), parted(2, step(3, "v2", pods(a, a, a))), parted(2, step(3, "v2", pods(a, a))), parted(2, step(3, "v2", pods(a, a, b))), parted(2, step(3, "v2", pods(none, a, b))),
			parted(2, step(5, "v2", pods(a, a, b))), parted(1, step(3, "v2", pods(a, a, b))), step(3, "v2", pods(a, b, b)), step(3, "v2", pods(b, b, b))),
		of("a broken pod blocks the repair", ordered, step(2, "v1", pods(a, a)), step(2, "v2", pods(a, a)), step(2, "v2", pods(a)), step(2, "v2", pods(a, stuck("v2"))), step(2, "v3", pods(a, stuck("v2"))), step(2, "v1", pods(a, stuck("v2")))),
		of("a broken pod of a parallel set is replaced", parallel, step(2, "v1", pods(a, a)), step(2, "v2", pods(a, stuck("v1"))), step(2, "v3", pods(a, stuck("v2"))), step(2, "v3", pods(stuck("v2"), up("v3")))),
		of("a failed pod is replaced", ordered, step(2, "v1", pods(a, PodNow{Version: "v1", Phase: "Failed"})), step(2, "v1", pods(PodNow{Version: "v1", Phase: "Succeeded"}, a)), step(2, "v1", pods(none, a)),
			step(2, "v1", pods(going(PodNow{Version: "v1", Phase: "Failed"}), a))),
		of("updated only when deleted", onDelete, step(2, "v1", pods(a, a)), step(2, "v2", pods(a, a)), step(2, "v2", pods(a)), step(2, "v2", pods(a, b)), step(3, "v2", pods(a, b)), step(3, "v2", pods(b, b, b))),
		of("two unavailable", two, step(4, "v1", pods(a, a, a, a)), step(4, "v2", pods(a, a, a, a)), step(4, "v2", pods(a, a, going(a), going(a))), step(4, "v2", pods(a, a)), step(4, "v2", pods(a, a, b, stuck("v2"))),
			step(4, "v2", pods(a, a, stuck("v2"), b)), step(4, "v2", pods(a, a, b, b)), step(4, "v2", pods(stuck("v1"), a, b, b)), step(4, "v2", pods(b, b, b, b))),
		of("back to the first revision before all had the second", ordered, step(3, "v1", pods(a, a, a)), step(3, "v2", pods(a, a, a)), step(3, "v2", pods(a, a, b)), step(3, "v1", pods(a, a, b)), step(3, "v1", pods(a, a)), step(3, "v1", pods(a, a, a))),
		of("scaled in the middle of an update", ordered, step(3, "v1", pods(a, a, a)), step(3, "v2", pods(a, a, a)), step(4, "v2", pods(a, a)), step(4, "v2", pods(a, a, b)), step(2, "v2", pods(a, a, b, b)), step(2, "v2", pods(a, a))),
	}
}
