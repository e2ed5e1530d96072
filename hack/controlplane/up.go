package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// runUp runs the control plane until it is told to stop, its parent dies or a
// child fails. It exits 0 if all went well, 1 on a failure, 2 on wrong flags.
func runUp() int {
	runtime.LockOSThread() // see startChild
	o, err := parseOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	c, err := newCluster(o)
	if err != nil {
		return report(err)
	}
	defer c.stop() // which takes its time: a failure is reported before
	return report(c.run())
}

func report(err error) int {
	if err == nil || errors.Is(err, errAsked) {
		return 0
	}
	fmt.Fprintln(os.Stderr, "controlplane:", err)
	return 1
}

// lockDirectory creates the directory and makes it ours alone. It waits a
// moment: the children of an "up" that was killed hold the lock till they end.
func lockDirectory(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for range 20 {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return lock, nil
		}
		time.Sleep(pollInterval)
	}
	lock.Close()
	return nil, fmt.Errorf("%s is in use by another \"controlplane up\": %w", dir, err)
}

// stopRequests returns a function that says whether "up" is to stop: told by a
// signal, or left by its parent. The parent is polled, because the kernel's
// own word of it (PR_SET_PDEATHSIG) comes when the parent's *thread* ends.
func stopRequests() func() bool {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGPIPE) // nobody may be left to read what we say: stop in order all the same
	parent := os.Getppid()
	return func() bool {
		return len(signals) > 0 || os.Getppid() != parent
	}
}

// hangups returns a channel that gets each SIGHUP.
func hangups() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	return signals
}
