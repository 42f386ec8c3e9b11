package main

import (
	"fmt"
	"math/rand"
)

// seeded makes situations by chance, the same ones each time.
func seeded() []Vector {
	var all []Vector
	for seed := range int64(160) {
		all = append(all, byChance(seed))
	}
	return all
}

func pick[T any](chance *rand.Rand, values ...T) T { return values[chance.Intn(len(values))] }

func byChance(seed int64) Vector {
	chance := rand.New(rand.NewSource(seed))
	happens := func(share float64) bool { return chance.Float64() < share }
	settings := with()
	settings.Containers = one(pick(chance, int64(100), 250, 333, 1000))
	settings.Flags = Flags{
		Tolerance: pick(chance, 0.1, 0.1, 0.05, 0.25, 0), DownscaleStabilization: pick(chance, 300.0, 60, 30, 0),
		CPUInitializationPeriod: pick(chance, 300.0, 120, 30), InitialReadinessDelay: pick(chance, 30.0, 10),
		ScaleToZero: happens(0.3), ConfigurableTolerance: happens(0.9),
	}
	settings.Spec.MinReplicas = at(pick(chance, int32(1), 1, 2, 4))
	settings.Spec.MaxReplicas = pick(chance, int32(8), 20, 60)
	if settings.Flags.ScaleToZero && happens(0.6) {
		settings.Spec.MinReplicas = at(int32(0))
	}
	for range 1 + chance.Intn(3) {
		settings.Spec.Metrics = append(settings.Spec.Metrics, metricByChance(chance))
	}
	if happens(0.6) {
		settings.Spec.Behavior = &Behavior{ScaleUp: rulesByChance(chance), ScaleDown: rulesByChance(chance)}
	}
	now, status, load := 0.0, int32(0), 2+8*chance.Float64()
	next := func(_ int, replicas int32) *Step {
		now += pick(chance, 15, 15, 15, 15, 15.25, 16.5, 20, 45)
		load = min(max(load*(0.6+0.9*chance.Float64()), 0.3), 40)
		if happens(0.1) {
			load = 20 * chance.Float64()
		}
		if happens(0.03) {
			replicas = pick(chance, 0, settings.Spec.MaxReplicas+3, 1)
		}
		if happens(0.7) {
			status = replicas
		}
		step := stepByChance(chance, now, max(status, 0), load, settings)
		step.Scale = Scale{SpecReplicas: replicas, StatusReplicas: status, Selector: selector}
		if happens(0.03) {
			step.UpdateError = "conflict of some kind"
		}
		if happens(0.02) {
			step.Scale = Scale{SpecReplicas: replicas, Error: "deployments.apps \"app\" not found"}
		}
		if happens(0.03) {
			edited := settings.Spec
			edited.MinReplicas = at(pick(chance, int32(1), 2, 5))
			settings.Spec = edited
			step.Spec = &edited
		}
		return step
	}
	return Vector{Name: fmt.Sprintf("by chance %d", seed), Origin: "seeded", Settings: settings,
		next: func(number int, replicas int32) *Step {
			if number == 14 {
				return nil
			}
			if number == 0 {
				replicas = int32(1 + chance.Intn(8))
				status = replicas
			}
			return next(number, replicas)
		}}
}

func metricByChance(chance *rand.Rand) Metric {
	percent, average := int32(20+chance.Intn(80)), int64(20+chance.Intn(200))
	switch chance.Intn(8) {
	case 0, 1:
		return cpuAt(percent)
	case 2:
		return Metric{Type: "Resource", Name: "cpu", AverageValue: &average}
	case 3:
		return Metric{Type: "Resource", Name: "memory", AverageUtilization: &percent}
	case 4:
		return Metric{Type: "ContainerResource", Name: "cpu", Container: "app", AverageUtilization: &percent}
	case 5:
		return Metric{Type: "Pods", Metric: "qps", AverageValue: at(1000 * average)}
	case 6:
		metric := Metric{Type: "Object", Metric: "queue", Kind: "Service", Object: "front"}
		if chance.Intn(2) == 0 {
			metric.Value = at(average * 50)
		} else {
			metric.AverageValue = at(average * 10)
		}
		return metric
	}
	return pick(chance, external("backlog", average*10, 0), external("backlog", 0, average*50))
}

func rulesByChance(chance *rand.Rand) *Rules {
	if chance.Float64() < 0.25 {
		return nil
	}
	given := &Rules{}
	if chance.Float64() < 0.6 {
		given.StabilizationWindowSeconds = at(pick(chance, int32(0), 15, 30, 60, 300))
	}
	if chance.Float64() < 0.6 {
		given.SelectPolicy = at(pick(chance, "Max", "Min", "Min", "Disabled"))
	}
	for range chance.Intn(3) {
		given.Policies = append(given.Policies, Policy{
			Type: pick(chance, "Pods", "Percent"), Value: int32(1 + chance.Intn(60)), PeriodSeconds: pick(chance, int32(15), 30, 60, 120),
		})
	}
	if chance.Float64() < 0.3 {
		given.Tolerance = at(pick(chance, int64(0), 20, 50, 70, 300))
	}
	return given
}

func stepByChance(chance *rand.Rand, now float64, pods int32, load float64, settings Settings) *Step {
	happens := func(share float64) bool { return chance.Float64() < share }
	step := &Step{At: now, Pods: []Pod{}}
	request := settings.Containers[0].Requests["cpu"]
	var values []PodValue
	for i := range pods {
		pod := old(i)
		switch roll := chance.Float64(); {
		case roll < 0.05:
			pod.Phase = pick(chance, "Pending", "Failed", "Succeeded", "Unknown")
		case roll < 0.08:
			pod.Deleting = true
		case roll < 0.25:
			started := now - float64(chance.Intn(200))
			changed := started + float64(chance.Intn(40))
			pod.StartedAt, pod.Ready, pod.ReadyChangedAt = &started, at(happens(0.6)), &changed
		}
		step.Pods = append(step.Pods, pod)
		if happens(0.95) {
			share := load / float64(max(pods, 1)) * (0.7 + 0.6*chance.Float64())
			used := usage(pod.Name, now, int64(share*float64(request)))
			used.At, used.Window = now-float64(chance.Intn(40)), pick(chance, 10.0, 15, 20)
			used.Containers["app"]["memory"] = int64(chance.Intn(256)) * 1000 << 20
			step.Readings.Resource.Given = append(step.Readings.Resource.Given, used)
			values = append(values, PodValue{Pod: pod.Name, At: used.At, Value: int64(share * 60000)})
		}
	}
	if happens(0.04) {
		step.Readings.Resource = OrRefusal[[]Usage]{Error: "the server is currently unable to handle the request"}
	}
	step.Readings.Pods = map[string]OrRefusal[[]PodValue]{"qps": {Given: values}}
	step.Readings.Object, step.Readings.External = map[string]OrRefusal[int64]{}, map[string]OrRefusal[[]int64]{}
	queue := int64(load * 1000)
	if happens(0.2) {
		queue = 0
	}
	if happens(0.95) {
		step.Readings.Object["queue"] = OrRefusal[int64]{Given: queue}
	}
	if happens(0.95) {
		step.Readings.External["backlog"] = OrRefusal[[]int64]{Given: []int64{queue / 2, queue / 3}}
	}
	return step
}
