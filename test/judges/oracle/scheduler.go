package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	tracker "k8s.io/dynamic-resource-allocation/resourceslice/tracker"
	"k8s.io/klog/v2"
	configv1 "k8s.io/kube-scheduler/config/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/scheduler"
	config "k8s.io/kubernetes/pkg/scheduler/apis/config"
	configscheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/dynamicresources"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
	"k8s.io/kubernetes/pkg/scheduler/util/assumecache"
)

type schedulerQuestion struct {
	Objects []json.RawMessage `json:"objects"`
	Pod     json.RawMessage   `json:"pod"`
	// More pods, which come after it: each that gets a node takes its place there, and reserves what it needs.
	Next []json.RawMessage `json:"next"`
}

type nodeAnswer struct {
	Node    string           `json:"node"`
	Verdict string           `json:"verdict"`
	Plugin  string           `json:"plugin"`
	Reasons []string         `json:"reasons,omitempty"`
	Scores  map[string]int64 `json:"scores,omitempty"`
	Total   *int64           `json:"total,omitempty"`
}

type schedulerAnswer struct {
	Message   string       `json:"message"`
	Nodes     []nodeAnswer `json:"nodes,omitempty"`
	Nominated string       `json:"nominated,omitempty"`
	Victims   []string     `json:"victims,omitempty"`
	// What is said of the pods that come after it.
	Next []*schedulerAnswer `json:"next,omitempty"`
}

// What one cycle of kube-scheduler's default profile says of one pod. The same steps as `schedulingAlgorithm` of schedule_one.go,
// but every node is looked at and every score is told.
type schedulerOracle struct {
	framework framework.Framework
	snapshot  *internalcache.Snapshot
	indexers  map[string]cache.Indexer
	victims   []string
	live      internalcache.Cache
	undo      []func()
}

func newScheduler() (subject, error) {
	ctx := context.Background()
	metrics.Register()
	// So that the victims are known when PostFilter returns.
	if err := utilfeature.DefaultMutableFeatureGate.Set("SchedulerAsyncPreemption=false,SchedulerAsyncAPICalls=false"); err != nil {
		return nil, err
	}
	oracle := &schedulerOracle{snapshot: internalcache.NewEmptySnapshot()}
	client := fake.NewSimpleClientset()
	client.PrependReactor("patch", "pods", func(clienttesting.Action) (bool, runtime.Object, error) { return true, &v1.Pod{}, nil })
	client.PrependReactor("delete", "pods", func(action clienttesting.Action) (bool, runtime.Object, error) {
		name := action.(clienttesting.DeleteAction).GetName()
		oracle.victims = append(oracle.victims, action.GetNamespace()+"/"+name)
		return true, nil, nil
	})
	factory := informers.NewSharedInformerFactory(client, 0)
	queue := internalqueue.NewTestQueue(ctx, nil)
	dynamic, err := dynamicResources(ctx, client, factory)
	if err != nil {
		return nil, err
	}
	profile, err := defaultProfile()
	if err != nil {
		return nil, err
	}
	oracle.framework, err = frameworkruntime.NewFramework(ctx, plugins.NewInTreeRegistry(), profile,
		frameworkruntime.WithClientSet(client),
		frameworkruntime.WithEventRecorder(&events.FakeRecorder{}),
		frameworkruntime.WithInformerFactory(factory),
		frameworkruntime.WithSnapshotSharedLister(oracle.snapshot),
		frameworkruntime.WithSharedDRAManager(dynamic),
		frameworkruntime.WithSharedCSIManager(nodevolumelimits.NewCSIManager(factory.Storage().V1().CSINodes().Lister())),
		frameworkruntime.WithPodGroupManager(oracle.snapshot),
		frameworkruntime.WithPodNominator(queue),
		frameworkruntime.WithParallelism(2),
		frameworkruntime.WithWaitingPods(frameworkruntime.NewWaitingPodsMap()),
		frameworkruntime.WithPodsInPreBind(frameworkruntime.NewPodsInPreBindMap()),
	)
	if err != nil {
		return nil, err
	}
	oracle.indexers = map[string]cache.Indexer{
		"Pod":                   factory.Core().V1().Pods().Informer().GetIndexer(),
		"Namespace":             factory.Core().V1().Namespaces().Informer().GetIndexer(),
		"Node":                  factory.Core().V1().Nodes().Informer().GetIndexer(),
		"Service":               factory.Core().V1().Services().Informer().GetIndexer(),
		"ReplicationController": factory.Core().V1().ReplicationControllers().Informer().GetIndexer(),
		"PersistentVolumeClaim": factory.Core().V1().PersistentVolumeClaims().Informer().GetIndexer(),
		"PersistentVolume":      factory.Core().V1().PersistentVolumes().Informer().GetIndexer(),
		"ReplicaSet":            factory.Apps().V1().ReplicaSets().Informer().GetIndexer(),
		"StatefulSet":           factory.Apps().V1().StatefulSets().Informer().GetIndexer(),
		"StorageClass":          factory.Storage().V1().StorageClasses().Informer().GetIndexer(),
		"CSINode":               factory.Storage().V1().CSINodes().Informer().GetIndexer(),
		"CSIDriver":             factory.Storage().V1().CSIDrivers().Informer().GetIndexer(),
		"CSIStorageCapacity":    factory.Storage().V1().CSIStorageCapacities().Informer().GetIndexer(),
		"VolumeAttachment":      factory.Storage().V1().VolumeAttachments().Informer().GetIndexer(),
		"PodDisruptionBudget":   factory.Policy().V1().PodDisruptionBudgets().Informer().GetIndexer(),
	}
	return oracle.answer, nil
}

