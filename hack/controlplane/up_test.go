package main

import (
	"bufio"
	"bytes"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// The test binary is the multi-call binary as well: "up" runs itself again for
// its children.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && programs[os.Args[1]] != nil {
		main()
	}
	os.Exit(m.Run())
}

// TestUp takes one directory through its life: a start costs seconds.
func TestUp(t *testing.T) {
	dir := t.TempDir()
	var kubeconfig string
	for _, step := range []struct {
		name string
		run  func(*testing.T, *running)
	}{
		{"a fresh cluster works, and survives a restart of kube-apiserver", func(t *testing.T, up *running) {
			kubeconfig = read(t, filepath.Join(dir, adminKubeconfig))
			ask(t, dir, "create", "configmap", "kept")
			ask(t, dir, "auth", "can-i", "escalate", "clusterroles")
			ask(t, dir, "create", "token", "default")
			signs(t, dir)
			refusesASecond(t, dir)
			up.signal(t, syscall.SIGHUP)
			up.says(t, "kube-apiserver restarted", 15*time.Second)
			ask(t, dir, "get", "configmap", "kept")
			up.signal(t, syscall.SIGTERM)
			up.ends(t, 0, 8*time.Second)
			for _, request := range []string{`"username":"admin"`, `"stage":"ResponseComplete"`, `"resource":"configmaps"`} {
				if !strings.Contains(read(t, filepath.Join(dir, "audit.log")), request) {
					t.Errorf("no %s in the audit log", request)
				}
			}
		}},
		{"the next start resumes it, and a SIGKILL leaves no child", func(t *testing.T, up *running) {
			if read(t, filepath.Join(dir, adminKubeconfig)) != kubeconfig {
				t.Error("the kubeconfig changed")
			}
			ask(t, dir, "get", "configmap", "kept")
			up.signal(t, syscall.SIGKILL)
			up.ends(t, -1, 2*time.Second)
		}},
		{"a killed child is reported at once", func(t *testing.T, up *running) {
			kill(t, pidOf(t, kubeAPIServer, dir))
			up.says(t, "kube-apiserver ended: signal: killed; the end of "+dir, 2*time.Second)
			up.ends(t, 1, 8*time.Second)
		}},
	} {
		t.Run(step.name, func(t *testing.T) {
			step.run(t, start(t, dir, nil))
			free(t, dir, 2*time.Second)
		})
	}
	t.Run("the death of its parent stops it", func(t *testing.T) {
		up := start(t, dir, []string{"sh", "-c", `"$@"; true`, "sh"})
		kill(t, up.cmd.Process.Pid)
		free(t, dir, 8*time.Second)
	})
}

func TestUpReportsATakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	fails(t, "--secure-port: listen tcp 127.0.0.1:"+port, "--dir", t.TempDir(), "--secure-port", port)
}

func TestUpReportsAChildThatFailsToStart(t *testing.T) {
	dir := t.TempDir()
	fails(t, "unrecognized feature gate: NoSuch", "--dir", dir, "--feature-gates", "NoSuch=true")
	free(t, dir, time.Second)
}

func refusesASecond(t *testing.T, dir string) {
	t.Helper()
	fails(t, dir+" is in use", "--dir", dir)
}

// fails runs an "up" that must end with exit code 1 and the text on stderr.
func fails(t *testing.T, text string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(os.Args[0], append([]string{"up"}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Run()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), text) || stdout.Len() > 0 {
		t.Errorf("%s\nstdout: %s\nstderr: %s", cmd.ProcessState, stdout.String(), stderr.String())
	}
}

// running is an "up" that has said it is ready.
type running struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	lines  chan string // of stderr
}

// start runs "up", under a wrapper where one is given, until it is ready.
func start(t *testing.T, dir string, wrapper []string) *running {
	t.Helper()
	args := append(wrapper, os.Args[0], "up", "--dir", dir, "--audit-log", "--feature-gates", "WatchList=false")
	cmd := exec.Command(args[0], args[1:]...)
	stdout, outErr := cmd.StdoutPipe()
	stderr, errErr := cmd.StderrPipe()
	if outErr != nil || errErr != nil || cmd.Start() != nil {
		t.Fatal("could not start", args)
	}
	t.Cleanup(func() { cmd.Process.Signal(syscall.SIGTERM) })
	up := &running{cmd: cmd, stdout: bufio.NewReader(stdout), lines: make(chan string, 100)}
	go up.read(stderr)
	ready, _ := up.stdout.ReadString('\n')
	if want := fmt.Sprintf("ready: %s/admin.kubeconfig\n", dir); ready != want {
		t.Fatalf("stdout: %q, stderr: %s", ready, <-up.lines)
	}
	return up
}

