package main

import (
	"reflect"
	"strings"
	"time"

	"k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/registry/generic/registry"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/storage/storagebackend/factory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/controlplane"
	"k8s.io/kubernetes/pkg/controlplane/apiserver"
	admissionregistrationrest "k8s.io/kubernetes/pkg/registry/admissionregistration/rest"
	appsrest "k8s.io/kubernetes/pkg/registry/apps/rest"
	autoscalingrest "k8s.io/kubernetes/pkg/registry/autoscaling/rest"
	batchrest "k8s.io/kubernetes/pkg/registry/batch/rest"
	certificatesrest "k8s.io/kubernetes/pkg/registry/certificates/rest"
	coordinationrest "k8s.io/kubernetes/pkg/registry/coordination/rest"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	discoveryrest "k8s.io/kubernetes/pkg/registry/discovery/rest"
	flowcontrolrest "k8s.io/kubernetes/pkg/registry/flowcontrol/rest"
	networkingrest "k8s.io/kubernetes/pkg/registry/networking/rest"
	noderest "k8s.io/kubernetes/pkg/registry/node/rest"
	policyrest "k8s.io/kubernetes/pkg/registry/policy/rest"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	resourcerest "k8s.io/kubernetes/pkg/registry/resource/rest"
	schedulingrest "k8s.io/kubernetes/pkg/registry/scheduling/rest"
	storagerest "k8s.io/kubernetes/pkg/registry/storage/rest"
)

// How the server prepares and validates the objects of one kind.
type kindStrategies struct {
	resource string
	create   rest.RESTCreateStrategy
	update   rest.RESTUpdateStrategy
}

// The strategies of the kinds in group core and of RBAC, which are made together with what needs a server.
var namedStrategies = map[string]struct {
	group    string
	resource string
	strategy strategy
}{
	"ClusterRole":           {"rbac.authorization.k8s.io", "clusterroles", clusterrole.Strategy},
	"ClusterRoleBinding":    {"rbac.authorization.k8s.io", "clusterrolebindings", clusterrolebinding.Strategy},
	"ConfigMap":             {"", "configmaps", configmap.Strategy},
	"Endpoints":             {"", "endpoints", endpoint.Strategy},
	"LimitRange":            {"", "limitranges", limitrange.Strategy},
	"Namespace":             {"", "namespaces", namespace.Strategy},
	"Node":                  {"", "nodes", node.Strategy},
	"PersistentVolume":      {"", "persistentvolumes", persistentvolume.Strategy},
	"PersistentVolumeClaim": {"", "persistentvolumeclaims", persistentvolumeclaim.Strategy},
	"Pod":                   {"", "pods", pod.Strategy},
	"PodTemplate":           {"", "podtemplates", podtemplate.Strategy},
	"ReplicationController": {"", "replicationcontrollers", replicationcontroller.Strategy},
	"ResourceQuota":         {"", "resourcequotas", resourcequota.Strategy},
	"Role":                  {"rbac.authorization.k8s.io", "roles", role.Strategy},
	"RoleBinding":           {"rbac.authorization.k8s.io", "rolebindings", rolebinding.Strategy},
	"Secret":                {"", "secrets", secret.Strategy},
	"Service":               {"", "services", service.Strategy},
	"ServiceAccount":        {"", "serviceaccounts", serviceaccount.Strategy},
}

// The strategies of all kinds that are found, by group and kind: for most, the storages are made without anything to store in, and
// their strategies taken off.
func allStrategies() (map[schema.GroupKind]kindStrategies, error) {
	found := map[schema.GroupKind]kindStrategies{}
	for kind, item := range namedStrategies {
		found[schema.GroupKind{Group: item.group, Kind: kind}] = kindStrategies{item.resource, item.strategy, item.strategy}
	}
	definitions := customresourcedefinition.NewStrategy(legacyscheme.Scheme)
	found[schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}] = kindStrategies{"customresourcedefinitions", definitions, definitions}
	client := fake.NewSimpleClientset()
	allowAll := authorizerfactory.NewAlwaysAllowAuthorizer()
	providers := []apiserver.RESTStorageProvider{
		admissionregistrationrest.RESTStorageProvider{Authorizer: allowAll, DiscoveryClient: client.Discovery()},
		appsrest.StorageProvider{},
		autoscalingrest.RESTStorageProvider{},
		batchrest.RESTStorageProvider{},
		certificatesrest.RESTStorageProvider{Authorizer: allowAll},
		coordinationrest.RESTStorageProvider{},
		discoveryrest.StorageProvider{},
		flowcontrolrest.RESTStorageProvider{InformerFactory: informers.NewSharedInformerFactory(client, 0)},
		networkingrest.RESTStorageProvider{},
		noderest.RESTStorageProvider{},
		policyrest.RESTStorageProvider{},
		resourcerest.RESTStorageProvider{NamespaceClient: client.CoreV1().Namespaces(), Authorizer: allowAll},
		schedulingrest.RESTStorageProvider{},
		storagerest.RESTStorageProvider{},
	}
	for _, provider := range providers {
		info, err := provider.NewRESTStorage(controlplane.DefaultAPIResourceConfigSource(), nowhere{})
		if err != nil {
			return nil, err
		}
		for version, resources := range info.VersionedResourcesStorageMap {
			for resource, item := range resources {
				store := storeOf(item)
				if store == nil || strings.Contains(resource, "/") || store.CreateStrategy == nil || store.UpdateStrategy == nil {
					continue
				}
				kinds, _, err := legacyscheme.Scheme.ObjectKinds(store.New())
				if err != nil {
					return nil, err
				}
				_ = version
				found[kinds[0].GroupKind()] = kindStrategies{resource, store.CreateStrategy, store.UpdateStrategy}
			}
		}
	}
	return found, nil
}

// The store that a storage embeds.
func storeOf(item any) *registry.Store {
	if store, isStore := item.(*registry.Store); isStore {
		return store
	}
	value := reflect.Indirect(reflect.ValueOf(item))
	if value.Kind() != reflect.Struct {
		return nil
	}
	field := value.FieldByName("Store")
	if !field.IsValid() || !field.CanInterface() {
		return nil
	}
	store, _ := field.Interface().(*registry.Store)
	return store
}

// Options of storages that store nothing.
type nowhere struct{}

func (nowhere) GetRESTOptions(resource schema.GroupResource, _ runtime.Object) (generic.RESTOptions, error) {
	return generic.RESTOptions{
		StorageConfig: &storagebackend.ConfigForResource{GroupResource: resource},
		Decorator: func(
			*storagebackend.ConfigForResource, string, func(runtime.Object) (string, error), func() runtime.Object, func() runtime.Object,
			storage.AttrFunc, storage.IndexerFuncs, *cache.Indexers,
		) (storage.Interface, factory.DestroyFunc, error) {
			return nil, func() {}, nil
		},
		ResourcePrefix:          "/" + resource.Group + "/" + resource.Resource,
		DeleteCollectionWorkers: 1,
		CountMetricPollPeriod:   0 * time.Second,
	}, nil
}

func systemTime() metav1.Time { return metav1.Unix(1_700_000_000, 0) }