func dynamicResources(ctx context.Context, client kubernetes.Interface, factory informers.SharedInformerFactory) (fwk.SharedDRAManager, error) {
	slices, err := tracker.StartTracker(ctx, tracker.Options{SliceInformer: factory.Resource().V1().ResourceSlices(), KubeClient: client})
	if err != nil {
		return nil, err
	}
	claims := assumecache.NewAssumeCache(klog.FromContext(ctx), factory.Resource().V1().ResourceClaims().Informer(), "ResourceClaim", "", nil)
	return dynamicresources.NewDRAManager(ctx, claims, slices, factory), nil
}

func defaultProfile() (*config.KubeSchedulerProfile, error) {
	versioned := configv1.KubeSchedulerConfiguration{}
	configscheme.Scheme.Default(&versioned)
	internal := config.KubeSchedulerConfiguration{}
	if err := configscheme.Scheme.Convert(&versioned, &internal, nil); err != nil {
		return nil, err
	}
	return &internal.Profiles[0], nil
}

func (o *schedulerOracle) answer(input json.RawMessage) (any, error) {
	var asked schedulerQuestion
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer o.forget()
	incoming, err := o.load(ctx, asked)
	if err != nil {
		return nil, err
	}
	var first *schedulerAnswer
	for _, pod := range incoming {
		told, err := o.schedule(ctx, pod, len(incoming) > 1)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = told
		} else {
			first.Next = append(first.Next, told)
		}
	}
	return first, nil
}

// Gives back what the pods of a question have reserved.
func (o *schedulerOracle) forget() {
	for i := len(o.undo) - 1; i >= 0; i-- {
		o.undo[i]()
	}
	o.undo = nil
}

// Puts the world into the snapshot and the listers, as the API server stores it.
func (o *schedulerOracle) load(ctx context.Context, asked schedulerQuestion) ([]*v1.Pod, error) {
	lists := map[string][]interface{}{}
	var nodes []*v1.Node
	var pods []*v1.Pod
	names := sets.New[string]()
	for _, raw := range asked.Objects {
		object, kind, err := decodeStored(raw)
		if err != nil {
			return nil, err
		}
		if o.indexers[kind] == nil {
			return nil, fmt.Errorf("the scheduler is not asked of %s", kind)
		}
		lists[kind] = append(lists[kind], object)
		switch object := object.(type) {
		case *v1.Node:
			nodes = append(nodes, object)
			names.Insert(object.Name)
		case *v1.Pod:
			pods = append(pods, object)
		}
	}
	var incoming []*v1.Pod
	for _, raw := range append([]json.RawMessage{asked.Pod}, asked.Next...) {
		object, _, err := decodeStored(raw)
		if err != nil {
			return nil, err
		}
		pod, isPod := object.(*v1.Pod)
		if !isPod {
			return nil, fmt.Errorf("not a pod")
		}
		incoming = append(incoming, pod)
		lists["Pod"] = append(lists["Pod"], pod)
	}
	for kind, indexer := range o.indexers {
		if err := indexer.Replace(lists[kind], ""); err != nil {
			return nil, err
		}
	}
	o.victims = nil
	return incoming, o.fill(ctx, nodes, pods, names)
}

