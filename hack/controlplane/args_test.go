package main

import (
	"bytes"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
)

func TestParseOptions(t *testing.T) {
	for _, test := range []struct {
		args string
		want options
	}{
		{"--dir d", options{dir: "d", auditLevel: "Metadata"}},
		{"--dir d --audit-log", options{dir: "d", audit: true, auditLevel: "Metadata"}},
		{"--dir=d --secure-port=1 --etcd-port=2 --controller-manager-port=3 --feature-gates=A=false,B=true", options{
			dir: "d", auditLevel: "Metadata", featureGates: "A=false,B=true",
			ports: ports{APIServer: 1, Etcd: 2, ControllerManager: 3},
		}},
	} {
		got, err := parseOptions(strings.Fields(test.args), &bytes.Buffer{})
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v", test.args, got, err)
		}
	}
}

func TestParseOptionsSaysWhatIsWrong(t *testing.T) {
	for args, want := range map[string]string{
		"":              "--dir is required",
		"--dir d extra": `unexpected argument "extra"`,
		"--no-such":     "flag provided but not defined",
	} {
		var out bytes.Buffer
		if _, err := parseOptions(strings.Fields(args), &out); err == nil || !strings.Contains(out.String(), want) {
			t.Errorf("%q: %v, %s", args, err, out.String())
		}
	}
	if _, err := parseOptions([]string{"--help"}, &bytes.Buffer{}); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
}

func TestAPIServerArgsFollowTheOptions(t *testing.T) {
	s := &state{dir: "d", Ports: ports{Etcd: 1, APIServer: 2}}
	plain := s.apiServerArgs(options{featureGates: "WatchList=false"})
	for _, want := range []string{"--etcd-servers=http://127.0.0.1:1", "--secure-port=2", "--feature-gates=WatchList=false"} {
		if !slices.Contains(plain, want) {
			t.Errorf("%s is missing from %v", want, plain)
		}
	}
	if strings.Contains(strings.Join(plain, " "), "audit") {
		t.Errorf("audit is on unasked: %v", plain)
	}
	if audited := s.apiServerArgs(options{audit: true}); !slices.Contains(audited, "--audit-log-path=d/audit.log") {
		t.Errorf("no audit log in %v", audited)
	}
}

func TestEveryServerListensOnLoopbackAlone(t *testing.T) {
	s := &state{}
	for name, args := range map[string][]string{kubeAPIServer: s.apiServerArgs(options{}), controllerManager: s.controllerManagerArgs()} {
		if !slices.Contains(args, "--bind-address=127.0.0.1") {
			t.Errorf("%s: %v", name, args)
		}
	}
	for _, arg := range s.etcdArgs() {
		if strings.HasPrefix(arg, "--listen") && !strings.Contains(arg, "http://127.0.0.1:") {
			t.Error(arg)
		}
	}
}
