package main

import (
	"fmt"
	"math/rand/v2"
)

func updaterDefaults(mode string) UpdaterSettings {
	return UpdaterSettings{Mode: mode, MinReplicas: 2, Tolerance: 0.5, RateLimit: -1, RateBurst: 1, UpdateThreshold: 0.1,
		LifetimeThreshold: 12 * hour, AfterOOM: 10 * minute}
}

// A pod whose one container requests so many millicores and 300 MiB, running for a minute.
func pod(name string, cpu int64, change func(*PodState)) PodState {
	start := -minute
	made := PodState{Name: name, Controller: "set", Phase: "Running", Started: &start,
		Containers: []ContainerState{container("main", amounts(cpu, 300*mib), amounts(-1, -1))}}
	if change != nil {
		change(&made)
	}
	return made
}

// As many pods, far below the target, the first furthest.
func small(count int, change func(*PodState)) []PodState {
	made := []PodState{}
	for number := range count {
		made = append(made, pod(fmt.Sprintf("small-%d", number), int64(100+number), change))
	}
	return made
}

func loop(at int64, pods ...PodState) Loop {
	replicas := map[string]int32{}
	for _, one := range pods {
		replicas[one.Controller]++
	}
	target := recommended(amounts(500, 300*mib), amounts(300, 200*mib), amounts(800, 900*mib))
	return Loop{At: at, Recommendation: map[string]Recommendation{"main": target}, Replicas: replicas, Pods: pods}
}

func of(count int32, step Loop) Loop {
	step.Replicas = map[string]int32{"set": count}
	return step
}

func situation(name string, settings UpdaterSettings, script ...Loop) UpdaterVector {
	return UpdaterVector{Name: name, Origin: "scripted", Settings: settings, Script: script}
}

func aged(age int64) func(*PodState) {
	return func(pod *PodState) { start := minute - age; pod.Started = &start }
}

func killed(started, finished int64, reason string) func(*PodState) {
	return func(pod *PodState) {
		pod.Containers[0].Ended = &Termination{Reason: reason, Started: started, Finished: finished}
	}
}

func pending(pod *PodState) { pod.Phase, pod.Started = "Pending", nil }

func resizing(status string, since int64) func(*PodState) {
	return func(pod *PodState) { pod.Resize = &Resize{Status: status, Since: since} }
}

func scriptedLoops() []UpdaterVector {
	with := func(change func(*UpdaterSettings)) UpdaterSettings {
		made := updaterDefaults("Recreate")
		change(&made)
		return made
	}
	all := with(func(s *UpdaterSettings) { s.Tolerance = 1 })
	least := int32(1)
	made := []UpdaterVector{}
	for _, mode := range []string{"Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate"} {
		for _, count := range []int{1, 2, 3, 5} {
			made = append(made, situation(fmt.Sprintf("%s with %d pods", mode, count), updaterDefaults(mode), loop(60, small(count, nil)...)))
		}
	}
	for _, tolerance := range []float64{0, 0.24, 0.25, 0.5, 1} {
		changed := with(func(s *UpdaterSettings) { s.Tolerance = tolerance })
		made = append(made, situation(fmt.Sprintf("a tolerance of %g", tolerance), changed,
			loop(60, small(4, nil)...), of(4, loop(120, small(3, nil)...)), of(4, loop(180, small(2, nil)...)), of(2, loop(240, small(4, nil)...)),
			loop(300, append(small(3, nil), pod("waits", 90, pending))...), loop(360, append(small(2, nil), pod("waits", 90, pending), pod("waits too", 91, pending))...)))
	}
	for _, mode := range []string{"Recreate", "InPlaceOrRecreate"} {
		own := updaterDefaults(mode)
		own.OwnMinReplicas = &least
		made = append(made, situation("one pod is enough for its own object, "+mode, own, loop(60, small(1, nil)...)),
			situation("a budget and an error refuse, "+mode, updaterDefaults(mode), refusing(loop(60, small(4, nil)...), "budget"),
				refusing(loop(120, small(4, nil)...), "error"), refusing(loop(180, small(4, nil)...), "NodeCapacity"), loop(240, small(4, nil)...)))
	}
	deleting := func(pod *PodState) { pod.Deleting = true }
	other := func(pod *PodState) { pod.Controller = "other" }
	limited := with(func(s *UpdaterSettings) { s.Tolerance, s.RateLimit, s.RateBurst = 1, 0.5, 2 })
	made = append(made,
		situation("within the range for twelve hours, and far enough from the target", all, loop(60,
			pod("old", 400, aged(12*hour)), pod("a second too young", 401, aged(12*hour-1)), pod("near", 455, aged(20*hour)), pod("a tenth off", 450, aged(20*hour)),
			pod("unseen", 402, func(pod *PodState) { pod.Started = nil }))),
		situation("at the range's ends and beyond", all, loop(60, pod("lower", 300, nil), pod("below", 299, nil), pod("upper", 800, nil), pod("above", 801, nil))),
		situation("killed for memory soon after its start, and not long ago", all, loop(600,
			pod("in time", 400, killed(0, 599, "OOMKilled")), pod("too late", 401, killed(0, 600, "OOMKilled")), pod("error", 402, killed(0, 5, "Error")),
			pod("on target", 500, killed(0, 5, "OOMKilled")), pod("just now", 403, killed(10, 600, "OOMKilled"))),
			loop(1200, pod("long ago", 400, killed(0, 600, "OOMKilled")), pod("not so long", 401, killed(300, 601, "OOMKilled")))),
		situation("who grows comes first, then who is further off", all, loop(60, pod("half", 1000, nil), pod("quarter", 2000, nil), pod("twice", 200, nil),
			pod("thrice", 100, nil), pod("nothing", 0, nil), pod("unset", -1, nil), pod("slightly", 900, nil))),
		situation("pods being deleted are not there", updaterDefaults("Recreate"), of(4, loop(60, append(small(3, nil), pod("leaving", 50, deleting))...)),
			of(3, loop(120, append(small(3, nil), pod("leaving", 50, deleting))...))),
		situation("each ReplicaSet counts for itself", updaterDefaults("Recreate"), loop(60, append(small(2, nil), pod("a", 50, other), pod("b", 51, other), pod("c", 52, other))...),
			loop(120, append(small(2, nil), pod("a", 50, other))...)),
		situation("without a recommendation", all, Loop{At: 60, Replicas: map[string]int32{"set": 3}, Pods: small(3, nil)}),
		situation("evictions at a limited rate", limited, loop(60, small(5, nil)...), loop(120, small(5, nil)...), loop(125, small(2, nil)...)),
	)
	return append(made, scriptedResizes()...)
}

