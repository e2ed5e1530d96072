package main

import "syscall"

// childAttributes puts a child out of the reach of the terminal's Ctrl-C, since
// the order of stopping matters, and has the kernel kill it if "up" is killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
