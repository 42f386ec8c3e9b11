package main

import (
	"fmt"
	"math"
	"math/rand"
)

func situations() []Vector {
	vectors := scripted()
	for seed := range 70 {
		vectors = append(vectors, seededScale(rand.New(rand.NewSource(int64(seed))), seed))
	}
	for seed := range 30 {
		vectors = append(vectors, seededTicks(rand.New(rand.NewSource(int64(1000+seed))), seed))
	}
	for seed := range 40 {
		vectors = append(vectors, seededWindows(rand.New(rand.NewSource(int64(2000+seed))), seed))
	}
	for seed := range 60 {
		vectors = append(vectors, seededReconcile(rand.New(rand.NewSource(int64(3000+seed))), seed))
	}
	return vectors
}

func vector(name, origin string, settings object, script []object) Vector {
	script[len(script)-1]["last"] = true
	return Vector{Controller: "knative", Name: name, Origin: origin, Settings: settings, Script: script}
}

func pick[T any](chance *rand.Rand, choices ...T) T { return choices[chance.Intn(len(choices))] }

func decider(chance *rand.Rand, kind string) object {
	total := pick(chance, 1., 2., 3., 10., 100., 200.)
	return object{
		"kind": kind, "metric": pick(chance, "concurrency", "rps"),
		"totalValue": total, "targetValue": math.Max(0.01, total*pick(chance, 0.7, 0.7, 0.5, 1.)),
		"maxScaleUpRate": pick(chance, 1000., 10., 2., 1.1), "maxScaleDownRate": pick(chance, 2., 2., 1.5, 10.),
		"targetBurstCapacity": pick(chance, 211., 211., 0., -1., 7.5), "panicThreshold": pick(chance, 2., 2., 1.1, 10.),
		"stableWindow": pick(chance, 60., 60., 6., 20.), "scaleDownDelay": pick(chance, 0., 0., 10., 61., 3.),
		"activationScale": pick(chance, 0., 0., 0., 2., 5.), "reachable": chance.Intn(8) > 0,
		"readyAtStart": pick(chance, 0., 0., 1., 2., 17.),
	}
}

func seededScale(chance *rand.Rand, seed int) Vector {
	settings := decider(chance, "scale")
	target := number(settings, "targetValue")
	script, at, level, ready := []object{}, 0., 0., number(settings, "readyAtStart")
	for range 30 + chance.Intn(30) {
		at += pick(chance, 2., 2., 2., 2., 0.5, 1., 8., 30.25)
		if chance.Intn(5) == 0 {
			level = pick(chance, 0., 0., 1., 3., 10., 100.) * chance.Float64() * target * 3
		}
		stable := level * (0.8 + 0.4*chance.Float64())
		peak := stable * pick(chance, 1., 1., 0.5, 2., 4.)
		if chance.Intn(6) == 0 { // exactly on a whole number of pods
			stable, peak = target*float64(chance.Intn(6)), target*2*math.Max(1, ready)
		}
		script = append(script, object{"at": at, "stable": stable, "panic": peak, "ready": ready, "silent": chance.Intn(25) == 0})
		if chance.Intn(3) == 0 {
			ready = math.Max(0, math.Round(ready+(stable/target-ready)*chance.Float64()))
		}
	}
	return vector(fmt.Sprintf("windows given, seed %d", seed), "seeded", settings, script)
}

func stat(chance *rand.Rand, level float64) object {
	proxied := pick(chance, 0., 0., 0.3, 1.) * level
	return object{
		"concurrency": level * (0.5 + chance.Float64()), "proxiedConcurrency": proxied,
		"requests": math.Round(level * 3), "proxiedRequests": math.Round(proxied * 2),
		"late": pick(chance, 0., 0., 0., 1., 3., 70.),
	}
}

