package main

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"time"
	_ "time/tzdata" // the same zones everywhere
	_ "unsafe"      // for the look of the controller, which is unexported

	batch "k8s.io/api/batch/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/controller/cronjob"
)

//go:linkname syncCronJob k8s.io/kubernetes/pkg/controller/cronjob.(*ControllerV2).sync
func syncCronJob(jm *cronjob.ControllerV2, ctx context.Context, key string) (*time.Duration, error)

// CronSettings are what stays the same of a CronJob. Moments and spans are milliseconds, moments since 1970.
type CronSettings struct {
	Schedule         string `json:"schedule"`
	TimeZone         string `json:"timeZone"`
	CreatedAt        int64  `json:"createdAt"`
	StartingDeadline *int64 `json:"startingDeadline,omitempty"`
	Concurrency      string `json:"concurrencyPolicy"`
	Successful       int32  `json:"successfulJobsHistoryLimit"`
	Failed           int32  `json:"failedJobsHistoryLimit"`
}

// CronStep is what holds when the controller looks: the Jobs there are.
type CronStep struct {
	At      float64   `json:"at"`
	Now     int64     `json:"now"`
	Suspend bool      `json:"suspend,omitempty"`
	Jobs    []CronJob `json:"jobs"`
}

// CronJob is one of these.
type CronJob struct {
	Name      string `json:"name"`
	State     string `json:"state"`
	StartedAt int64  `json:"startedAt"`
}

// CronDecision is what a look left behind.
type CronDecision struct {
	Create           *CronCreated `json:"create,omitempty"`
	Remove           []string     `json:"remove"`
	Active           []string     `json:"active"`
	LastScheduleTime *int64       `json:"lastScheduleTime,omitempty"`
	Events           []string     `json:"events"`
	Again            *int64       `json:"again,omitempty"`
}

// CronCreated is a Job that a look has made.
type CronCreated struct {
	Name        string `json:"name"`
	ScheduledAt int64  `json:"scheduledAt"`
}

var cronJobs = Controller[CronSettings, CronStep, CronDecision]{
	name: "cron-job",
	make: func(settings CronSettings) func(CronStep) CronDecision { return newCronWorld(settings).look },
	at:   func(step CronStep) float64 { return step.At },
	own:  cronLives,
}

// Teller keeps the reasons of events.
type teller struct{ reasons []string }

func (t *teller) Event(_ runtime.Object, _, reason, _ string) { t.reasons = append(t.reasons, reason) }
func (t *teller) Eventf(o runtime.Object, kind, reason, format string, args ...any) {
	t.Event(o, kind, reason, format)
}
func (t *teller) AnnotatedEventf(o runtime.Object, _ map[string]string, kind, reason, format string, args ...any) {
	t.Event(o, kind, reason, format)
}

type cronWorld struct {
	client     *fake.Clientset
	controller *cronjob.ControllerV2
	caches     [2]cache.Indexer // jobs, cron jobs
	told       *teller
	settings   CronSettings
	removed    []string
}

func newCronWorld(settings CronSettings) *cronWorld {
	ctx := context.Background()
	object := &batch.CronJob{
		ObjectMeta: metav1.ObjectMeta{
			Name: "tick", Namespace: namespace, UID: "tick", CreationTimestamp: metav1.NewTime(time.UnixMilli(settings.CreatedAt)),
		},
		Spec: batch.CronJobSpec{
			Schedule: settings.Schedule, TimeZone: &settings.TimeZone,
			ConcurrencyPolicy:          batch.ConcurrencyPolicy(settings.Concurrency),
			SuccessfulJobsHistoryLimit: &settings.Successful, FailedJobsHistoryLimit: &settings.Failed,
		},
	}
	if settings.StartingDeadline != nil {
		deadline := *settings.StartingDeadline / 1000
		object.Spec.StartingDeadlineSeconds = &deadline
	}
	client := fake.NewSimpleClientset(object)
	factory := informers.NewSharedInformerFactory(client, 0)
	jobInformer, cronInformer := factory.Batch().V1().Jobs(), factory.Batch().V1().CronJobs()
	controller := must(cronjob.NewControllerV2(ctx, jobInformer, cronInformer, client))
	world := &cronWorld{
		client: client, controller: controller, told: &teller{}, settings: settings,
		caches: [2]cache.Indexer{jobInformer.Informer().GetIndexer(), cronInformer.Informer().GetIndexer()},
	}
	replace[record.EventRecorder](controller, "recorder", world.told)
	client.PrependReactor("delete", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		world.removed = append(world.removed, action.(clienttesting.DeleteAction).GetName())
		return false, nil, nil
	})
	client.PrependReactor("create", "jobs", func(action clienttesting.Action) (bool, runtime.Object, error) {
		job := action.(clienttesting.CreateAction).GetObject().(*batch.Job)
		job.UID = types.UID(job.Name)
		return false, nil, nil
	})
	return world
}

func (w *cronWorld) look(step CronStep) CronDecision {
	ctx := context.Background()
	w.prepare(step)
	w.removed, w.told.reasons = []string{}, []string{}
	before := w.names()
	now := time.UnixMilli(step.Now)
	replace(w.controller, "now", func() time.Time { return now })
	after := must(syncCronJob(w.controller, ctx, namespace+"/tick"))
	object := must(w.client.BatchV1().CronJobs(namespace).Get(ctx, "tick", metav1.GetOptions{}))
	decision := CronDecision{Remove: w.removed, Active: []string{}, Events: w.told.reasons}
	for _, active := range object.Status.Active {
		decision.Active = append(decision.Active, active.Name)
	}
	if last := object.Status.LastScheduleTime; last != nil {
		milli := last.UnixMilli()
		decision.LastScheduleTime = &milli
	}
	if after != nil {
		milli := after.Milliseconds()
		decision.Again = &milli
	}
	for name, job := range w.names() {
		if _, known := before[name]; !known {
			at := must(time.Parse(time.RFC3339, job.Annotations[batch.CronJobScheduledTimestampAnnotation]))
			decision.Create = &CronCreated{name, at.UnixMilli()}
		}
	}
	slices.Sort(decision.Remove)
	return decision
}

