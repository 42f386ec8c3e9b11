package main

import "math"

func situations() []Vector {
	var all []Vector
	all = append(all, calculations()...)
	all = append(all, outside()...)
	all = append(all, courses()...)
	all = append(all, zero()...)
	all = append(all, failures()...)
	return append(all, seeded()...)
}

// calculations are single syncs of the replica calculator's edge cases.
func calculations() []Vector {
	var all []Vector
	// 54.99 % and 55 % of 50 %: the ratio is cut to whole per cent before the tolerance is asked.
	quantized := with(cpuAt(50))
	quantized.Containers = one(1000)
	for _, cpu := range []int64{549, 550, 559, 560, 444, 445, 449, 450, 459, 500, 509, 510, 1000} {
		all = append(all, each("utilization is cut to whole per cent", quantized, steady(15, 10, cpu))...)
	}
	unequal := steady(15, 4, 90)
	unequal.Pods[0].Containers = one(1000)
	unequal.Readings.Resource.Given[0].Containers["app"]["cpu"] = 200
	all = append(all, each("sum over sum, not the mean of ratios", with(cpuAt(50)), unequal)...)
	for _, cpu := range []int64{10, 45, 50, 51, 60, 75, 100, 150} {
		for _, target := range []int32{50, 120} {
			missing := steady(15, 6, cpu)
			missing.Readings.Resource.Given = missing.Readings.Resource.Given[:4]
			unready := steady(15, 6, cpu)
			unready.Pods[4].Phase = "Pending"
			unready.Pods[5] = Pod{Name: podName(5), StartedAt: at(0.0), Ready: at(false), ReadyChangedAt: at(0.0)}
			both := steady(15, 6, cpu)
			both.Readings.Resource.Given = both.Readings.Resource.Given[:5]
			both.Pods[0].Phase = "Pending"
			gone := steady(15, 6, cpu)
			gone.Pods[1].Phase, gone.Pods[2].Deleting = "Failed", true
			average := Metric{Type: "Resource", Name: "cpu", AverageValue: at(int64(target))}
			all = append(all, each("missing and unready pods", with(cpuAt(target)), missing, unready, both, gone)...)
			all = append(all, each("missing and unready pods, average value", with(average), missing, unready, both)...)
		}
	}
	start := func(started, changed float64, ready bool, sampled float64) *Step {
		step := steady(600, 2, 200)
		step.Pods[1] = Pod{Name: podName(1), StartedAt: &started, Ready: &ready, ReadyChangedAt: &changed}
		step.Readings.Resource.Given[1].At = sampled
		return step
	}
	all = append(all, each("when a starting pod counts", with(cpuAt(50)),
		start(300, 310, true, 590), start(301, 580, true, 594), start(301, 580, true, 595), start(301, 580, true, 596),
		start(299, 320, false, 590), start(299, 329, false, 590), start(299, 330, false, 590), start(400, 410, false, 590),
		start(300, 310, false, 590))...)
	bare := steady(15, 2, 80)
	bare.Pods[1].StartedAt, bare.Pods[1].Ready, bare.Pods[1].ReadyChangedAt = nil, nil, nil
	memory := Metric{Type: "Resource", Name: "memory", AverageUtilization: at(int32(20))}
	unreadyMemory := steady(15, 3, 50)
	unreadyMemory.Pods[0] = Pod{Name: podName(0), StartedAt: at(0.0), Ready: at(false), ReadyChangedAt: at(0.0)}
	all = append(all, each("no Ready condition", with(cpuAt(50)), bare)...)
	all = append(all, each("memory knows no unready pods", with(memory), unreadyMemory)...)
	stranger := steady(15, 3, 80)
	stranger.Readings.Resource.Given = append(stranger.Readings.Resource.Given, usage("other", 15, 300))
	all = append(all, each("a sample of a pod that is not listed", with(cpuAt(50)), stranger)...)
	all = append(all, each("the same, average value", with(Metric{Type: "Resource", Name: "cpu", AverageValue: at(int64(50))}), stranger)...)
	return append(all, containers()...)
}

func containers() []Vector {
	two := with(Metric{Type: "ContainerResource", Name: "cpu", Container: "app", AverageUtilization: at(int32(50))})
	two.Containers = append(one(100), Container{Name: "proxy", Requests: Requests{"cpu": 50}})
	both := steady(15, 3, 80)
	for _, given := range both.Readings.Resource.Given {
		given.Containers["proxy"] = Requests{"cpu": 10}
	}
	absent := steady(15, 3, 80)
	for i, given := range absent.Readings.Resource.Given {
		if i > 0 {
			given.Containers["proxy"] = Requests{"cpu": 10}
		}
	}
	proxy := two
	proxy.Spec.Metrics = []Metric{{Type: "ContainerResource", Name: "cpu", Container: "proxy", AverageUtilization: at(int32(10))}}
	nobody := two
	nobody.Spec.Metrics = []Metric{{Type: "ContainerResource", Name: "cpu", Container: "nobody", AverageValue: at(int64(10))}}
	whole := two
	whole.Spec.Metrics = []Metric{cpuAt(50)}
	memory := two
	memory.Spec.Metrics = []Metric{{Type: "Resource", Name: "memory", AverageUtilization: at(int32(50))}}
	partial := steady(15, 2, 80)
	partial.Readings.Resource.Given[0].Containers["proxy"] = Requests{"memory": 1000}
	level := steady(15, 2, 80)
	for i := range level.Pods {
		level.Pods[i].Requests = Requests{"cpu": 400}
	}
	single := steady(15, 1, 80)
	single.Pods[0].Containers = []Container{{Name: "app", Requests: Requests{"cpu": 100}}, {Name: "proxy", Requests: Requests{}}}
	var all []Vector
	all = append(all, each("one container", two, both, absent)...)
	all = append(all, each("the other container", proxy, both, absent)...)
	all = append(all, each("no such container", nobody, both)...)
	all = append(all, each("a pod's containers together", whole, both, absent, partial, level, single)...)
	return append(all, each("a request is missing", memory, single)...)
}

