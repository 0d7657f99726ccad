//go:build crashpoints

package crash

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// At ends the process if the environment has named p, and this is the time.
func At(p Point) {
	if c := asked(); c.point == p.String() && c.left.Add(-1) == 0 {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL) // a process may always kill itself
		select {}                                           // nothing after p happens
	}
}

// crash is what the environment asks for.
type crash struct {
	point string
	left  atomic.Int64 // times until then
}

// asked looks once: the environment of a process does not change.
var asked = sync.OnceValue(func() *crash {
	c := &crash{}
	name, times, _ := strings.Cut(os.Getenv(Env), ":")
	c.point = name
	n, err := strconv.ParseInt(times, 10, 64)
	if name != "" && err != nil {
		panic(Env + " is point:time, such as file-named:2")
	}
	c.left.Store(n)
	return c
})