func seededTicks(chance *rand.Rand, seed int) Vector {
	settings := decider(chance, "ticks")
	settings["panicWindow"] = math.Max(1, math.Round(number(settings, "stableWindow")/10))
	settings["weighted"], settings["scraped"] = chance.Intn(3) == 0, chance.Intn(3) > 0
	script, level, ready := []object{}, 0., number(settings, "readyAtStart")
	for second := 1; second <= 60; second++ {
		if chance.Intn(12) == 0 {
			level = pick(chance, 0., 1., 5., 50.) * number(settings, "targetValue")
		}
		step := object{"at": float64(100+second) + pick(chance, 0., 0.25, 0.5), "ready": ready}
		if chance.Intn(10) > 0 && level > 0 {
			step["stats"] = []any{stat(chance, level)}
		}
		script = append(script, step)
		ready = math.Max(0, math.Min(40, ready+float64(chance.Intn(3)-1)))
	}
	return vector(fmt.Sprintf("collected and decided, seed %d", seed), "seeded", settings, script)
}

func seededWindows(chance *rand.Rand, seed int) Vector {
	window := pick(chance, 60., 6., 10., 40., 45., 6.5)
	settings := object{
		"kind": "windows", "stableWindow": window, "panicWindow": math.Max(1, math.Round(window/10)),
		"weighted": seed%2 == 0, "scraped": chance.Intn(2) == 0,
	}
	script, at := []object{}, 100.
	for range 60 {
		at += pick(chance, 0.25, 0.5, 1., 1., 1., 1., 2., 5., 13., 61.)
		step := object{"at": at}
		if chance.Intn(4) > 0 {
			step["stats"] = []any{stat(chance, chance.Float64()*20), stat(chance, 1)}[:1+chance.Intn(2)]
		}
		script = append(script, step)
	}
	return vector(fmt.Sprintf("windows, seed %d", seed), "seeded", settings, script)
}

func seededReconcile(chance *rand.Rand, seed int) Vector {
	settings := object{
		"kind": "reconcile", "reachable": chance.Intn(6) > 0, "replicas": pick(chance, 0., 1., 1., 3.),
		"scaleToZeroDisabled": chance.Intn(8) == 0, "scaleToZeroGracePeriod": pick(chance, 30., 30., 6., 90.),
		"progressDeadline": pick(chance, 600., 60., 10.), "stableWindow": pick(chance, 60., 6., 30.),
		"containerConcurrency": pick(chance, 0., 1., 10.), "metric": pick(chance, "", "rps", "concurrency"),
	}
	optional := func(name string, choices ...float64) {
		if chance.Intn(3) == 0 {
			settings[name] = pick(chance, choices...)
		}
	}
	optional("minScale", 0, 1, 2)
	optional("maxScale", 0, 1, 5)
	optional("initialScale", 0, 1, 3)
	optional("target", 0.01, 5, 50, 300)
	optional("targetUtilizationPercentage", 50, 100)
	optional("targetBurstCapacity", 0, -1, 10, 1000)
	optional("podRetention", 10, 45)
	script, at, ready, desired, proxied := []object{}, 0., 0., -1., true
	for i := range 40 {
		at += pick(chance, 0.5, 1., 2., 3., 10., 30., 60.)
		if chance.Intn(4) == 0 {
			desired = pick(chance, -1., 0., 0., 0., 0., 1., 2., 9.)
		}
		if chance.Intn(3) == 0 {
			ready = pick(chance, 0., 1., math.Max(desired, 0), math.Max(desired, 0), 3.)
		}
		if chance.Intn(8) == 0 {
			proxied = !proxied
		}
		script = append(script, object{
			"at": at, "services": i > 0, "proxied": proxied, "probe": chance.Intn(5) > 0, "ready": ready,
			"desired": desired, "excessBurstCapacity": pick(chance, -1., -211., 0., 5.),
		})
	}
	return vector(fmt.Sprintf("reconciled, seed %d", seed), "seeded", settings, script)
}
