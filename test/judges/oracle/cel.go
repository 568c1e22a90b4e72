package main

import (
	"encoding/json"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/version"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	"k8s.io/apiserver/pkg/cel/openapi"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// What all questions have in common is said first: variables without a schema are of any type.
type celQuestion struct {
	Setting    *celSetting                `json:"setting"`
	Expression string                     `json:"expression"`
	Variables  map[string]json.RawMessage `json:"variables"`
}

type celSetting struct {
	Version string                  `json:"version"`
	Schemas map[string]*spec.Schema `json:"schemas"`
}

type celAnswer struct {
	// What the compiler says, and the first thing that planning says.
	Issues  string `json:"issues,omitempty"`
	Problem string `json:"problem,omitempty"`
	Value   string `json:"value,omitempty"`
	Type    string `json:"type,omitempty"`
	Error   string `json:"error,omitempty"`
	Cost    uint64 `json:"cost"`
	// What it may cost by what the schema of `self` says, from the least to the most.
	Estimate []string `json:"estimate,omitempty"`
}

func newCel() (subject, error) {
	var setting celSetting
	return func(input json.RawMessage) (any, error) {
		var asked celQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		if asked.Setting != nil {
			setting = *asked.Setting
			return true, nil
		}
		env, err := celEnvironment(setting, asked.Variables)
		if err != nil {
			return nil, err
		}
		values, err := celValues(setting, asked.Variables)
		if err != nil {
			return nil, err
		}
		return evaluateCel(env, asked.Expression, values, celSizes{celDeclared(setting, "self")}), nil
	}, nil
}

// The environment of a version with variables.
func celEnvironment(setting celSetting, variables map[string]json.RawMessage) (*cel.Env, error) {
	parsed, err := version.ParseMajorMinor(setting.Version)
	if err != nil {
		return nil, err
	}
	options := []cel.EnvOption{}
	declared := []*apiservercel.DeclType{}
	for name := range variables {
		schema := setting.Schemas[name]
		if schema == nil {
			options = append(options, cel.Variable(name, cel.DynType))
			continue
		}
		declType := celDeclared(setting, name).MaybeAssignTypeName("object." + name)
		declared = append(declared, declType)
		options = append(options, cel.Variable(name, declType.CelType()))
	}
	set, err := environment.MustBaseEnvSet(parsed).Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        options,
		DeclTypes:         declared,
	})
	if err != nil {
		return nil, err
	}
	return set.Env(environment.StoredExpressions)
}

func celDeclared(setting celSetting, name string) *apiservercel.DeclType {
	return openapi.SchemaDeclType(setting.Schemas[name], false)
}

// Sizes as the validation of definitions of custom resources estimates them.
type celSizes struct{ root *apiservercel.DeclType }

func (s celSizes) EstimateSize(node checker.AstNode) *checker.SizeEstimate {
	if len(node.Path()) == 0 {
		return nil
	}
	at := s.root
	for _, step := range node.Path()[1:] {
		switch step {
		case "@items", "@values":
			at = at.ElemType
		case "@keys":
			at = at.KeyType
		default:
			if field := at.Fields[step]; field != nil {
				at = field.Type
			} else {
				at = nil
			}
		}
		if at == nil {
			return nil
		}
	}
	return &checker.SizeEstimate{Max: uint64(at.MaxElements)}
}

func (celSizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

func celValues(setting celSetting, variables map[string]json.RawMessage) (map[string]any, error) {
	values := map[string]any{}
	for name, text := range variables {
		var value any
		if err := utiljson.Unmarshal(text, &value); err != nil {
			return nil, err
		}
		if schema := setting.Schemas[name]; schema != nil {
			value = common.UnstructuredToVal(value, &openapi.Schema{Schema: schema})
		}
		values[name] = value
	}
	return values, nil
}

func evaluateCel(env *cel.Env, expression string, values map[string]any, sizes celSizes) (answer celAnswer) {
	// Planning crashes where a key of a map can be none; evaluating turns the same into an error.
	defer func() {
		if crash := recover(); crash != nil {
			answer = celAnswer{Problem: fmt.Sprintf("internal error: %v", crash)}
		}
	}()
	ast, issues := env.Compile(expression)
	if issues != nil {
		return celAnswer{Issues: issues.String()}
	}
	program, err := env.Program(ast)
	if err != nil {
		return celAnswer{Problem: err.Error()}
	}
	estimate, err := env.EstimateCost(ast, &library.CostEstimator{SizeEstimator: sizes})
	if err != nil {
		return celAnswer{Problem: err.Error()}
	}
	answer.Estimate = []string{fmt.Sprint(estimate.Min), fmt.Sprint(estimate.Max)}
	value, details, err := program.Eval(values)
	answer.Type = ast.OutputType().String()
	if details != nil && details.ActualCost() != nil {
		answer.Cost = *details.ActualCost()
	}
	if err != nil {
		answer.Error = err.Error()
	} else {
		answer.Value = formatCel(value)
	}
	return answer
}

func formatCel(value ref.Val) string {
	switch value.(type) {
	case apiservercel.Quantity, *apiservercel.Quantity, apiservercel.URL, apiservercel.IP, apiservercel.CIDR, apiservercel.Semver, apiservercel.Format:
		return value.Type().TypeName()
	}
	if value.Type() == types.UnknownType {
		return "unknown"
	}
	return fmt.Sprint(types.Format(value))
}
