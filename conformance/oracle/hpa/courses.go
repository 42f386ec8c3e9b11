package main

import "fmt"

// course plays the CPU that a function of time asks for: so many pods at the target, shared by those there are.
func course(name string, settings Settings, begin int32, steps int, gap float64, wanted func(now float64) int32) Vector {
	return scripted(name, settings, begin, steps, func(number int, replicas int32) *Step {
		now := 15 + gap*float64(number)
		cpu := int64(0)
		if replicas > 0 {
			cpu = int64(wanted(now)) * 50 / int64(replicas)
		}
		return steady(now, replicas, cpu)
	})
}

func rules(window int32, selected string, policies ...Policy) *Rules {
	given := &Rules{Policies: policies}
	if window >= 0 {
		given.StabilizationWindowSeconds = &window
	}
	if selected != "" {
		given.SelectPolicy = &selected
	}
	return given
}

func courses() []Vector {
	var all []Vector
	// A total over the target of one pod asks for a number outright, whatever there is.
	spike := func(now float64) int32 {
		if now < 105 {
			return 60
		}
		return 5
	}
	asked := func(name string, behavior *Behavior, gap float64, steps int, wanted func(float64) int32) Vector {
		settings := with(external("queue", 1000, 0))
		settings.Spec.Behavior = behavior
		return scripted(name, settings, 1, steps, func(number int, replicas int32) *Step {
			now := 15 + gap*float64(number)
			step := steady(now, replicas, 50)
			step.Readings.External = map[string]OrRefusal[[]int64]{"queue": {Given: []int64{int64(wanted(now)) * 1000}}}
			return step
		})
	}
	all = append(all,
		asked("behavior left out: 60 wanted, then 5", nil, 15, 32, spike),
		asked("behavior empty: 60 wanted, then 5", &Behavior{}, 15, 32, spike),
		asked("behavior left out, syncs that take a quarter of a second", nil, 15.25, 30, spike),
		asked("behavior empty, syncs that take a quarter of a second", &Behavior{}, 15.25, 30, spike),
	)
	pods := func(value, seconds int32) Policy { return Policy{"Pods", value, seconds} }
	percent := func(value, seconds int32) Policy { return Policy{"Percent", value, seconds} }
	wave := func(now float64) int32 { return []int32{3, 40, 40, 7, 22, 90, 2, 2, 2, 30, 1, 1}[int(now/45)%12] }
	tolerant := rules(0, "")
	tolerant.Tolerance = at(int64(300))
	strict := rules(0, "", percent(50, 30))
	strict.Tolerance = at(int64(0))
	for i, behavior := range []*Behavior{
		nil, {}, {ScaleUp: rules(60, "")}, {ScaleUp: rules(-1, "Disabled")}, {ScaleDown: rules(0, "Disabled")},
		{ScaleUp: rules(0, "Min", pods(3, 60), percent(50, 30)), ScaleDown: rules(0, "Min", pods(2, 30), percent(10, 60))},
		{ScaleUp: rules(0, "Max", pods(3, 60), percent(50, 30)), ScaleDown: rules(0, "Max", pods(2, 30), percent(10, 60))},
		{ScaleUp: rules(30, "", percent(1, 15)), ScaleDown: rules(30, "", percent(33, 15))},
		{ScaleUp: rules(120, "", pods(5, 120)), ScaleDown: rules(60, "", pods(5, 120))},
		{ScaleUp: rules(0, "", pods(100, 15)), ScaleDown: rules(0, "", percent(100, 15))},
		{ScaleUp: tolerant, ScaleDown: strict}, {ScaleUp: strict, ScaleDown: tolerant},
		{ScaleDown: rules(3600, "", pods(1, 1800))},
	} {
		all = append(all, asked(fmt.Sprintf("behavior %d along a wave", i), behavior, 15, 40, wave))
		settings := with(cpuAt(50))
		settings.Spec.Behavior, settings.Spec.MinReplicas, settings.Spec.MaxReplicas = behavior, at(int32(2)), 30
		all = append(all, course(fmt.Sprintf("behavior %d on cpu", i), settings, 5, 30, 15.5, wave))
	}
	for _, found := range []int32{0, 1, 2, 5, 12, 20} {
		settings := with(cpuAt(50))
		settings.Spec.MinReplicas, settings.Spec.MaxReplicas = at(int32(3)), 10
		settings.Spec.Behavior = &Behavior{ScaleUp: rules(300, "", pods(1, 600))}
		name := fmt.Sprintf("bounds 3 to 10 and %d found: neither stabilized nor rated", found)
		all = append(all, course(name, settings, found, 4, 15, func(float64) int32 { return 6 }))
	}
	gate := with(cpuAt(50))
	gate.Flags.ConfigurableTolerance = false
	gate.Spec.Behavior = &Behavior{ScaleUp: tolerant, ScaleDown: tolerant}
	return append(all, course("tolerances without their gate", gate, 5, 8, 15, func(float64) int32 { return 6 }))
}

// zero goes to nothing and back.
func zero() []Vector {
	var all []Vector
	for _, open := range []bool{false, true} {
		for _, least := range []int32{0, 1, 3} {
			for _, metric := range []Metric{
				external("queue", 1000, 0), external("queue", 0, 1000), cpuAt(50),
				{Type: "Object", Metric: "queue", Kind: "Service", Object: "front", AverageValue: at(int64(1000))},
			} {
				for _, begin := range []int32{0, 2} {
					settings := with(metric)
					settings.Flags.ScaleToZero, settings.Flags.DownscaleStabilization = open, 30
					settings.Spec.MinReplicas = at(least)
					name := fmt.Sprintf("from %d with at least %d, gate open %v, %s metric", begin, least, open, metric.Type)
					raised := settings.Spec
					raised.MinReplicas = at(int32(2))
					all = append(all, scripted(name, settings, begin, 12, func(number int, replicas int32) *Step {
						now := 15 * float64(number+1)
						step := steady(now, replicas, 0)
						queue := []int64{0, 0, 0, 0, 0, 500, 2500, 0, 0, 0, 0, 0}[number]
						step.Readings.External = map[string]OrRefusal[[]int64]{"queue": {Given: []int64{queue}}}
						step.Readings.Object = map[string]OrRefusal[int64]{"queue": {Given: queue}}
						if number == 11 {
							step.Spec = &raised
						}
						return step
					}))
				}
			}
		}
	}
	return all
}
