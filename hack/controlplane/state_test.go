package main

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	certutil "k8s.io/client-go/util/cert"
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
	kept := []string{adminKubeconfig, managerKubeconfig, certificateKubeconfig, "tokens.csv", "ca.crt", "ca.key", "serving.crt", "serving.key", "service-account.key"}
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

func TestPrepareReplacesCertificatesWhoseCAHasNoKey(t *testing.T) {
	dir := t.TempDir()
	first := prepared(t, options{dir: dir})
	before := read(t, first.path("ca.crt"))
	if err := os.Remove(first.path("ca.key")); err != nil {
		t.Fatal(err)
	}

	second := prepared(t, options{dir: dir})

	ca := read(t, second.path("ca.crt"))
	if ca == before {
		t.Error("the CA stayed, and nobody can sign with it")
	}
	config, err := clientcmd.BuildConfigFromFlags("", second.path(certificateKubeconfig))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ca))
	for usage, text := range map[x509.ExtKeyUsage]string{
		x509.ExtKeyUsageServerAuth: read(t, second.path("serving.crt")),
		x509.ExtKeyUsageClientAuth: string(config.CertData),
	} {
		certificates, err := certutil.ParseCertsPEM([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := certificates[0].Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			t.Error(err)
		}
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
