package sshd

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// maxKeysFile is how much of a file of keys is read: some thousand keys.
const maxKeysFile = 1 << 20

// AuthorizedKeys reads the keys that may log in from a file in OpenSSH's
// format. A line that is no key, or that restricts its key in a way this
// server does not know how to keep, lets nobody in: it is reported as a
// problem, and the other lines count.
func AuthorizedKeys(path string) (keys []ssh.PublicKey, problems []error, err error) {
	if path == "" {
		return nil, nil, errors.New("ssh needs a file of keys that may watch: name it with --ssh-authorized-keys")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("keys that may watch: %w", err)
	}
	defer f.Close()
	all, err := io.ReadAll(io.LimitReader(f, maxKeysFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("keys that may watch: %w", err)
	}
	if len(all) > maxKeysFile {
		return nil, nil, fmt.Errorf("keys that may watch: %s is larger than %d bytes", path, maxKeysFile)
	}
	n := 0
	for line := range bytes.Lines(all) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, err := authorized(line)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s, line %d: %w", path, n, err))
			continue
		}
		keys = append(keys, key)
	}
	return keys, problems, nil
}

// authorized reads one line.
func authorized(line []byte) (ssh.PublicKey, error) {
	key, _, options, _, err := gossh.ParseAuthorizedKey(line)
	if err != nil {
		return nil, errors.New("no public key")
	}
	for _, o := range options {
		if !harmless(o) {
			name, _, _ := strings.Cut(o, "=")
			return nil, fmt.Errorf("option %q is not supported, so the key is not let in", name)
		}
	}
	return key, nil
}

// harmless reports whether an option forbids only what this server forbids
// anyway.
func harmless(option string) bool {
	switch strings.ToLower(option) {
	case "restrict", "pty", "no-port-forwarding", "no-agent-forwarding", "no-x11-forwarding", "no-user-rc":
		return true
	}
	return false
}

// allowed decides whether a key may log in. The client has not proven yet that
// the key is its own: who a viewer is, is read after that.
func (s *Server) allowed(_ ssh.Context, key ssh.PublicKey) bool {
	keys, _, err := AuthorizedKeys(s.cfg.AuthorizedKeysFile)
	if err != nil {
		s.cfg.Warn(err)
		return false
	}
	for _, k := range keys {
		if ssh.KeysEqual(k, key) {
			return true
		}
	}
	return false
}

// hostKey reads the server's own key, and makes one at the first start, so that
// clients recognise the server the next time.
func hostKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeHostKey(path); err != nil {
			return nil, fmt.Errorf("make host key: %w", err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	} else if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("host key %s can be read by others: chmod 600 it, or delete it to get a new one", path)
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	if _, err := gossh.ParsePrivateKey(key); err != nil {
		return nil, fmt.Errorf("host key %s: %w", path, err)
	}
	return key, nil
}

// makeHostKey writes a new ed25519 key, whole or not at all.
func makeHostKey(path string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, err := gossh.MarshalPrivateKey(private, "ecomtui host key")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".host-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already if all went well
	_, err = f.Write(pem.EncodeToMemory(block))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
