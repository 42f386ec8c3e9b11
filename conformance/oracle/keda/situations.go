package main

import (
	"fmt"
	"math/rand"
)

func situations() []Vector {
	vectors := scripted()
	for seed := range 40 {
		vectors = append(vectors, seededObject(rand.New(rand.NewSource(int64(seed))), seed))
	}
	for seed := range 30 {
		vectors = append(vectors, seededFallback(rand.New(rand.NewSource(int64(1000+seed))), seed))
	}
	for seed := range 40 {
		vectors = append(vectors, seededJob(rand.New(rand.NewSource(int64(2000+seed))), seed))
	}
	return vectors
}

func vector(name, origin string, settings object, script []object) Vector {
	return Vector{Controller: "keda", Name: name, Origin: origin, Settings: settings, Script: script}
}

func pick[T any](chance *rand.Rand, choices ...T) T { return choices[chance.Intn(len(choices))] }

func maybe(chance *rand.Rand, into object, name string, choices ...float64) {
	if chance.Intn(2) == 0 {
		into[name] = pick(chance, choices...)
	}
}

func seededObject(chance *rand.Rand, seed int) Vector {
	settings := object{"kind": "scaledObject", "replicas": pick(chance, 0., 1., 3.)}
	maybe(chance, settings, "minReplicaCount", 0, 1, 2, 5)
	if chance.Intn(3) == 0 {
		settings["idleReplicaCount"] = pick(chance, 0., 1.)
	}
	maybe(chance, settings, "cooldownPeriod", 0, 30, 60, 300)
	maybe(chance, settings, "initialCooldownPeriod", 0, 90)
	maybe(chance, settings, "fallbackReplicas", 0, 4)
	script, at, active, failed := []object{}, 0., false, false
	annotations := object{}
	for range 25 {
		at += pick(chance, 30., 30., 30., 1., 10.5, 60., 300.)
		if chance.Intn(3) == 0 {
			active = !active
		}
		failed = chance.Intn(5) == 0
		for _, name := range []string{"paused", "pausedScaleIn", "pausedScaleOut", "forceActivation"} {
			if chance.Intn(6) == 0 {
				annotations[name] = chance.Intn(3) == 0
			}
		}
		step := object{"at": at, "active": active, "failed": failed}
		for name, value := range annotations {
			step[name] = value
		}
		if chance.Intn(4) == 0 {
			step["replicas"] = pick(chance, 0., 1., 2., 7.)
		}
		script = append(script, step)
	}
	return vector(fmt.Sprintf("polls, seed %d", seed), "seeded", settings, script)
}

func seededFallback(chance *rand.Rand, seed int) Vector {
	settings := object{
		"kind": "fallback", "type": pick(chance, "AverageValue", "AverageValue", "Value"), "target": pick(chance, 1., 5., 10., 0.3, 33.333),
	}
	if chance.Intn(8) > 0 {
		settings["fallback"] = object{
			"failureThreshold": pick(chance, 0., 1., 3.), "replicas": pick(chance, 0., 2., 6.),
			"behavior": pick(chance, "static", "static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers"),
		}
	}
	script, down := []object{}, false
	for i := range 25 {
		if chance.Intn(4) == 0 {
			down = !down
		}
		step := object{"at": float64(15 * i), "replicas": float64(chance.Intn(10)), "readyReplicas": float64(chance.Intn(7))}
		if !down {
			step["value"] = float64(chance.Intn(100000)) / 1000
		}
		script = append(script, step)
	}
	return vector(fmt.Sprintf("readings, seed %d", seed), "seeded", settings, script)
}

func seededJob(chance *rand.Rand, seed int) Vector {
	settings := object{
		"kind": "scaledJob", "strategy": pick(chance, "default", "custom", "accurate", "eager"),
		"multipleScalersCalculation": pick(chance, "max", "min", "avg", "sum"),
	}
	maybe(chance, settings, "minReplicaCount", 0, 1, 3, 12)
	maybe(chance, settings, "maxReplicaCount", 5, 10, 20)
	maybe(chance, settings, "queueLengthDeduction", 1, 3)
	maybe(chance, settings, "runningJobPercentage", 0.5, 0.33, 1)
	script := []object{}
	for i := range 20 {
		running := chance.Intn(13)
		triggers := []any{}
		for range 1 + chance.Intn(3) {
			triggers = append(triggers, object{
				"active": chance.Intn(3) > 0, "queueLength": float64(chance.Intn(60)), "target": pick(chance, 1., 1., 2., 5.),
			})
		}
		script = append(script, object{
			"at": float64(30 * i), "running": float64(running), "pending": float64(chance.Intn(running + 1)), "triggers": triggers,
		})
	}
	return vector(fmt.Sprintf("jobs, seed %d", seed), "seeded", settings, script)
}

// polls repeats a poll every thirty seconds.
func polls(from, until float64, active bool, more object) []object {
	var steps []object
	for at := from; at <= until; at += 30 {
		step := object{"at": at, "active": active, "failed": false}
		for name, value := range more {
			step[name] = value
		}
		steps = append(steps, step)
	}
	return steps
}

func scripted() []Vector {
	one := func(name string, settings object, parts ...[]object) Vector {
		var script []object
		for _, part := range parts {
			script = append(script, part...)
		}
		settings["kind"] = "scaledObject"
		return vector(name, "scripted: "+name, settings, script)
	}
	failing := object{"failed": true}
	return []Vector{
		one("the cooldown counts from the last active poll, and must be over, not reached", object{"replicas": 0.},
			polls(30, 90, true, nil), polls(120, 450, false, nil)),
		one("the cooldown is not asked where the minimum is above zero", object{"replicas": 3., "minReplicaCount": 2.},
			polls(30, 60, true, nil), polls(90, 480, false, nil)),
		one("idle replicas, below the minimum", object{"replicas": 0., "minReplicaCount": 3., "idleReplicaCount": 1., "cooldownPeriod": 60.},
			polls(30, 60, true, nil), polls(90, 240, false, nil), polls(270, 300, true, nil)),
		one("never active: the first cooldown alone", object{"replicas": 4., "initialCooldownPeriod": 90.}, polls(30, 150, false, nil)),
		one("a failure with a fallback leaves everything to the HPA", object{"replicas": 2., "fallbackReplicas": 4., "cooldownPeriod": 0.}, polls(30, 90, false, failing)),
		one("a failure without one says so", object{"replicas": 2., "cooldownPeriod": 0.}, polls(30, 90, false, failing)),
		one("a fallback to none puts the target to sleep", object{"replicas": 2., "fallbackReplicas": 0., "cooldownPeriod": 0.}, polls(30, 90, false, failing)),
		one("one trigger active, another failing: activity is not noted", object{"replicas": 0., "cooldownPeriod": 60.},
			polls(30, 30, true, nil), polls(60, 150, true, failing), polls(180, 240, false, nil)),
		one("below the minimum without idle replicas", object{"replicas": 1., "minReplicaCount": 3.}, polls(30, 90, false, nil)),
		one("activation forced", object{"replicas": 0.}, polls(30, 90, false, object{"forceActivation": true})),
		one("scale-out paused", object{"replicas": 0.}, polls(30, 90, true, object{"pausedScaleOut": true})),
		one("scale-in paused", object{"replicas": 1., "cooldownPeriod": 0.}, polls(30, 90, false, object{"pausedScaleIn": true})),
		one("paused", object{"replicas": 0.}, polls(30, 60, true, object{"paused": true}), polls(90, 90, true, nil)),
	}
}
