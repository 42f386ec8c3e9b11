// Whether VerticalPodAutoscalers are what their admission webhook takes. It is a module of its own, for upstream builds it
// with a newer API than the rest of Kubernetes. It reads YAML of several documents, and prints what is refused and how many.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/autoscaler/vertical-pod-autoscaler/pkg/admission-controller/resource/vpa"
	vpav1 "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/apis/autoscaling.k8s.io/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	valid, refused := 0, 0
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		object := &vpav1.VerticalPodAutoscaler{}
		err := yaml.UnmarshalStrict(document, object)
		if err == nil {
			err = admitted(document)
		}
		if err != nil {
			refused++
			fmt.Printf("VerticalPodAutoscaler/%s: %v\n", object.Name, err)
			continue
		}
		valid++
	}
	fmt.Printf("%d valid, %d refused\n", valid, refused)
	if refused > 0 {
		os.Exit(1)
	}
}

// What the webhook says when the object is created.
func admitted(document []byte) error {
	raw, err := yaml.YAMLToJSON(document)
	if err != nil {
		return err
	}
	request := &admissionv1.AdmissionRequest{
		Operation: admissionv1.Create,
		Object:    runtime.RawExtension{Raw: raw},
	}
	_, _, faults := vpa.NewResourceHandler(vpa.NewDefaultPreProcessor()).GetPatches(context.Background(), request)
	return faults.ToAggregate()
}
