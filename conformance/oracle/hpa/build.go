package main

import "fmt"

func at[T any](value T) *T { return &value }

const selector = "app=app"

func flags() Flags {
	return Flags{
		Tolerance: 0.1, DownscaleStabilization: 300, CPUInitializationPeriod: 300, InitialReadinessDelay: 30,
		ConfigurableTolerance: true,
	}
}

func one(cpu int64) []Container {
	return []Container{{Name: "app", Requests: Requests{"cpu": cpu, "memory": 256 * 1000 << 20}}}
}

func cpuAt(percent int32) Metric {
	return Metric{Type: "Resource", Name: "cpu", AverageUtilization: &percent}
}

func external(name string, average, value int64) Metric {
	metric := Metric{Type: "External", Metric: name}
	if average > 0 {
		metric.AverageValue = &average
	} else {
		metric.Value = &value
	}
	return metric
}

func podName(i int32) string { return fmt.Sprintf("app-%d", i) }

// old is a pod that has been ready for long.
func old(i int32) Pod {
	return Pod{Name: podName(i), StartedAt: at(-1000.0), Ready: at(true), ReadyChangedAt: at(-990.0)}
}

func usage(pod string, now float64, cpu int64) Usage {
	return Usage{Pod: pod, At: now - 5, Window: 15, Containers: map[string]Requests{"app": {"cpu": cpu, "memory": 100 * 1000 << 20}}}
}

// steady is a step in which the scale has settled and each pod uses as much.
func steady(now float64, replicas int32, cpu int64) *Step {
	step := &Step{At: now, Pods: []Pod{}, Scale: Scale{SpecReplicas: replicas, StatusReplicas: replicas, Selector: selector}}
	for i := range replicas {
		step.Pods = append(step.Pods, old(i))
		step.Readings.Resource.Given = append(step.Readings.Resource.Given, usage(podName(i), now, cpu))
	}
	return step
}

// scripted makes a situation; begin is the size that is found first.
func scripted(name string, settings Settings, begin int32, steps int, next func(number int, replicas int32) *Step) Vector {
	return Vector{
		Name: name, Origin: "scripted: " + name, Settings: settings,
		next: func(number int, replicas int32) *Step {
			if number == steps {
				return nil
			}
			if number == 0 {
				replicas = begin
			}
			return next(number, replicas)
		},
	}
}

func with(metrics ...Metric) Settings {
	return Settings{
		Spec:  Spec{MinReplicas: at(int32(1)), MaxReplicas: 100, Metrics: metrics},
		Flags: flags(), Containers: one(100),
	}
}

// each plays single syncs that do not depend on one another: every one is a situation.
func each(name string, settings Settings, steps ...*Step) []Vector {
	var vectors []Vector
	for i, step := range steps {
		title := fmt.Sprintf("%s (%d)", name, i+1)
		vectors = append(vectors, scripted(title, settings, 0, 1, func(int, int32) *Step { return step }))
	}
	return vectors
}
