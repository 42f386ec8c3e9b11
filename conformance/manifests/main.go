// Whether manifests are what an API server takes: each is decoded strictly into its upstream type, given upstream's
// defaults, and checked by upstream's own validation. It reads YAML of several documents and exits with 1 when any is refused.
//
//	dryscale export k8s shop.yaml --workloads | (cd conformance/manifests && go run .)
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/apis/scheduling"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	schedulingvalidation "k8s.io/kubernetes/pkg/apis/scheduling/validation"
	duck "knative.dev/pkg/apis"
	knative "knative.dev/serving/pkg/apis/serving/v1"
	karpenter "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	valid, refused := 0, 0
	var sizers [][]byte
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var about struct {
			APIVersion, Kind string
			Metadata         struct{ Name string }
		}
		if err := yaml.Unmarshal(document, &about); err != nil || about.Kind == "" {
			if err != nil {
				refused++
				fmt.Println(err)
			}
			continue
		}
		if about.Kind == "VerticalPodAutoscaler" {
			sizers = append(sizers, document)
			continue
		}
		if err := check(about.APIVersion, about.Kind, document); err != nil {
			refused++
			fmt.Printf("%s/%s: %v\n", about.Kind, about.Metadata.Name, err)
			continue
		}
		valid++
	}
	right, wrong := checkSizers(sizers)
	valid, refused = valid+right, refused+wrong
	fmt.Printf("%d valid, %d refused\n", valid, refused)
	if refused > 0 {
		os.Exit(1)
	}
}

// Their check is a module of its own, which counts them on its last line.
func checkSizers(documents [][]byte) (valid, refused int) {
	if len(documents) == 0 {
		return 0, 0
	}
	command := exec.Command("go", "run", "-C", "vpa", ".")
	command.Stdin = bytes.NewReader(bytes.Join(documents, []byte("\n---\n")))
	command.Stderr = os.Stderr
	// It exits with 1 when any is refused; whether it ran is told by its last line.
	said, _ := command.Output()
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	last := lines[len(lines)-1]
	if _, err := fmt.Sscanf(last, "%d valid, %d refused", &valid, &refused); err != nil {
		panic("the check of VerticalPodAutoscalers did not run")
	}
	for _, line := range lines[:len(lines)-1] {
		fmt.Println(line)
	}
	return valid, refused
}

func check(version, kind string, document []byte) error {
	switch version + " " + kind {
	case "keda.sh/v1alpha1 ScaledObject":
		return checkScaledObject(document)
	case "keda.sh/v1alpha1 ScaledJob":
		object := &keda.ScaledJob{}
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			return err
		}
		if err := keda.ValidateTriggers(object.Spec.Triggers); err != nil {
			return err
		}
		// What its Jobs are made by, as a Job of its own.
		return checkJobTarget(object)
	case "serving.knative.dev/v1 Service":
		service := &knative.Service{}
		if err := yaml.UnmarshalStrict(document, service); err != nil {
			return err
		}
		service.SetDefaults(context.Background())
		// Warnings, as of a container's security context, are no refusal.
		if err := service.Validate(context.Background()).Filter(duck.ErrorLevel); err != nil {
			return err
		}
		return nil
	case "karpenter.sh/v1 NodePool":
		pool := &karpenter.NodePool{}
		if err := yaml.UnmarshalStrict(document, pool); err != nil {
			return err
		}
		return pool.RuntimeValidate(context.Background())
	}
	return checkBuiltIn(document)
}

func checkScaledObject(document []byte) error {
	object := &keda.ScaledObject{}
	if err := yaml.UnmarshalStrict(document, object); err != nil {
		return err
	}
	for _, err := range []error{
		keda.CheckReplicaCountBoundsAreValid(object),
		keda.CheckFallbackValid(object),
		keda.ValidateTriggers(object.Spec.Triggers),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkJobTarget(object *keda.ScaledJob) error {
	spec, err := yaml.Marshal(object.Spec.JobTargetRef)
	if err != nil {
		return err
	}
	job := "apiVersion: batch/v1\nkind: Job\nmetadata: { name: " + object.Name + " }\nspec:\n  " +
		strings.ReplaceAll(string(spec), "\n", "\n  ")
	return checkBuiltIn([]byte(strings.TrimSpace(job)))
}

// Of Kubernetes' own kinds; the decoder of its scheme sets the defaults.
func checkBuiltIn(document []byte) error {
	object, kind, err := legacyscheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
	if err != nil {
		return err
	}
	legacyscheme.Scheme.Default(object)
	if err := strictly(document, object); err != nil {
		return err
	}
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return err
	}
	var faults field.ErrorList
	switch one := internal.(type) {
	case *autoscaling.HorizontalPodAutoscaler:
		one.Namespace = "default"
		faults = autoscalingvalidation.ValidateHorizontalPodAutoscaler(one,
			autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{
				// As with the gate HPAScaleToZero.
				MinReplicasLowerBound: 0,
				ObjectMetricsValidationOptions: autoscalingvalidation.CrossVersionObjectReferenceValidationOptions{
					AllowEmptyAPIGroup: true,
				},
			})
	case *apps.Deployment:
		one.Namespace = "default"
		faults = appsvalidation.ValidateDeployment(one, corevalidation.PodValidationOptions{AllowInvalidLabelValueInSelector: false})
	case *apps.StatefulSet:
		one.Namespace = "default"
		faults = appsvalidation.ValidateStatefulSet(one, corevalidation.PodValidationOptions{})
	case *apps.DaemonSet:
		one.Namespace = "default"
		faults = appsvalidation.ValidateDaemonSet(one, corevalidation.PodValidationOptions{})
	case *batch.Job:
		one.Namespace = "default"
		// The API server makes the selector before it validates; here it is that of the template's labels.
		manual := true
		one.Spec.ManualSelector = &manual
		one.Spec.Selector = &metav1.LabelSelector{MatchLabels: one.Spec.Template.Labels}
		faults = batchvalidation.ValidateJob(one, batchvalidation.JobValidationOptions{})
	case *batch.CronJob:
		one.Namespace = "default"
		faults = batchvalidation.ValidateCronJobCreate(one, corevalidation.PodValidationOptions{})
	case *policy.PodDisruptionBudget:
		faults = policyvalidation.ValidatePodDisruptionBudget(one, policyvalidation.PodDisruptionBudgetValidationOptions{})
	case *core.ResourceQuota:
		one.Namespace = "default"
		faults = corevalidation.ValidateResourceQuota(one)
	case *scheduling.PriorityClass:
		faults = schedulingvalidation.ValidatePriorityClass(one)
	default:
		return fmt.Errorf("no check for %v", kind)
	}
	return faults.ToAggregate()
}

// A field that the type has not is refused, as the API server does for kubectl.
func strictly(document []byte, object runtime.Object) error {
	fresh, err := legacyscheme.Scheme.New(object.GetObjectKind().GroupVersionKind())
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(document, fresh); err != nil && !strings.Contains(err.Error(), "EOF") {
		return err
	}
	return nil
}