func refusing(step Loop, why string) Loop {
	step.Refused = map[string]string{"small-0": why, "small-1": why}
	return step
}

func scriptedResizes() []UpdaterVector {
	settings := updaterDefaults("InPlaceOrRecreate")
	made := []UpdaterVector{}
	for _, status := range []string{"Deferred", "Infeasible", "InProgress", "Error"} {
		script := []Loop{loop(60, small(2, nil)...)}
		for _, at := range []int64{120, 419, 420, 421, 3719, 3720, 3721} {
			script = append(script, loop(at, pod("small-0", 100, resizing(status, 60)), pod("right", 500, nil)))
		}
		script = append(script, loop(3800, small(2, nil)...), loop(3900, pod("small-0", 100, resizing(status, 3800)), pod("right", 500, nil)))
		made = append(made, situation("a resize stays "+status, settings, script...))
		for _, count := range []int{1, 2, 3} {
			pods := append(small(count, nil), pod("stuck", 90, resizing(status, 0)), pod("right", 500, nil))
			made = append(made, situation(fmt.Sprintf("%s beside %d to be resized", status, count), settings, loop(60, pods...), loop(4000, pods...)))
		}
	}
	skipping := settings
	skipping.SkipBudget = true
	restarts := func(policy map[string]string) func(*PodState) {
		return func(pod *PodState) { pod.Containers[0].Restart = policy }
	}
	actual := func(cpu int64) func(*PodState) {
		return func(pod *PodState) {
			pod.Containers[0].Actual = amounts(cpu, 300*mib)
			pod.Resize = &Resize{Status: "Infeasible"}
		}
	}
	return append(made,
		situation("what it runs with counts, not what it asks for", settings,
			loop(60, pod("not come", 500, actual(100)), pod("come", 100, actual(500)), pod("right", 500, nil), pod("right too", 501, nil))),
		situation("without regard to disruptions where nothing restarts", skipping, loop(60, small(4, nil)...),
			loop(120, small(4, restarts(map[string]string{"cpu": "NotRequired", "memory": "NotRequired"}))...),
			loop(180, small(4, restarts(map[string]string{"cpu": "RestartContainer"}))...), loop(240, small(4, restarts(map[string]string{"memory": "RestartContainer"}))...),
			loop(300, small(1, nil)...)),
		situation("pending pods are left to the admission controller", settings, loop(60, append(small(3, nil), pod("waits", 90, pending))...)),
	)
}

