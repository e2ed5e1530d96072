//go:build !linux

package main

import "syscall"

// childAttributes puts a child out of the reach of the terminal's Ctrl-C, since
// the order of stopping matters. Where there is no Linux, killing "up" with
// SIGKILL leaves its children behind.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