func (w *cronWorld) names() map[string]batch.Job {
	found := map[string]batch.Job{}
	for _, job := range must(w.client.BatchV1().Jobs(namespace).List(context.Background(), metav1.ListOptions{})).Items {
		found[job.Name] = job
	}
	return found
}

func (w *cronWorld) prepare(step CronStep) {
	ctx := context.Background()
	object := must(w.client.BatchV1().CronJobs(namespace).Get(ctx, "tick", metav1.GetOptions{}))
	object.Spec.Suspend = &step.Suspend
	must(w.client.BatchV1().CronJobs(namespace).Update(ctx, object, metav1.UpdateOptions{}))
	for _, one := range w.caches {
		check(one.Replace(nil, ""))
	}
	check(w.caches[1].Add(object))
	there := w.names()
	for _, seen := range step.Jobs {
		job, known := there[seen.Name]
		if !known {
			panic("no such job: " + seen.Name)
		}
		delete(there, seen.Name)
		started := metav1.NewTime(time.UnixMilli(seen.StartedAt))
		job.Status.StartTime = &started
		job.Status.Conditions = nil
		if seen.State != "Active" {
			kind := batch.JobComplete
			if seen.State == "Failed" {
				kind = batch.JobFailed
			}
			job.Status.Conditions = []batch.JobCondition{{Type: kind, Status: v1.ConditionTrue}}
		}
		must(w.client.BatchV1().Jobs(namespace).Update(ctx, &job, metav1.UpdateOptions{}))
		check(w.caches[0].Add(&job))
	}
	for name := range there { // gone by themselves
		check(w.client.Tracker().Delete(batch.SchemeGroupVersion.WithResource("jobs"), namespace, name))
	}
}

// Each seeded CronJob is looked at in time or late, while its Jobs run on, end or vanish.
func cronLives() []Life[CronSettings, CronStep, CronDecision] {
	var lives []Life[CronSettings, CronStep, CronDecision]
	schedules := []string{
		"* * * * *", "*/5 * * * *", "0 * * * *", "30 2 * * *", "15 1 * * *", "0 0 * * 1-5", "0 9 1 * *", "*/7 3,14 * * *",
		"0 0 13 * 5", "10-20/3 * * * *", "0 12 */2 * *", "5 4 29 2 *", "0 22 * * 7", "0 2 * JAN,MAR SUN",
	}
	zones := []string{"UTC", "UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Sydney"}
	begins := []int64{1767571200000, 1774650600000, 1772928000000, 1792882800000, 1793505600000, 1709164800000}
	for seed := range 240 {
		random := rand.New(rand.NewSource(int64(seed)))
		begin := begins[random.Intn(len(begins))] + random.Int63n(7200)*1000
		settings := CronSettings{
			Schedule: schedules[random.Intn(len(schedules))], TimeZone: zones[random.Intn(len(zones))], CreatedAt: begin,
			Concurrency: []string{"Allow", "Forbid", "Replace"}[random.Intn(3)],
			Successful:  int32(random.Intn(4)), Failed: int32(random.Intn(3)),
		}
		if random.Intn(2) == 0 {
			deadline := []int64{10, 60, 300, 7200, 100000}[random.Intn(5)] * 1000
			settings.StartingDeadline = &deadline
		}
		life := &cronLife{random: random, settings: settings, late: seed%4 == 0}
		lives = append(lives, Life[CronSettings, CronStep, CronDecision]{
			name: fmt.Sprintf("cron job, seed %d", seed), origin: "seeded", settings: settings, looks: 20 + random.Intn(30),
			next: life.next,
		})
	}
	return lives
}

type cronLife struct {
	random   *rand.Rand
	settings CronSettings
	late     bool
}

func (l *cronLife) next(last *CronStep, decided *CronDecision) CronStep {
	random := l.random
	if last == nil {
		return CronStep{Now: l.settings.CreatedAt, Jobs: []CronJob{}}
	}
	ahead := int64(1+random.Intn(90)) * 1000
	switch {
	// The parser looks five years ahead at most, and a leap day may lie farther off.
	case decided.Again != nil && *decided.Again < 40*86400*1000 && random.Intn(4) > 0:
		ahead = *decided.Again
	case l.late && random.Intn(3) == 0:
		ahead = int64(random.Intn(3*86400)) * 1000
	}
	step := CronStep{Now: last.Now + ahead, Suspend: last.Suspend, Jobs: []CronJob{}}
	step.At = float64(step.Now-l.settings.CreatedAt) / 1000
	if random.Intn(15) == 0 {
		step.Suspend = !step.Suspend
	}
	for _, job := range last.Jobs {
		if slices.Contains(decided.Remove, job.Name) || random.Intn(40) == 0 {
			continue
		}
		if job.State == "Active" && random.Intn(3) == 0 {
			job.State = []string{"Complete", "Complete", "Failed"}[random.Intn(3)]
		}
		step.Jobs = append(step.Jobs, job)
	}
	if decided.Create != nil {
		step.Jobs = append(step.Jobs, CronJob{Name: decided.Create.Name, State: "Active", StartedAt: last.Now})
	}
	return step
}
