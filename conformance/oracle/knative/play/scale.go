package main

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"knative.dev/serving/pkg/apis/autoscaling"
	autoscalingv1alpha1 "knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	"knative.dev/serving/pkg/autoscaler/metrics"
	"knative.dev/serving/pkg/autoscaler/scaling"
)

var key = types.NamespacedName{Namespace: "ns", Name: "rev"}

type pods int

func (p *pods) ReadyCount() (int, error)    { return int(*p), nil }
func (p *pods) NotReadyCount() (int, error) { return 0, nil }

// windows stands in for the collector with numbers given by the script.
type windows struct {
	stable, panic float64
	silent        bool
}

func (w *windows) StableAndPanicConcurrency(types.NamespacedName, time.Time) (float64, float64, error) {
	if w.silent {
		return 0, 0, metrics.ErrNoData
	}
	return w.stable, w.panic, nil
}

func (w *windows) StableAndPanicRPS(key types.NamespacedName, now time.Time) (float64, float64, error) {
	return w.StableAndPanicConcurrency(key, now)
}

func specOf(settings object) *scaling.DeciderSpec {
	return &scaling.DeciderSpec{
		MaxScaleUpRate:      number(settings, "maxScaleUpRate"),
		MaxScaleDownRate:    number(settings, "maxScaleDownRate"),
		ScalingMetric:       text(settings, "metric"),
		TargetValue:         number(settings, "targetValue"),
		TotalValue:          number(settings, "totalValue"),
		TargetBurstCapacity: number(settings, "targetBurstCapacity"),
		PanicThreshold:      number(settings, "panicThreshold"),
		StableWindow:        seconds(number(settings, "stableWindow")),
		ScaleDownDelay:      seconds(number(settings, "scaleDownDelay")),
		ActivationScale:     int32(number(settings, "activationScale")),
		Reachable:           yes(settings, "reachable"),
	}
}

func scaler(settings object, client metrics.MetricClient, ready *pods) scaling.UniScaler {
	*ready = pods(number(settings, "readyAtStart"))
	return scaling.New(*attribute.EmptySet(), noop.NewMeterProvider(), key.Namespace, key.Name, client, ready, specOf(settings))
}

func decided(result scaling.ScaleResult) any {
	if !result.ScaleValid {
		return object{"valid": false}
	}
	return object{"valid": true, "desired": result.DesiredPodCount, "excessBurstCapacity": result.ExcessBurstCapacity}
}

func newScale(settings object) func(object) any {
	given, ready := &windows{}, new(pods)
	uniScaler := scaler(settings, given, ready)
	return func(step object) any {
		*given = windows{number(step, "stable"), number(step, "panic"), yes(step, "silent")}
		*ready = pods(number(step, "ready"))
		return decided(uniScaler.Scale(zap.NewNop().Sugar(), time.Now()))
	}
}

func collector(settings object) *metrics.MetricCollector {
	made := metrics.NewMetricCollector(func(*autoscalingv1alpha1.Metric, *zap.SugaredLogger) (metrics.StatsScraper, error) {
		return nil, nil
	}, zap.NewNop().Sugar())
	metric := &autoscalingv1alpha1.Metric{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, Annotations: map[string]string{}},
		Spec: autoscalingv1alpha1.MetricSpec{
			StableWindow: seconds(number(settings, "stableWindow")),
			PanicWindow:  seconds(number(settings, "panicWindow")),
		},
	}
	if yes(settings, "weighted") {
		metric.Annotations[autoscaling.MetricAggregationAlgorithmKey] = autoscaling.MetricAggregationAlgorithmWeightedExponential
	}
	if yes(settings, "scraped") {
		metric.Spec.ScrapeTarget = "target"
	}
	check(made.CreateOrUpdate(metric))
	return made
}

func record(into *metrics.MetricCollector, step object) {
	stats, _ := step["stats"].([]any)
	for _, entry := range stats {
		stat := entry.(object)
		into.Record(key, time.Now().Add(-seconds(number(stat, "late"))), metrics.Stat{
			AverageConcurrentRequests:        number(stat, "concurrency"),
			AverageProxiedConcurrentRequests: number(stat, "proxiedConcurrency"),
			RequestCount:                     number(stat, "requests"),
			ProxiedRequestCount:              number(stat, "proxiedRequests"),
		})
	}
}

// newTicks lets the real collector average what the script reports, and the autoscaler decide by it.
func newTicks(settings object) func(object) any {
	stats, ready := collector(settings), new(pods)
	uniScaler := scaler(settings, stats, ready)
	return func(step object) any {
		record(stats, step)
		*ready = pods(number(step, "ready"))
		defer closeAt(stats, step)
		return decided(uniScaler.Scale(zap.NewNop().Sugar(), time.Now()))
	}
}

// newWindows reads the averages themselves.
func newWindows(settings object) func(object) any {
	stats := collector(settings)
	return func(step object) any {
		record(stats, step)
		defer closeAt(stats, step)
		stable, panicking, err := stats.StableAndPanicConcurrency(key, time.Now())
		if err != nil {
			return object{"valid": false}
		}
		stableRPS, panicRPS, err := stats.StableAndPanicRPS(key, time.Now())
		check(err)
		return object{"valid": true, "stable": stable, "panic": panicking, "stableRPS": stableRPS, "panicRPS": panicRPS}
	}
}

// closeAt ends the collector's goroutine with the script, as virtual time demands.
func closeAt(stats *metrics.MetricCollector, step object) {
	if yes(step, "last") {
		stats.Delete(key.Namespace, key.Name)
	}
}