// outside are metrics that are not of pods.
func outside() []Vector {
	var all []Vector
	given := func(replicas, status int32, values ...int64) *Step {
		step := steady(15, replicas, 50)
		step.Scale.StatusReplicas = status
		step.Readings.External = map[string]OrRefusal[[]int64]{"queue": {Given: values}}
		if len(values) > 0 {
			step.Readings.Object = map[string]OrRefusal[int64]{"queue": {Given: values[0]}}
		}
		return step
	}
	var steps []*Step
	for _, value := range []int64{0, 1000, 4400, 4401, 4500, 5000, 5500, 5501, 10000, 1000000} {
		steps = append(steps, given(5, 3, value))
	}
	half := given(6, 6, 12000)
	half.Pods[0].Ready, half.Pods[1].Phase = at(false), "Pending"
	steps = append(steps, half, given(5, 5, 2000, 3000, 4000), given(5, 0, 0), given(5, 0, 7000), given(5, 5),
		given(5, 5, math.MaxInt64, 5), given(5, 5, -3000, 1000), given(5, 5, 1<<52))
	for _, metric := range []Metric{
		external("queue", 1000, 0), external("queue", 0, 5000),
		{Type: "Object", Metric: "queue", Kind: "Service", Object: "front", Value: at(int64(5000))},
		{Type: "Object", Metric: "queue", Kind: "Service", Object: "front", AverageValue: at(int64(1000))},
	} {
		all = append(all, each(metric.Type+" metric", with(metric), steps...)...)
	}
	pods := with(Metric{Type: "Pods", Metric: "qps", AverageValue: at(int64(10000))})
	for _, value := range []int64{0, 3333, 8999, 9000, 10999, 11000, 11001, 20000, 65000} {
		step := steady(15, 4, 50)
		short := steady(15, 4, 50)
		var values []PodValue
		for i := range int32(4) {
			values = append(values, PodValue{Pod: podName(i), At: 10, Value: value + int64(i)})
		}
		step.Readings.Pods = map[string]OrRefusal[[]PodValue]{"qps": {Given: values}}
		short.Readings.Pods = map[string]OrRefusal[[]PodValue]{"qps": {Given: values[:2]}}
		short.Pods[0].Phase, short.Pods[1].Ready = "Pending", at(false)
		all = append(all, each("Pods metric", pods, step, short)...)
	}
	return all
}

// failures are syncs in which something cannot be had.
func failures() []Vector {
	var all []Vector
	base := func(cpu int64) *Step { return steady(15, 4, cpu) }
	refused, empty, none, noPods := base(80), base(80), base(80), base(80)
	refused.Readings.Resource = OrRefusal[[]Usage]{Error: "the server is currently unable to handle the request"}
	empty.Readings.Resource = OrRefusal[[]Usage]{}
	for i := range none.Pods {
		none.Pods[i].Phase = "Pending"
	}
	noPods.Pods = []Pod{}
	noSelector, noScale, noUpdate := base(80), base(80), base(80)
	noSelector.Scale.Selector = ""
	noScale.Scale = Scale{Error: "deployments.apps \"app\" not found"}
	noUpdate.UpdateError = "etcdserver: request timed out"
	rivals := base(80)
	rivals.At, rivals.Rivals = 20, []string{"rival"}
	all = append(all, each("something cannot be had", with(cpuAt(50)), refused, empty, none, noPods, noSelector, noScale, noUpdate, rivals)...)
	mixed := with(cpuAt(50), external("queue", 1000, 0))
	for _, queue := range []int64{1000, 4000, 9000} {
		for _, cpu := range []int64{10, 50, 200} {
			noCPU, noQueue := base(cpu), base(cpu)
			noCPU.Readings.Resource = OrRefusal[[]Usage]{Error: "timeout"}
			noCPU.Readings.External = map[string]OrRefusal[[]int64]{"queue": {Given: []int64{queue}}}
			noQueue.Readings.External = map[string]OrRefusal[[]int64]{"queue": {Error: "timeout"}}
			both := base(cpu)
			both.Readings.External = map[string]OrRefusal[[]int64]{"queue": {Given: []int64{queue}}}
			all = append(all, each("a missing metric blocks scaling down, not up", mixed, noCPU, noQueue, both)...)
		}
	}
	three := with(external("a", 1000, 0), external("b", 0, 1000), Metric{Type: "Object", Metric: "c", Kind: "Ingress", Object: "main", Value: at(int64(1000))})
	return append(all, each("every metric fails", three, base(50))...)
}
