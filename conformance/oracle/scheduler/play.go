package main

import (
	"context"
	"errors"

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
	// Of fewer than a hundred nodes, since of more not all are looked at.
	Rejections map[string]rejection `json:"rejections,omitempty"`
	// Weighted, by node and plugin; what is 0 is left out.
	Scores map[string]map[string]int64 `json:"scores,omitempty"`
}

func play(parent context.Context, v vector) (answers []decision) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	logger := klog.FromContext(ctx)
	client := fake.NewClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	for _, service := range v.Settings.Services {
		check(factory.Core().V1().Services().Informer().GetIndexer().Add(service))
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	s := must(scheduler.New(ctx, client, factory, nil, profile.NewRecorderFactory(broadcaster), scheduler.WithParallelism(1)))
	for _, node := range v.Settings.Nodes {
		s.Cache.AddNode(logger, node)
	}
	profile := s.Profiles["default-scheduler"]
	snapshot := profile.SnapshotSharedLister().(*cache.Snapshot)
	for _, step := range v.Script {
		pod := step.Pod.DeepCopy()
		check(s.Cache.UpdateSnapshot(logger, snapshot))
		info := must(framework.NewPodInfo(pod))
		result, err := s.SchedulePod(ctx, profile, framework.NewCycleState(), &framework.QueuedPodInfo{PodInfo: info})
		answer := decision{Node: result.SuggestedHost, Evaluated: result.EvaluatedNodes, Feasible: result.FeasibleNodes}
		var unfit *framework.FitError
		if errors.As(err, &unfit) {
			answer.Evaluated = len(v.Settings.Nodes)
		} else {
			check(err)
		}
		if len(v.Settings.Nodes) < 100 {
			explain(ctx, profile, snapshot, info, &answer)
		}
		if answer.Node != "" {
			pod.Spec.NodeName = answer.Node
			check(s.Cache.AddPod(logger, pod))
		}
		answers = append(answers, answer)
	}
	return answers
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
