package main

import (
	"errors"
	"regexp"
	"strings"

	"github.com/gmrtd/gmrtd/document"
)

// A refusal is gmrtd's own in every case: it checks everything itself.
type refusal struct {
	Step    string `json:"step"`
	Judge   string `json:"judge"`
	Error   string `json:"error"`
	Message string `json:"message"`
}

type report struct {
	values   map[string]any
	refusals []refusal
}

// gmrtd's errors name their functions, the innermost last: "[PassiveAuth] ... [validateDgHashes] ...", seldom "(doc.Verify) ...".
var (
	function  = regexp.MustCompile(`\[([A-Za-z.]{3,})\]`)
	elsewhere = regexp.MustCompile(`\(([A-Za-z.]{3,})\)`)
)

func newReport() *report {
	return &report{values: map[string]any{}, refusals: []refusal{}}
}

func (found *report) note(name string, value string) {
	found.values[name] = value
}

func (found *report) refused(step string, err error) {
	if err == nil {
		return
	}
	message := err.Error()
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		message = inner.Error()
	}
	name := "error"
	for _, form := range []*regexp.Regexp{elsewhere, function} {
		if functions := form.FindAllStringSubmatch(err.Error(), -1); len(functions) > 0 {
			name = functions[len(functions)-1][1]
		}
	}
	found.refusals = append(found.refusals, refusal{step, "library", name, strings.ToValidUTF8(message, "?")})
}

func (found *report) session(session *document.Session) {
	found.refused("PACE", session.PaceErr)
	found.refused("basic access control", session.BacErr)
	found.refused("active authentication", session.ActiveAuthErr)
	found.refused("chip authentication", session.ChipAuthErr)
	found.refused("document", session.DocumentVerifyErr)
	found.refused("passive authentication", session.PassiveAuthErr)
	if session.PaceResult != nil && session.PaceResult.Success {
		found.note("access", session.PaceResult.Oid.String())
	} else if session.BacResult != nil && session.BacResult.Success {
		found.note("access", "BAC")
	}
}

func (found *report) document(read *document.Document) {
	if first := read.Mf.Lds1.Dg1; first != nil && first.Mrz != nil {
		found.note("holder", first.Mrz.NameOfHolder.Primary)
	}
}

func (found *report) notes() map[string]any {
	found.values["refusals"] = found.refusals
	return found.values
}
