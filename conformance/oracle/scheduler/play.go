package main

import (
	"context"
	"errors"
	"time"

	v1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/profile"
)

type rejection struct {
	Plugin  string   `json:"plugin"`
	Code    string   `json:"code"`
	Reasons []string `json:"reasons"`
}

type decision struct {
	Node      string `json:"node,omitempty"`
	Evaluated int    `json:"evaluated"`
	Feasible  int    `json:"feasible"`
	// What the event says of a pod that fits nowhere, and who would have to go for it.
	Message    string       `json:"message,omitempty"`
	Preemption *preemptions `json:"preemption,omitempty"`
	// Of fewer than a hundred nodes, since of more not all are looked at.
	Rejections map[string]rejection `json:"rejections,omitempty"`
	// Weighted, by node and plugin; what is 0 is left out.
	Scores map[string]map[string]int64 `json:"scores,omitempty"`
}

// A cluster with its scheduler, whose cache is told of each pod as the API's watch would.
type cluster struct {
	*scheduler.Scheduler
	ctx      context.Context
	logger   klog.Logger
	factory  informers.SharedInformerFactory
	profile  framework.Framework
	snapshot *cache.Snapshot
	pods     map[string]*v1.Pod
	nodes    map[string]*v1.Node
}

func newCluster(ctx context.Context, given settings) *cluster {
	client := fake.NewClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	for _, service := range given.Services {
		check(factory.Core().V1().Services().Informer().GetIndexer().Add(service))
	}
	for _, budget := range given.Budgets {
		check(factory.Policy().V1().PodDisruptionBudgets().Informer().GetIndexer().Add(budget))
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	s := must(scheduler.New(ctx, client, factory, nil, profile.NewRecorderFactory(broadcaster), scheduler.WithParallelism(1),
		scheduler.WithPercentageOfNodesToScore(&given.PercentageOfNodesToScore), scheduler.WithProfiles(profiles(given)...)))
	c := &cluster{Scheduler: s, ctx: ctx, logger: klog.FromContext(ctx), factory: factory, pods: map[string]*v1.Pod{}, nodes: map[string]*v1.Node{}}
	c.profile = s.Profiles["default-scheduler"]
	c.snapshot = c.profile.SnapshotSharedLister().(*cache.Snapshot)
	for _, node := range given.Nodes {
		c.node(node)
	}
	for _, pod := range given.Running {
		c.run(stored(pod))
	}
	for _, pod := range given.Waiting {
		c.nominate(stored(pod), pod.Status.NominatedNodeName)
	}
	return c
}

func (c *cluster) node(node *v1.Node) {
	if old, known := c.nodes[node.Name]; known {
		c.Cache.UpdateNode(c.logger, old, node)
	} else {
		c.Cache.AddNode(c.logger, node)
	}
	c.nodes[node.Name] = node
}

func (c *cluster) nodeGone(name string) {
	for _, pod := range c.pods {
		if pod.Spec.NodeName == name {
			c.gone(pod.Name)
		}
	}
	check(c.Cache.RemoveNode(c.logger, c.nodes[name]))
	delete(c.nodes, name)
}

func (c *cluster) run(pod *v1.Pod) {
	c.SchedulingQueue.Delete(pod)
	c.pods[pod.Name] = pod
	check(c.Cache.AddPod(c.logger, pod))
}

func (c *cluster) gone(name string) {
	check(c.Cache.RemovePod(c.logger, c.pods[name]))
	delete(c.pods, name)
}

// The pod as it waits from now on; without a node nothing is nominated for it.
func (c *cluster) nominate(pod *v1.Pod, node string) {
	c.SchedulingQueue.Delete(pod)
	pod.Status.NominatedNodeName = node
	c.pods[pod.Name] = pod
	check(c.factory.Core().V1().Pods().Informer().GetIndexer().Add(pod))
	c.SchedulingQueue.Add(c.ctx, pod)
}

func play(parent context.Context, v vector) (answers []decision) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	c := newCluster(ctx, v.Settings)
	for _, step := range v.Script {
		switch {
		case step.Gone != "":
			c.gone(step.Gone)
			answers = append(answers, decision{})
		case step.Node != nil:
			c.node(step.Node)
			answers = append(answers, decision{})
		case step.NodeGone != "":
			c.nodeGone(step.NodeGone)
			answers = append(answers, decision{})
		case step.Retry != "":
			answers = append(answers, c.attempt(c.pods[step.Retry], step.At, v.Settings))
		default:
			answers = append(answers, c.attempt(stored(step.Pod), step.At, v.Settings))
		}
	}
	return answers
}

func (c *cluster) attempt(pod *v1.Pod, at int, given settings) decision {
	check(c.Cache.UpdateSnapshot(c.logger, c.snapshot))
	info := must(framework.NewPodInfo(pod))
	state := framework.NewCycleState()
	result, err := c.SchedulePod(c.ctx, c.profile, state, &framework.QueuedPodInfo{PodInfo: info})
	answer := decision{Node: result.SuggestedHost, Evaluated: result.EvaluatedNodes, Feasible: result.FeasibleNodes}
	var unfit *framework.FitError
	if errors.As(err, &unfit) {
		answer.Evaluated = len(c.nodes)
		answer.Message = unfit.Error()
	} else if errors.Is(err, scheduler.ErrNoNodesAvailable) {
		answer.Message = err.Error()
	} else {
		check(err)
	}
	// A nominated node that will do is the only one looked at.
	asNominated := answer.Node != "" && answer.Node == pod.Status.NominatedNodeName && answer.Evaluated == 1
	if len(c.nodes) < 100 && !asNominated {
		explain(c.ctx, c.profile, c.snapshot, info, &answer)
	}
	if answer.Node != "" {
		pod.Spec.NodeName = answer.Node
		// Without a start each counts as started at the very moment of the comparison, which orders nothing.
		start := meta.NewTime(time.Unix(int64(4000+at), 0))
		pod.Status.StartTime = &start
		c.run(pod)
	} else if given.Running != nil {
		answer.Preemption = c.preempt(pod, state, unfit)
	} else {
		c.pods[pod.Name] = pod
	}
	return answer
}

// SchedulePod keeps to itself why it chose: the same plugins are asked once more over the same snapshot.
func explain(ctx context.Context, profile framework.Framework, snapshot *cache.Snapshot, info *framework.PodInfo, answer *decision) {
	state := framework.NewCycleState()
	_, status, _ := profile.RunPreFilterPlugins(ctx, state, info.Pod)
	check(status.AsError())
	var feasible []fwk.NodeInfo
	answer.Rejections = map[string]rejection{}
	for _, node := range must(snapshot.List()) {
		status := profile.RunFilterPluginsWithNominatedPods(ctx, state, info.Pod, node)
		if status.IsSuccess() {
			feasible = append(feasible, node)
		} else {
			answer.Rejections[node.Node().Name] = rejection{status.Plugin(), status.Code().String(), status.Reasons()}
		}
	}
	if len(feasible) < 2 {
		return
	}
	check(profile.RunPreScorePlugins(ctx, state, info.Pod, feasible).AsError())
	scores, status := profile.RunScorePlugins(ctx, state, info.Pod, feasible)
	check(status.AsError())
	answer.Scores = map[string]map[string]int64{}
	for _, node := range scores {
		plugins := map[string]int64{}
		for _, one := range node.Scores {
			if one.Score != 0 {
				plugins[one.Name] = one.Score
			}
		}
		answer.Scores[node.Name] = plugins
	}
}
