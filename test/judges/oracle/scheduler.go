package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"time"

	v1 "k8s.io/api/core/v1"
	resourceapi "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/runtime"
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
	fwk "k8s.io/kube-scheduler/framework"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/scheduler"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	internalqueue "k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/dynamicresources"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/queuesort"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
	"k8s.io/kubernetes/pkg/scheduler/util/assumecache"
)

type schedulerQuestion struct {
	Objects []json.RawMessage `json:"objects"`
	Pod     json.RawMessage   `json:"pod"`
	// A KubeSchedulerConfiguration; the default one if absent.
	Configuration json.RawMessage `json:"configuration"`
	// More pods, which come after it: each that gets a node takes its place there, and reserves what it needs.
	Next []json.RawMessage `json:"next"`
	// Pods that wait all the while: nothing but the nodes that they are nominated to matters of them.
	Waiting []json.RawMessage `json:"waiting"`
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
	// Why the configuration is refused; nothing else is said then.
	Refused []string `json:"refused,omitempty"`
	// The error that ended the cycle.
	Failed    string       `json:"failed,omitempty"`
	Message   string       `json:"message"`
	Nodes     []nodeAnswer `json:"nodes,omitempty"`
	Nominated string       `json:"nominated,omitempty"`
	Victims   []string     `json:"victims,omitempty"`
	// The node that the pod was nominated to and that took it: no other was looked at.
	Kept string `json:"kept,omitempty"`
	// What is said of the pods that come after it.
	Next []*schedulerAnswer `json:"next,omitempty"`
}

// What one cycle of kube-scheduler's default profile says of one pod. The same steps as `schedulingAlgorithm` of schedule_one.go,
// but every node is looked at and every score is told.
type schedulerOracle struct {
	frameworks map[string]framework.Framework
	standard   map[string]framework.Framework
	options    []frameworkruntime.Option
	snapshot   *internalcache.Snapshot
	indexers   map[string]cache.Indexer
	claims     feed
	classes    feed
	told       map[string]*feed
	victims    []string
	live       internalcache.Cache
	queue      *internalqueue.PriorityQueue
	undo       []func()
}

func newScheduler() (subject, error) {
	oracle, err := newSchedulerOracle()
	if err != nil {
		return nil, err
	}
	return oracle.answer, nil
}

func newSchedulerOracle() (*schedulerOracle, error) {
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
	accept := func(action clienttesting.Action) (bool, runtime.Object, error) {
		return true, &resourceapi.ResourceClaim{}, nil
	}
	client.PrependReactor("update", "resourceclaims", accept)
	client.PrependReactor("patch", "resourceclaims", accept)
	client.PrependReactor("delete", "resourceclaims", accept)
	factory := listening(informers.NewSharedInformerFactory(client, 0), oracle)
	recorder := recording(metrics.NewMetricsAsyncRecorder(10, time.Second, ctx.Done()))
	oracle.queue = internalqueue.NewPriorityQueue((&queuesort.PrioritySort{}).Less, factory, recorder)
	dynamic, err := dynamicResources(ctx, client, factory, &oracle.claims)
	if err != nil {
		return nil, err
	}
	oracle.classes.handlers = classHandlers(dynamic)
	oracle.options = append([]frameworkruntime.Option{
		frameworkruntime.WithClientSet(client),
		frameworkruntime.WithEventRecorder(&events.FakeRecorder{}),
		frameworkruntime.WithInformerFactory(factory),
		frameworkruntime.WithSnapshotSharedLister(oracle.snapshot),
		frameworkruntime.WithSharedDRAManager(dynamic),
		frameworkruntime.WithPodNominator(oracle.queue),
		frameworkruntime.WithParallelism(2),
		frameworkruntime.WithWaitingPods(frameworkruntime.NewWaitingPodsMap()),
	}, releaseOptions(factory, oracle.snapshot)...)
	refused := []string{}
	if oracle.standard, refused = oracle.configure(ctx, nil); len(refused) > 0 {
		return nil, fmt.Errorf("the default configuration: %v", refused)
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
		"DeviceClass":           factory.Resource().V1().DeviceClasses().Informer().GetIndexer(),
		"ResourceSlice":         factory.Resource().V1().ResourceSlices().Informer().GetIndexer(),
		"ResourceClaim":         cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{}),
		"VolumeAttachment":      factory.Storage().V1().VolumeAttachments().Informer().GetIndexer(),
		"PodDisruptionBudget":   factory.Policy().V1().PodDisruptionBudgets().Informer().GetIndexer(),
	}
	for _, feed := range oracle.told {
		feed.standing = len(feed.handlers)
	}
	return oracle, nil
}

