package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTailIsTheEndOfThisRunsLog(t *testing.T) {
	old := "a line of the last run\n"
	for name, test := range map[string]struct{ text, want string }{
		"few lines":  {"one\ntwo\n", "  one\n  two"},
		"no lines":   {"", "  (nothing written)"},
		"many lines": {strings.Repeat("early\n", 100) + strings.Repeat("late\n", logTail), strings.TrimSuffix(strings.Repeat("  late\n", logTail), "\n")},
	} {
		log := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(log, []byte(old+test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := &child{log: log, from: int64(len(old))}
		if got := c.tail(); got != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestProgramPrefersTheAssets(t *testing.T) {
	assets := t.TempDir()
	t.Setenv("KUBEBUILDER_ASSETS", assets)
	for _, name := range []string{etcd, controllerManager} {
		if err := os.WriteFile(filepath.Join(assets, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		etcd:              filepath.Join(assets, etcd) + " --flag",
		kubeAPIServer:     self + " kube-apiserver --flag",          // not among the assets
		controllerManager: self + " kube-controller-manager --flag", // always ours
	} {
		cmd, err := program(name, []string{"--flag"})
		if err != nil || strings.Join(cmd.Args, " ") != want {
			t.Errorf("%s: %v, %v", name, cmd.Args, err)
		}
	}
}
