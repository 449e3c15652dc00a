// A small program around gmrtd that reads cards, one request a line, until its input ends.
//
// A request is words "name=value" with tabs between them: carrier (pcsc: the first reader of the PC/SC service; pipe: APDUs as
// lines of this program's own input and output), the password (can, or mrz as "number,birth,expiry"), trust (a folder with the
// certificates *.der of the country signing authorities). Other words are for other readers. Over the pipe, a line "> HEX" is a
// command and wants one line of hex as its response. The answer is "= " and a JSON object.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gmrtd/gmrtd/cms"
	"github.com/gmrtd/gmrtd/iso7816"
	"github.com/gmrtd/gmrtd/password"
	"github.com/gmrtd/gmrtd/reader"
)

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	os.Stdout = os.Stderr // The PC/SC module prints what it does.
	for input.Scan() {
		found := answer(parse(input.Text()), input, output)
		encoded, err := json.Marshal(found)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(output, "= %s\n", encoded)
		output.Flush()
	}
}

func parse(line string) map[string]string {
	words := map[string]string{}
	for _, word := range strings.Split(line, "\t") {
		name, value, _ := strings.Cut(word, "=")
		words[name] = value
	}
	return words
}

func answer(request map[string]string, input *bufio.Scanner, output *bufio.Writer) map[string]any {
	found := newReport()
	secret, err := secretOf(request)
	if err != nil {
		found.refused("password", err)
		return found.notes()
	}
	pool, err := authorities(request["trust"])
	if err != nil {
		found.refused("trust", err)
		return found.notes()
	}
	var carrier iso7816.Transceiver = &pipe{input: input, output: output}
	if request["carrier"] == "pcsc" {
		card, err := firstReader()
		if err != nil {
			found.refused("open", err)
			return found.notes()
		}
		defer card.release()
		carrier = card
	}
	read(secret, pool, carrier, request["maximum"], found)
	return found.notes()
}

func read(secret *password.Password, pool cms.CertPool, carrier iso7816.Transceiver, maximum string, found *report) {
	session := iso7816.NewNfcSession(carrier)
	if length, err := strconv.Atoi(maximum); err == nil {
		session.SetMaxLe(length)
	}
	progress := &progress{}
	start := time.Now()
	read, _, err := reader.NewReader(progress, session, pool).ReadDocument(secret, nil, nil)
	found.note("seconds", strconv.FormatFloat(time.Since(start).Seconds(), 'g', -1, 64))
	if read != nil {
		found.session(&read.Session)
		found.document(&read.Document)
	}
	if err != nil {
		found.refused(progress.last, err)
	} else if len(found.refusals) == 0 && !read.Summary().DataTrusted {
		found.refused("summary", fmt.Errorf("the data are not trusted"))
	}
	if read != nil {
		found.note("chip", read.Session.VerifiedChipAuthStatus().String())
	}
}

func secretOf(request map[string]string) (*password.Password, error) {
	if number, given := request["can"]; given {
		return password.NewPasswordCan(number), nil
	}
	parts := strings.Split(request["mrz"], ",")
	if len(parts) != 3 {
		return nil, fmt.Errorf("a request has can, or mrz with three parts")
	}
	return password.NewPasswordMrzi(parts[0], parts[1], parts[2])
}

// progress remembers where the reading is: gmrtd's errors do not say it.
type progress struct {
	last string
}

func (progress *progress) Status(status reader.Status) {
	progress.last = status.String()
}
