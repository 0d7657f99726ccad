package sshd

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// A session is one terminal of one viewer, from the channel's opening to its
// end.
type session struct {
	server  *Server
	conn    *conn
	channel gossh.Channel
	viewer  Viewer

	term    string // "" while there is no pty
	size    size
	env     []string
	resized chan size // the newest size that the program has not seen; cap 1, the oldest is thrown away
}

// size is that of a window, within bounds.
type size struct{ width, height int }

func bounded(columns, rows uint32) size {
	return size{int(min(max(columns, 1), maxWidth)), int(min(max(rows, 1), maxHeight))}
}

// session serves a channel that a viewer opened.
func (s *Server) session(_ *ssh.Server, sc *gossh.ServerConn, opened gossh.NewChannel, ctx ssh.Context) {
	c, ok := ctx.Value(connKey{}).(*conn)
	if !ok || !s.enter() {
		_ = opened.Reject(gossh.ResourceShortage, fmt.Sprintf("%d are watching already: try again later", maxSessions))
		return
	}
	defer s.leave()
	c.began()
	defer c.ended()
	channel, requests, err := opened.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	v := &session{
		server: s, conn: c, channel: channel, resized: make(chan size, 1),
		viewer: Viewer{User: sc.User(), Remote: sc.RemoteAddr().String()},
	}
	if key, ok := ctx.Value(ssh.ContextKeyPublicKey).(ssh.PublicKey); ok {
		v.viewer.Fingerprint = gossh.FingerprintSHA256(key)
	}
	v.serve(requests)
}

// serve does what the client asks for until it asks for a shell, then shows it
// the console.
func (v *session) serve(requests <-chan *gossh.Request) {
	grace := time.AfterFunc(graceTimeout, func() { v.conn.Close() })
	shell := v.negotiate(requests)
	grace.Stop()
	if !shell {
		return
	}
	ctx, cancel := context.WithCancel(v.server.ctx)
	followed := make(chan struct{})
	go func() { defer close(followed); defer cancel(); v.follow(requests) }()
	switch v.term {
	case "":
		v.refuse("This is a console for people: it needs a terminal. Try ssh -t.")
	case "dumb":
		v.refuse("This console moves the cursor, which TERM=dumb cannot.")
	default:
		v.exit(v.watch(ctx))
	}
	hangUp := time.AfterFunc(closeTimeout, func() { v.conn.Close() }) // of a client that does not close its side
	<-followed
	hangUp.Stop()
}

// ptyRequest and windowChange are RFC 4254, 6.2 and 6.7.
type ptyRequest struct {
	Term                         string
	Columns, Rows, Width, Height uint32
	Modes                        string
}

type windowChange struct{ Columns, Rows, Width, Height uint32 }

// negotiate answers requests up to the one for a shell. All that is not needed
// to watch is refused.
func (v *session) negotiate(requests <-chan *gossh.Request) (shell bool) {
	for r := range requests {
		ok := false
		switch r.Type {
		case "pty-req":
			ok = v.pty(r.Payload)
		case "window-change":
			ok = v.resize(r.Payload)
		case "env":
			ok = v.setenv(r.Payload)
		case "shell":
			_ = r.Reply(true, nil)
			return true
		}
		_ = r.Reply(ok, nil)
	}
	return false
}

// follow answers requests while the console runs. It returns when the channel
// is closed on both sides, or the client has gone.
func (v *session) follow(requests <-chan *gossh.Request) {
	for r := range requests {
		_ = r.Reply(r.Type == "window-change" && v.resize(r.Payload), nil)
	}
}

// terminalName is what a TERM looks like; anything else is not passed on.
var terminalName = regexp.MustCompile(`^[A-Za-z0-9._+-]{1,40}$`)

func (v *session) pty(payload []byte) bool {
	var r ptyRequest
	if v.term != "" || gossh.Unmarshal(payload, &r) != nil {
		return false
	}
	v.term, v.size = r.Term, bounded(r.Columns, r.Rows)
	if !terminalName.MatchString(v.term) {
		v.term = "xterm"
	}
	return true
}

// resize passes a new size on. While the program is busy only the newest is
// kept.
func (v *session) resize(payload []byte) bool {
	var r windowChange
	if gossh.Unmarshal(payload, &r) != nil {
		return false
	}
	select {
	case <-v.resized:
	default:
	}
	v.resized <- bounded(r.Columns, r.Rows) // room: this goroutine alone sends
	return true
}

// environment lists the variables a client may set, and what they may hold.
var environment = map[string]*regexp.Regexp{
	"COLORTERM": regexp.MustCompile(`^[A-Za-z0-9._+-]{1,40}$`),
	"NO_COLOR":  regexp.MustCompile(`^[A-Za-z0-9._+-]{1,40}$`),
	"LANG":      regexp.MustCompile(`^[A-Za-z0-9._@+-]{1,40}$`),
	"LC_ALL":    regexp.MustCompile(`^[A-Za-z0-9._@+-]{1,40}$`),
}

func (v *session) setenv(payload []byte) bool {
	var kv struct{ Name, Value string }
	if gossh.Unmarshal(payload, &kv) != nil {
		return false
	}
	allowed, ok := environment[kv.Name]
	if !ok || !allowed.MatchString(kv.Value) || len(v.env) > 2*len(environment) {
		return false
	}
	v.env = append(v.env, kv.Name+"="+kv.Value)
	return true
}

// refuse says why there is no console, and ends the session.
func (v *session) refuse(why string) {
	hangUp := time.AfterFunc(closeTimeout, func() { v.conn.Close() }) // who does not read must not hold a place
	defer hangUp.Stop()
	fmt.Fprint(v.channel.Stderr(), why+"\r\n")
	v.exit(1)
}

// exit ends the session with a status.
func (v *session) exit(status uint32) {
	hangUp := time.AfterFunc(closeTimeout, func() { v.conn.Close() })
	defer hangUp.Stop()
	_, _ = v.channel.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{status}))
	_ = v.channel.Close()
}
