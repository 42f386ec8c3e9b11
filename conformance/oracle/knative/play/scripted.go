package main

import "maps"

func defaults(kind string, changed object) object {
	settings := object{
		"kind": kind, "metric": "concurrency", "totalValue": 100., "targetValue": 70., "maxScaleUpRate": 1000.,
		"maxScaleDownRate": 2., "targetBurstCapacity": 211., "panicThreshold": 2., "stableWindow": 60., "scaleDownDelay": 0.,
		"activationScale": 0., "reachable": true, "readyAtStart": 0., "panicWindow": 6., "scraped": true,
	}
	maps.Copy(settings, changed)
	return settings
}

// held repeats a load every two seconds.
func held(from, until, stable, panic, ready float64) []object {
	var steps []object
	for at := from; at < until; at += 2 {
		steps = append(steps, object{"at": at, "stable": stable, "panic": panic, "ready": ready})
	}
	return steps
}

func join(parts ...[]object) []object {
	var all []object
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func scripted() []Vector {
	burst := func() []object {
		return join(held(2, 20, 60, 60, 1), held(20, 24, 140, 700, 1), held(24, 60, 300, 300, 10), held(60, 140, 100, 100, 10))
	}
	one := func(name string, changed object, script []object) Vector {
		return vector(name, "scripted: "+name, defaults("scale", changed), script)
	}
	reconcile := func(name string, changed object, script []object) Vector {
		settings := object{
			"kind": "reconcile", "reachable": true, "replicas": 1., "scaleToZeroGracePeriod": 30., "progressDeadline": 600.,
			"stableWindow": 60., "containerConcurrency": 0.,
		}
		maps.Copy(settings, changed)
		return vector(name, "scripted: "+name, settings, script)
	}
	idle := func(excess float64, served bool) []object {
		steps := []object{{"at": 1., "services": false, "desired": -1.}}
		for at := 2.; at < 200; at += 1 {
			desired := 1.
			if at >= 70 {
				desired = 0
			}
			steps = append(steps, object{
				"at": at, "services": true, "desired": desired, "ready": 1., "excessBurstCapacity": excess,
				"probe": !served || at >= 133, "proxied": !served || at >= 131,
			})
		}
		return steps
	}
	return []Vector{
		one("panic begins at exactly twice what the pods can take", object{}, join(held(2, 6, 70, 139.9, 1), held(6, 10, 70, 140, 1), held(10, 80, 70, 70, 2))),
		one("panic lasts a stable window after the load, and never shrinks", object{}, burst()),
		one("a decider that starts with many pods panics at once", object{"readyAtStart": 8.}, held(2, 90, 30, 30, 8)),
		one("down by half at a time", object{"readyAtStart": 1.}, held(2, 12, 1, 1, 40)),
		one("down to none when no route leads here", object{"reachable": false}, held(2, 12, 0, 0, 40)),
		one("up by the rate", object{"maxScaleUpRate": 1.1, "totalValue": 1., "targetValue": 1.}, held(2, 8, 3, 3, 2)),
		one("activation scale, but not from nothing", object{"activationScale": 3.}, join(held(2, 6, 0, 0, 0), held(6, 10, 1, 1, 0), held(10, 12, 0, 1, 1))),
		one("a scale-down waits for its delay", object{"scaleDownDelay": 30.}, join(held(2, 10, 700, 700, 10), held(10, 60, 70, 70, 10))),
		one("two decisions in one slot of the delay", object{"scaleDownDelay": 2.}, []object{
			{"at": 2., "stable": 700., "panic": 0., "ready": 5.}, {"at": 3., "stable": 70., "panic": 0., "ready": 5.}, {"at": 4., "stable": 70., "panic": 0., "ready": 5.},
		}),
		one("no burst capacity wanted", object{"targetBurstCapacity": 0.}, held(2, 8, 500, 600, 2)),
		one("always behind the activator", object{"targetBurstCapacity": -1.}, held(2, 8, 500, 600, 2)),
		one("excess burst capacity counts no pod that is not there", object{}, join(held(2, 6, 10, 10, 0), held(6, 10, 10, 10, 3), held(10, 14, 10.5, 10.5, 3))),
		reconcile("idle behind the activator: zero 3 s after it is inactive", object{}, idle(-100, false)),
		reconcile("idle in serve mode: the activator first, then the grace period", object{"targetBurstCapacity": 0.}, idle(0, true)),
		reconcile("the last pod is retained", object{"podRetention": 50.}, idle(-100, false)),
		reconcile("scale to zero is off", object{"scaleToZeroDisabled": true}, idle(-100, false)),
		reconcile("activation times out after the progress deadline and 30 s", object{"progressDeadline": 20., "replicas": 0.}, func() []object {
			steps := []object{{"at": 0., "services": false, "desired": -1.}}
			for at := 1.; at < 75; at++ {
				steps = append(steps, object{"at": at, "services": true, "desired": 0., "ready": 0., "probe": true, "proxied": true, "excessBurstCapacity": -1.})
			}
			return steps
		}()),
	}
}
