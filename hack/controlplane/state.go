package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const loopback = "127.0.0.1"

// state is what a directory keeps from run to run, so that kubeconfigs, tokens
// and service account tokens handed out once stay valid.
type state struct {
	Ports        ports  `json:"ports"`
	AdminToken   string `json:"adminToken"`
	ManagerToken string `json:"managerToken"`

	dir string
}

// prepare brings the directory up to what the programs need to start: ports,
// tokens, keys, certificates, kubeconfigs and the audit policy.
func prepare(o options) (*state, error) {
	s := &state{AdminToken: rand.Text(), ManagerToken: rand.Text(), dir: o.dir}
	if err := s.load(); err != nil {
		return nil, err
	}
	var err error
	if s.Ports, err = choosePorts(o.ports, s.Ports); err != nil {
		return nil, err
	}
	return s, errors.Join(s.save(), s.writeCredentials(), s.writeAuditPolicy(o.auditLevel))
}

func (s *state) path(name string) string {
	return filepath.Join(s.dir, name)
}

func (s *state) load() error {
	text, err := os.ReadFile(s.path("state.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, s); err != nil {
		return fmt.Errorf("%s is damaged, start with another directory: %w", s.path("state.json"), err)
	}
	return nil
}

func (s *state) save() error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return s.write("state.json", text)
}

func (s *state) writeAuditPolicy(level string) error {
	policy := fmt.Sprintf(`apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: %q
`, level)
	return s.write("audit-policy.yaml", []byte(policy))
}

// write replaces a file as a whole: whoever reads meanwhile, or finds it after
// a kill, has the old or the new one.
func (s *state) write(name string, text []byte) error {
	if err := os.WriteFile(s.path(name+".new"), text, 0o600); err != nil {
		return err
	}
	return os.Rename(s.path(name+".new"), s.path(name))
}