func dynamicResources(
	ctx context.Context, client kubernetes.Interface, factory informers.SharedInformerFactory, claims *feed,
) (sharedDRAManager, error) {
	slices, err := tracker.StartTracker(ctx, tracker.Options{SliceInformer: factory.Resource().V1().ResourceSlices(), KubeClient: client})
	if err != nil {
		return nil, err
	}
	assumed := assumecache.NewAssumeCache(klog.FromContext(ctx), claims, "ResourceClaim", "", nil)
	return dynamicresources.NewDRAManager(ctx, assumed, slices, factory), nil
}

// Objects of a question, told to a cache of the scheduler as an informer would.
type feed struct {
	handlers []cache.ResourceEventHandler
	told     []interface{}
	// How many of the handlers are of the standard profile: the others are a question's own.
	standing int
}

func (f *feed) AddEventHandler(handler cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	f.handlers = append(f.handlers, handler)
	return nil, nil
}

func (f *feed) replace(objects []interface{}) {
	for _, handler := range f.handlers {
		for _, object := range f.told {
			handler.OnDelete(object)
		}
		for _, object := range objects {
			handler.OnAdd(object, false)
		}
	}
	f.told = objects
}

func (o *schedulerOracle) answer(input json.RawMessage) (any, error) {
	var asked schedulerQuestion
	if err := json.Unmarshal(input, &asked); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer o.forget()
	o.frameworks = o.standard
	if asked.Configuration != nil {
		frameworks, refused := o.configure(ctx, asked.Configuration)
		if len(refused) > 0 {
			return &schedulerAnswer{Refused: refused}, nil
		}
		o.frameworks = frameworks
	}
	incoming, err := o.load(ctx, asked)
	if err != nil {
		return nil, err
	}
	var first *schedulerAnswer
	for _, pod := range incoming[:1+len(asked.Next)] {
		if o.frameworks[pod.Spec.SchedulerName] == nil {
			return nil, fmt.Errorf("no profile for %s", pod.Spec.SchedulerName)
		}
		told, err := o.schedule(ctx, pod, len(asked.Next) > 0)
		if err != nil {
			o.queue.DeleteNominatedPodIfExists(pod)
			told = &schedulerAnswer{Failed: err.Error()}
		}
		if first == nil {
			first = told
		} else {
			first.Next = append(first.Next, told)
		}
	}
	return first, nil
}

func (o *schedulerOracle) frameworkOf(pod *v1.Pod) framework.Framework {
	return o.frameworks[pod.Spec.SchedulerName]
}

// Gives back what the pods of a question have reserved.
func (o *schedulerOracle) forget() {
	for i := len(o.undo) - 1; i >= 0; i-- {
		o.undo[i]()
	}
	o.undo = nil
	for _, feed := range o.told {
		feed.handlers = feed.handlers[:feed.standing]
	}
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
	if len(feasible) == 1 && feasible[0].Node().Name == incoming.Status.NominatedNodeName {
		result.Kept = incoming.Status.NominatedNodeName
	}
	if len(feasible) == 0 {
		return result, o.refuse(ctx, state, incoming, len(nodes), diagnosis, result)
	}
	if len(feasible) == 1 {
		return result, o.assume(ctx, state, incoming, feasible[0].Node().Name, isAssumed)
	}
	if status := o.frameworkOf(incoming).RunPreScorePlugins(ctx, state, incoming, feasible); !status.IsSuccess() {
		return nil, status.AsError()
	}
	scores, status := o.frameworkOf(incoming).RunScorePlugins(ctx, state, incoming, feasible)
	if !status.IsSuccess() {
		return nil, status.AsError()
	}
	for _, scored := range scores {
		for i := range result.Nodes {
			if told := &result.Nodes[i]; told.Node == scored.Name {
				told.Total, told.Scores = &scored.TotalScore, map[string]int64{}
				for _, score := range scored.Scores {
					told.Scores[score.Name] = score.Score
				}
			}
		}
	}
	return result, o.assume(ctx, state, incoming, bestOf(scores).Name, isAssumed)
}