func (up *running) read(stderr io.Reader) {
	for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
		up.lines <- scanner.Text()
	}
	close(up.lines)
}

func (up *running) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := up.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (up *running) says(t *testing.T, text string, within time.Duration) {
	t.Helper()
	for timeout := time.After(within); ; {
		select {
		case line, open := <-up.lines:
			if strings.Contains(line, text) {
				return
			}
			if !open {
				t.Fatalf("ended without %q", text)
			}
		case <-timeout:
			t.Fatalf("no %q within %s", text, within)
		}
	}
}

// ends waits for the end; nothing but the ready line may be on stdout.
func (up *running) ends(t *testing.T, code int, within time.Duration) {
	t.Helper()
	begin := time.Now()
	rest, _ := io.ReadAll(up.stdout)
	up.cmd.Wait()
	if got := up.cmd.ProcessState.ExitCode(); got != code || time.Since(begin) > within || len(rest) > 0 {
		t.Errorf("exit code %d after %s, stdout %q", got, time.Since(begin), rest)
	}
}

// free waits for the lock: "up" and each of its children hold it to their end.
func free(t *testing.T, dir string, within time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(within); ; {
		lock, err := lockDirectory(dir)
		if err == nil {
			lock.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// signs has the CSR API sign a certificate, and kube-apiserver take it.
func signs(t *testing.T, dir string) {
	t.Helper()
	key, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	request, requestErr := certutil.MakeCSR(key, &pkix.Name{CommonName: "visitor"}, nil, nil)
	keyPEM, keyErr := keyutil.MarshalPrivateKeyToPEM(key)
	manifest := fmt.Sprintf(`apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: visitor}
spec: {signerName: kubernetes.io/kube-apiserver-client, usages: [client auth], request: %s}
`, base64.StdEncoding.EncodeToString(request))
	file := func(name string) string { return filepath.Join(dir, "visitor."+name) }
	if err := errors.Join(requestErr, keyErr,
		os.WriteFile(file("yaml"), []byte(manifest), 0o600), os.WriteFile(file("key"), keyPEM, 0o600)); err != nil {
		t.Fatal(err)
	}
	ask(t, dir, "apply", "--filename", file("yaml"))
	ask(t, dir, "certificate", "approve", "visitor")
	ask(t, dir, "wait", "--for=jsonpath={.status.certificate}", "csr/visitor")
	encoded := ask(t, dir, "get", "csr/visitor", "--output=jsonpath={.status.certificate}")
	certificate, err := base64.StdEncoding.DecodeString(encoded)
	if err := errors.Join(err, os.WriteFile(file("crt"), certificate, 0o600)); err != nil {
		t.Fatal(err)
	}
	s := &state{dir: dir}
	if err := s.load(); err != nil {
		t.Fatal(err)
	}
	// Not by the administrator's kubeconfig: its token would come first.
	who := kubectlOutput(t, "--kubeconfig=/dev/null", "--server="+s.apiServerURL(), "--certificate-authority="+s.path("ca.crt"),
		"--client-certificate="+file("crt"), "--client-key="+file("key"),
		"auth", "whoami", "--output=jsonpath={.status.userInfo.username}")
	if who != "visitor" {
		t.Errorf("the certificate is %q", who)
	}
}

// ask runs a kubectl command as administrator, and returns what it prints.
func ask(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return kubectlOutput(t, append([]string{"--kubeconfig", filepath.Join(dir, adminKubeconfig)}, args...)...)
}

// kubectlOutput is what a command prints that must succeed.
func kubectlOutput(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(os.Args[0], append([]string{"kubectl"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// pidOf finds the child with the name that works in dir.
func pidOf(t *testing.T, name, dir string) int {
	t.Helper()
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		args := strings.Split(string(text), "\x00")
		if len(args) > 1 && args[1] == name && strings.Contains(string(text), dir) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return pid
		}
	}
	t.Fatalf("no %s works in %s", name, dir)
	return 0
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}
