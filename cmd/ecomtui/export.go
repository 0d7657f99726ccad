package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// exportName is the folder of a data directory for what people take out of the
// console.
const exportName = "export"

// mostExports is how many files of one table and one second there may be.
const mostExports = 100

// export writes a file of its own into the data directory and says where: one
// that is there already stays as it is. What could not be written whole goes.
func (s *service) export(name string, content []byte) (path string, err error) {
	dir := filepath.Join(s.dir, exportName)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := createNew(dir, name)
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// createNew makes a file in dir that was not there, with a number where its name
// is taken.
func createNew(dir, name string) (*os.File, error) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 2; n <= mostExports; n++ {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
		name = stem + "-" + strconv.Itoa(n) + ext
	}
	return nil, fmt.Errorf("%s is full of files called %s", dir, stem)
}
