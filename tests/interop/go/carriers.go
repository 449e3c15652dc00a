package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dumacp/smartcard"
	"github.com/dumacp/smartcard/pcsc"
	"github.com/gmrtd/gmrtd/cms"
)

const (
	patience = 10 * time.Second
	pause    = 20 * time.Millisecond
)

// pipe is a card at the other end of this program's input and output; what is no hex means that it was taken out.
type pipe struct {
	input  *bufio.Scanner
	output *bufio.Writer
}

func (card *pipe) Transceive(_ int, _ int, _ int, _ int, _ []byte, _ int, command []byte) []byte {
	fmt.Fprintf(card.output, "> %x\n", command)
	card.output.Flush()
	if !card.input.Scan() {
		return nil
	}
	answer, err := hex.DecodeString(card.input.Text())
	if err != nil {
		return nil
	}
	return answer
}

// inReader is a card in a PC/SC reader.
type inReader struct {
	context *pcsc.Context
	card    smartcard.ICard
}

// firstReader waits for a card: pcscd looks for cards only now and then.
func firstReader() (*inReader, error) {
	context, err := pcsc.NewContext()
	if err != nil {
		return nil, err
	}
	for until := time.Now().Add(patience); ; time.Sleep(pause) {
		names, err := pcsc.ListReaders(context)
		if err == nil && len(names) > 0 {
			card, err := pcsc.NewReader(context, names[0]).ConnectCard()
			if err == nil {
				return &inReader{context, card}, nil
			}
		}
		if time.Now().After(until) {
			context.Release()
			return nil, fmt.Errorf("there is no PC/SC reader, or no card in it: %v", err)
		}
	}
}

func (card *inReader) Transceive(_ int, _ int, _ int, _ int, _ []byte, _ int, command []byte) []byte {
	answer, err := card.card.Apdu(command)
	if err != nil {
		return nil
	}
	return answer
}

func (card *inReader) release() {
	card.card.DisconnectResetCard()
	card.context.Release()
}

// authorities reads the certificates of a folder.
func authorities(folder string) (cms.CertPool, error) {
	pool := &cms.GenericCertPool{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".der") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		if err := pool.Add(content); err != nil {
			return nil, err
		}
	}
	return pool, nil
}