func somePolicies(dice *rand.Rand) map[string]Policy {
	policies := map[string]Policy{}
	for _, name := range []string{"main", "proxy", "*"} {
		if dice.IntN(3) > 0 {
			continue
		}
		policies[name] = Policy{Mode: pick(dice, "", "Auto", "Auto", "Off"), Values: pick(dice, "", "RequestsOnly", "RequestsAndLimits"),
			MinAllowed: pick(dice, nil, amounts(150, -1), amounts(-1, 200*mib)), MaxAllowed: pick(dice, nil, amounts(700, -1), amounts(400, 500*mib))}
	}
	return policies
}

func someAmounts(dice *rand.Rand, base int64) *Amounts {
	made := amounts(base+dice.Int64N(2*base), (base+dice.Int64N(2*base))*mib+dice.Int64N(3))
	if dice.IntN(12) == 0 {
		made.CPU = nil
	}
	if dice.IntN(12) == 0 {
		made.Memory = nil
	}
	return made
}

func someRecommendation(dice *rand.Rand) map[string]Recommendation {
	made := map[string]Recommendation{}
	for _, name := range []string{"main", "proxy"} {
		if dice.IntN(5) == 0 {
			continue
		}
		target := someAmounts(dice, 200)
		lower, upper := &Amounts{}, &Amounts{}
		if target.CPU != nil {
			lower.CPU, upper.CPU = scaled(*target.CPU, 0.4+0.5*dice.Float64()), scaled(*target.CPU, 1.1+dice.Float64())
		}
		if target.Memory != nil {
			lower.Memory, upper.Memory = scaled(*target.Memory, 0.4+0.5*dice.Float64()), scaled(*target.Memory, 1.1+dice.Float64())
		}
		made[name] = recommended(target, lower, upper)
	}
	return made
}

func scaled(amount int64, by float64) *int64 { result := int64(float64(amount) * by); return &result }

// Differs with the number, so that no two pods are equally far from the target.
func someContainers(dice *rand.Rand, number int64) []ContainerState {
	made := []ContainerState{}
	for _, name := range []string{"main", "proxy"}[:pick(dice, 1, 1, 2)] {
		one := container(name, someAmounts(dice, 150), amounts(-1, -1))
		if one.Requests.CPU != nil {
			*one.Requests.CPU += number
		}
		if dice.IntN(2) == 0 {
			one.Limits = *someAmounts(dice, 450)
		}
		made = append(made, one)
	}
	return made
}

func seededLoops() []UpdaterVector {
	made := []UpdaterVector{}
	for seed := range uint64(60) {
		dice := rand.New(rand.NewPCG(seed, 23))
		settings := updaterDefaults(pick(dice, "Recreate", "Recreate", "InPlaceOrRecreate", "InPlaceOrRecreate", "Auto"))
		settings.Tolerance, settings.MinReplicas = pick(dice, 0, 0.2, 0.5, 0.5, 0.8, 1), pick(dice, 1, 2, 2, 3)
		settings.UpdateThreshold, settings.SkipBudget = pick(dice, 0.1, 0.1, 0.4), dice.IntN(4) == 0
		settings.Policies = somePolicies(dice)
		vector := UpdaterVector{Name: fmt.Sprintf("seed %d", seed), Origin: "seeded", Settings: settings}
		at := int64(0)
		for range 6 {
			at += pick(dice, minute, minute, 5*minute, hour, 6*hour)
			vector.Script = append(vector.Script, someLoop(dice, at, settings.Mode))
		}
		made = append(made, vector)
	}
	return made
}

func someLoop(dice *rand.Rand, at int64, mode string) Loop {
	step := Loop{At: at, Recommendation: someRecommendation(dice), Replicas: map[string]int32{}, Refused: map[string]string{}}
	for _, controller := range []string{"one", "two"}[:pick(dice, 1, 1, 2)] {
		count := 1 + dice.IntN(6)
		step.Replicas[controller] = int32(max(1, count+dice.IntN(3)-1))
		for number := range count {
			name, started := fmt.Sprintf("%s-%d", controller, number), at-pick(dice, minute, hour, 13*hour, 30*hour)
			one := PodState{Name: name, Controller: controller, Phase: "Running", Started: &started, Containers: someContainers(dice, int64(number))}
			switch dice.IntN(8) {
			case 0:
				one.Phase, one.Started = "Pending", nil
			case 1:
				end := at - dice.Int64N(1000)
				one.Containers[0].Ended = &Termination{Reason: "OOMKilled", Started: end - dice.Int64N(1000), Finished: end}
			case 2:
				step.Refused[name] = pick(dice, "budget", "error")
			case 3:
				if mode == "InPlaceOrRecreate" {
					one.Resize = &Resize{Status: pick(dice, "Deferred", "Infeasible", "InProgress", "Error"), Since: at - 30}
				}
			}
			step.Pods = append(step.Pods, one)
		}
	}
	return step
}
