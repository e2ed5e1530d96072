package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func prepared(t *testing.T, o options) *state {
	t.Helper()
	s, err := prepare(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPrepareKeepsWhatClientsHold(t *testing.T) {
	dir := t.TempDir()
	first := prepared(t, options{dir: dir})
	kept := []string{adminKubeconfig, managerKubeconfig, "tokens.csv", "ca.crt", "serving.crt", "serving.key", "service-account.key"}
	before := map[string]string{}
	for _, name := range kept {
		before[name] = read(t, filepath.Join(dir, name))
	}

	second := prepared(t, options{dir: dir})

	if *second != *first {
		t.Errorf("state changed from %+v to %+v", *first, *second)
	}
	for _, name := range kept {
		if read(t, filepath.Join(dir, name)) != before[name] {
			t.Errorf("%s changed", name)
		}
	}
}

func TestPrepareMovesTheKubeconfigToANewPort(t *testing.T) {
	dir := t.TempDir()
	first := prepared(t, options{dir: dir})
	taken, err := listen(first.Ports.APIServer)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	second := prepared(t, options{dir: dir})

	if second.Ports.APIServer == first.Ports.APIServer {
		t.Errorf("port %d was taken", first.Ports.APIServer)
	}
	if second.AdminToken != first.AdminToken {
		t.Error("the administrator's token changed")
	}
	config, err := clientcmd.BuildConfigFromFlags("", second.path(adminKubeconfig))
	if err != nil {
		t.Fatal(err)
	}
	if config.Host != second.apiServerURL() || config.BearerToken != second.AdminToken {
		t.Errorf("the kubeconfig leads to %s as %s", config.Host, config.BearerToken)
	}
	if string(config.CAData) != read(t, second.path("ca.crt")) {
		t.Error("the kubeconfig does not hold the CA")
	}
}

func TestPrepareRefusesADamagedState(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := prepare(options{dir: dir})
	wantError(t, err, "state.json is damaged")
}

func TestAuditPolicyHasTheLevelAskedFor(t *testing.T) {
	s := prepared(t, options{dir: t.TempDir(), auditLevel: "RequestResponse"})
	if policy := read(t, s.path("audit-policy.yaml")); !strings.Contains(policy, `level: "RequestResponse"`) {
		t.Error(policy)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func wantError(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error is %v, want one with %q", err, text)
	}
}