// The first by name of the nodes with the highest score.
func bestOf(scores []nodePluginScores) nodePluginScores {
	best := scores[0]
	for _, scored := range scores {
		if scored.TotalScore > best.TotalScore || (scored.TotalScore == best.TotalScore && scored.Name < best.Name) {
			best = scored
		}
	}
	return best
}

// Puts a pod on its node for the pods after it, as `assume` and the plugins that reserve do.
func (o *schedulerOracle) assume(ctx context.Context, state fwk.CycleState, incoming *v1.Pod, node string, isAssumed bool) error {
	if !isAssumed {
		return nil
	}
	assumed := incoming.DeepCopy()
	assumed.Spec.NodeName = node
	o.queue.DeleteNominatedPodIfExists(incoming)
	if status := o.frameworkOf(incoming).RunReservePluginsReserve(ctx, state, assumed, node); !status.IsSuccess() {
		return status.AsError()
	}
	o.undo = append(o.undo, func() { o.frameworkOf(incoming).RunReservePluginsUnreserve(ctx, state, assumed, node) })
	logger := klog.FromContext(ctx)
	if err := o.live.AssumePod(logger, assumed); err != nil {
		return err
	}
	return o.live.UpdateSnapshot(logger, o.snapshot)
}

func (o *schedulerOracle) filter(
	ctx context.Context, state fwk.CycleState, incoming *v1.Pod, nodes []fwk.NodeInfo, diagnosis *framework.Diagnosis,
) ([]fwk.NodeInfo, error) {
	prefiltered, status, unscheduledPlugins := o.frameworkOf(incoming).RunPreFilterPlugins(ctx, state, incoming)
	if !status.IsSuccess() {
		if !status.IsRejected() {
			return nil, status.AsError()
		}
		diagnosis.NodeToStatus.SetAbsentNodesStatus(status)
		diagnosis.PreFilterMsg = status.Message()
		return nil, nil
	}
	if taken := o.keep(ctx, state, incoming, nodes, diagnosis); taken != nil {
		return taken, nil
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
		status := o.frameworkOf(incoming).RunFilterPluginsWithNominatedPods(ctx, state, incoming, node)
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

// The node that a pod is nominated to, if it takes the pod.
func (o *schedulerOracle) keep(
	ctx context.Context, state fwk.CycleState, incoming *v1.Pod, nodes []fwk.NodeInfo, diagnosis *framework.Diagnosis,
) []fwk.NodeInfo {
	for _, node := range nodes {
		if node.Node().Name != incoming.Status.NominatedNodeName {
			continue
		}
		status := o.frameworkOf(incoming).RunFilterPluginsWithNominatedPods(ctx, state, incoming, node)
		if status.IsSuccess() {
			return []fwk.NodeInfo{node}
		}
		if status.IsRejected() {
			diagnosis.NodeToStatus.Set(node.Node().Name, status)
		}
	}
	return nil
}

// Keeps a pod without a node in the queue, nominated as `handleSchedulingFailure` leaves it.
func (o *schedulerOracle) wait(ctx context.Context, incoming *v1.Pod, found *postFilterResult) error {
	var nominating *nominatingInfo
	if found != nil {
		nominating = found.NominatingInfo
	}
	if !o.frameworkOf(incoming).HasPostFilterPlugins() {
		nominating = &nominatingInfo{NominatingMode: modeOverride}
	}
	info, err := framework.NewPodInfo(incoming)
	if err != nil {
		return err
	}
	o.queue.AddNominatedPod(klog.FromContext(ctx), info, nominating)
	o.undo = append(o.undo, func() { o.queue.Delete(incoming) })
	return nil
}

func (o *schedulerOracle) refuse(
	ctx context.Context, state fwk.CycleState, incoming *v1.Pod, nodes int, diagnosis framework.Diagnosis, result *schedulerAnswer,
) error {
	found, status := o.frameworkOf(incoming).RunPostFilterPlugins(ctx, state, incoming, diagnosis.NodeToStatus)
	diagnosis.PostFilterMsg = status.Message()
	fitError := &framework.FitError{Pod: incoming, NumAllNodes: nodes, Diagnosis: diagnosis}
	result.Message = fitError.Error()
	if found != nil && found.NominatingInfo != nil {
		result.Nominated = found.NominatedNodeName
	}
	sort.Strings(o.victims)
	result.Victims = o.victims
	return o.wait(ctx, incoming, found)
}
