// The oracle answers questions with the code of Kubernetes itself, without a server: JSON Lines {subject, input} in, {answer} or
// {error} out, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

// A subject answers one kind of question. It is made when the first question of its kind comes.
type subject func(input json.RawMessage) (any, error)

type question struct {
	Subject string          `json:"subject"`
	Input   json.RawMessage `json:"input"`
}

type reply struct {
	Answer any    `json:"answer,omitempty"`
	Error  string `json:"error,omitempty"`
}

func main() {
	klog.SetLogger(logr.Discard())
	debug.SetGCPercent(400)
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	made := map[string]subject{}
	lines := bufio.NewReaderSize(in, 1<<20)
	writer := bufio.NewWriter(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return writer.Flush()
		} else if err != nil {
			return err
		}
		text, err := json.Marshal(answer(made, line))
		if err != nil {
			return err
		}
		writer.Write(append(text, '\n'))
		if lines.Buffered() == 0 {
			if err := writer.Flush(); err != nil {
				return err
			}
		}
	}
}

func answer(made map[string]subject, line []byte) (result reply) {
	defer func() {
		if problem := recover(); problem != nil {
			result = reply{Error: fmt.Sprintf("panic: %v\n%s", problem, debug.Stack())}
		}
	}()
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return reply{Error: err.Error()}
	}
	ask := made[asked.Subject]
	if ask == nil {
		make := subjects[asked.Subject]
		if make == nil {
			return reply{Error: "no subject " + asked.Subject}
		}
		var err error
		if ask, err = make(); err != nil {
			return reply{Error: err.Error()}
		}
		made[asked.Subject] = ask
	}
	value, err := ask(asked.Input)
	if err != nil {
		return reply{Error: err.Error()}
	}
	return reply{Answer: value}
}