// Fills the snapshot as the event handlers of the scheduler do, with its cache between.
func (o *schedulerOracle) fill(ctx context.Context, nodes []*v1.Node, pods []*v1.Pod, names sets.Set[string]) error {
	logger := klog.FromContext(ctx)
	o.live = internalcache.New(ctx, nil, false)
	for _, node := range nodes {
		o.live.AddNode(logger, node)
	}
	for _, item := range pods {
		isOver := item.Status.Phase == v1.PodSucceeded || item.Status.Phase == v1.PodFailed
		if isOver || !names.Has(item.Spec.NodeName) {
			continue
		}
		if err := o.live.AddPod(logger, item); err != nil {
			return err
		}
	}
	*o.snapshot = *internalcache.NewEmptySnapshot()
	return o.live.UpdateSnapshot(logger, o.snapshot)
}

// Decodes an object with its defaults; a pod also as its strategy prepares it.
func decodeStored(raw json.RawMessage) (runtime.Object, string, error) {
	object, gvk, err := legacyscheme.Codecs.UniversalDeserializer().Decode(raw, nil, nil)
	if err != nil {
		return nil, "", err
	}
	legacyscheme.Scheme.Default(object)
	if given, isPod := object.(*v1.Pod); isPod {
		object, err = prepared(given)
	}
	return object, gvk.Kind, err
}

func prepared(given *v1.Pod) (*v1.Pod, error) {
	given.UID = types.UID(given.Namespace + "/" + given.Name)
	status := given.Status
	internal := &core.Pod{}
	if err := legacyscheme.Scheme.Convert(given, internal, nil); err != nil {
		return nil, err
	}
	pod.Strategy.PrepareForCreate(context.Background(), internal)
	converted := &v1.Pod{}
	if err := legacyscheme.Scheme.Convert(internal, converted, nil); err != nil {
		return nil, err
	}
	converted.Status = status
	// The scheduler reads what the server writes, with quantities in their canonical form: sums of others go wrong.
	text, err := json.Marshal(converted)
	if err != nil {
		return nil, err
	}
	stored := &v1.Pod{}
	return stored, json.Unmarshal(text, stored)
}

func (o *schedulerOracle) schedule(ctx context.Context, incoming *v1.Pod, isAssumed bool) (*schedulerAnswer, error) {
	nodes, err := o.snapshot.NodeInfos().List()
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return &schedulerAnswer{Message: scheduler.ErrNoNodesAvailable.Error()}, nil
	}
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Node().Name < nodes[j].Node().Name })
	state := framework.NewCycleState()
	result := &schedulerAnswer{}
	diagnosis := framework.Diagnosis{NodeToStatus: framework.NewDefaultNodeToStatus()}
	feasible, err := o.filter(ctx, state, incoming, nodes, &diagnosis)
	if err != nil {
		return nil, err
	}
	verdicts := map[string]*nodeAnswer{}
	for _, node := range nodes {
		name := node.Node().Name
		result.Nodes = append(result.Nodes, nodeAnswer{Node: name, Verdict: fwk.Success.String()})
		verdicts[name] = &result.Nodes[len(result.Nodes)-1]
	}
	isFeasible := sets.New[string]()
	for _, node := range feasible {
		isFeasible.Insert(node.Node().Name)
	}
	for i := range result.Nodes {
		if told := &result.Nodes[i]; !isFeasible.Has(told.Node) {
			status := diagnosis.NodeToStatus.Get(told.Node)
			told.Verdict, told.Plugin, told.Reasons = status.Code().String(), status.Plugin(), status.Reasons()
		}
	}
	if len(feasible) == 0 {
		return result, o.refuse(ctx, state, incoming, len(nodes), diagnosis, result)
	}
	if len(feasible) == 1 {
		return result, o.assume(ctx, state, incoming, feasible[0].Node().Name, isAssumed)
	}
	if status := o.framework.RunPreScorePlugins(ctx, state, incoming, feasible); !status.IsSuccess() {
		return nil, status.AsError()
	}
	scores, status := o.framework.RunScorePlugins(ctx, state, incoming, feasible)
	if !status.IsSuccess() {
		return nil, status.AsError()
	}
	best := scores[0]
	for _, scored := range scores {
		if scored.TotalScore > best.TotalScore || (scored.TotalScore == best.TotalScore && scored.Name < best.Name) {
			best = scored
		}
		for i := range result.Nodes {
			if told := &result.Nodes[i]; told.Node == scored.Name {
				told.Total, told.Scores = &scored.TotalScore, map[string]int64{}
				for _, score := range scored.Scores {
					told.Scores[score.Name] = score.Score
				}
			}
		}
	}
	return result, o.assume(ctx, state, incoming, best.Name, isAssumed)
}

