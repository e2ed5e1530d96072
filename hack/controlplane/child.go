package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// logTail is how many lines of a failed child's log its error repeats.
const logTail = 15

// child is a running program, and where its log of this run begins.
type child struct {
	name string
	log  string
	from int64
	cmd  *exec.Cmd
	done chan struct{} // closed once it has ended
}

// program is the executable for a name: KUBEBUILDER_ASSETS' where it has one,
// else this binary, which takes the name as its first argument.
func program(name string, args []string) (*exec.Cmd, error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets != "" && name != controllerManager {
		path := filepath.Join(assets, name)
		if _, err := os.Stat(path); err == nil {
			return exec.Command(path, args...), nil
		}
	}
	self, err := os.Executable()
	return exec.Command(self, append([]string{name}, args...)...), err
}

// startChild must be called on the locked thread of runUp: the kernel kills the
// child when the thread that started it ends. The child inherits the lock, so
// that nobody takes the directory over while one still writes to it.
func startChild(name string, args []string, dir string, lock *os.File) (*child, error) {
	cmd, err := program(name, args)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	info, err := log.Stat()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{lock}
	cmd.SysProcAttr = childAttributes()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{name: name, log: log.Name(), from: info.Size(), cmd: cmd, done: make(chan struct{})}
	go func() {
		cmd.Wait() // its verdict stays in cmd.ProcessState
		close(c.done)
	}()
	return c, nil
}

func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// stop asks the child to end, and kills it when the grace is over.
func (c *child) stop(grace time.Duration) {
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(grace):
		c.cmd.Process.Kill()
		<-c.done
	}
}

// failure says what became of the child, with the end of its log.
func (c *child) failure(what string) error {
	return fmt.Errorf("%s %s; the end of %s:\n%s", c.name, what, c.log, c.tail())
}

func (c *child) tail() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return "  " + err.Error()
	}
	if c.from < int64(len(text)) {
		text = text[c.from:]
	} else {
		text = []byte("(nothing written)")
	}
	lines := strings.Split(string(bytes.TrimSpace(text)), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-logTail):], "\n  ")
}
