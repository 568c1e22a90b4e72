package main

import (
	"encoding/json"
	"math/big"
	"time"
	_ "time/tzdata"

	"github.com/robfig/cron/v3"
	"gopkg.in/inf.v0"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

type quantityAnswer struct {
	Error string `json:"error,omitempty"`
	// The exact amount in billionths, as decimal digits.
	Nano   string `json:"nano,omitempty"`
	Units  int64  `json:"units,omitempty"`
	Milli  int64  `json:"milli,omitempty"`
	Format string `json:"format,omitempty"`
	// As it is written once it has been computed with.
	Canonical string `json:"canonical,omitempty"`
}

func newQuantity() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var text string
		if err := json.Unmarshal(input, &text); err != nil {
			return nil, err
		}
		parsed, err := resource.ParseQuantity(text)
		if err != nil {
			return quantityAnswer{Error: err.Error()}, nil
		}
		number, suffix := parsed.CanonicalizeBytes(nil)
		exact := parsed.DeepCopy()
		nano := new(inf.Dec).Mul(exact.AsDec(), inf.NewDec(1_000_000_000, 0))
		return quantityAnswer{
			Nano:      whole(nano).String(),
			Units:     parsed.Value(),
			Milli:     parsed.MilliValue(),
			Format:    string(parsed.Format),
			Canonical: string(number) + string(suffix),
		}, nil
	}, nil
}

func whole(value *inf.Dec) *big.Int {
	return new(inf.Dec).Round(value, 0, inf.RoundExact).UnscaledBig()
}

type selectorQuestion struct {
	// One of these.
	Selector *metav1.LabelSelector `json:"selector"`
	Text     *string               `json:"text"`
	Labels   map[string]string     `json:"labels"`
}

type selectorAnswer struct {
	Error    string `json:"error,omitempty"`
	Selected bool   `json:"selected"`
}

func newSelector() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked selectorQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		var selector labels.Selector
		var err error
		if asked.Text != nil {
			selector, err = labels.Parse(*asked.Text)
		} else {
			selector, err = metav1.LabelSelectorAsSelector(asked.Selector)
		}
		if err != nil {
			return selectorAnswer{Error: err.Error()}, nil
		}
		return selectorAnswer{Selected: selector.Matches(labels.Set(asked.Labels))}, nil
	}, nil
}

type cronQuestion struct {
	Schedule string `json:"schedule"`
	Zone     string `json:"zone"`
	After    string `json:"after"`
}

type cronAnswer struct {
	Error string `json:"error,omitempty"`
	// The next runs, fewer where there are no more.
	Runs []string `json:"runs,omitempty"`
}

const askedRuns = 4

func newCron() (subject, error) {
	return func(input json.RawMessage) (any, error) {
		var asked cronQuestion
		if err := json.Unmarshal(input, &asked); err != nil {
			return nil, err
		}
		schedule, err := cron.ParseStandard(asked.Schedule)
		if err != nil {
			return cronAnswer{Error: err.Error()}, nil
		}
		zone, err := time.LoadLocation(asked.Zone)
		if err != nil {
			return nil, err
		}
		at, err := time.Parse(time.RFC3339, asked.After)
		if err != nil {
			return nil, err
		}
		answer := cronAnswer{}
		for range askedRuns {
			if at = schedule.Next(at.In(zone)); at.IsZero() {
				break
			}
			answer.Runs = append(answer.Runs, at.UTC().Format(time.RFC3339))
		}
		return answer, nil
	}, nil
}