// Puts a pod on its node for the pods after it, as `assume` and the plugins that reserve do.
func (o *schedulerOracle) assume(ctx context.Context, state fwk.CycleState, incoming *v1.Pod, node string, isAssumed bool) error {
	if !isAssumed {
		return nil
	}
	assumed := incoming.DeepCopy()
	assumed.Spec.NodeName = node
	if status := o.framework.RunReservePluginsReserve(ctx, state, assumed, node); !status.IsSuccess() {
		return status.AsError()
	}
	o.undo = append(o.undo, func() { o.framework.RunReservePluginsUnreserve(ctx, state, assumed, node) })
	logger := klog.FromContext(ctx)
	if err := o.live.AssumePod(logger, assumed); err != nil {
		return err
	}
	return o.live.UpdateSnapshot(logger, o.snapshot)
}

func (o *schedulerOracle) filter(
	ctx context.Context, state fwk.CycleState, incoming *v1.Pod, nodes []fwk.NodeInfo, diagnosis *framework.Diagnosis,
) ([]fwk.NodeInfo, error) {
	prefiltered, status, unscheduledPlugins := o.framework.RunPreFilterPlugins(ctx, state, incoming)
	if !status.IsSuccess() {
		if !status.IsRejected() {
			return nil, status.AsError()
		}
		diagnosis.NodeToStatus.SetAbsentNodesStatus(status)
		diagnosis.PreFilterMsg = status.Message()
		return nil, nil
	}
	if !prefiltered.AllNodes() {
		named := nodes[:0:0]
		for _, node := range nodes {
			if prefiltered.NodeNames.Has(node.Node().Name) {
				named = append(named, node)
			}
		}
		nodes = named
		reason := fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", sets.List(unscheduledPlugins))
		diagnosis.NodeToStatus.SetAbsentNodesStatus(fwk.NewStatus(fwk.UnschedulableAndUnresolvable, reason))
	}
	var feasible []fwk.NodeInfo
	for _, node := range nodes {
		status := o.framework.RunFilterPluginsWithNominatedPods(ctx, state, incoming, node)
		switch {
		case status.IsSuccess():
			feasible = append(feasible, node)
		case status.IsRejected():
			diagnosis.NodeToStatus.Set(node.Node().Name, status)
		default:
			return nil, status.AsError()
		}
	}
	return feasible, nil
}

func (o *schedulerOracle) refuse(
	ctx context.Context, state fwk.CycleState, incoming *v1.Pod, nodes int, diagnosis framework.Diagnosis, result *schedulerAnswer,
) error {
	found, status := o.framework.RunPostFilterPlugins(ctx, state, incoming, diagnosis.NodeToStatus)
	diagnosis.PostFilterMsg = status.Message()
	fitError := &framework.FitError{Pod: incoming, NumAllNodes: nodes, Diagnosis: diagnosis}
	result.Message = fitError.Error()
	if found != nil && found.NominatingInfo != nil {
		result.Nominated = found.NominatedNodeName
	}
	sort.Strings(o.victims)
	result.Victims = o.victims
	return nil
}
