// A small witness (C2SP tlog-witness) over the packages of transparency-dev and of Go's checksum database:
//
//	witness -folder DIR -name witness.example/go (-print-key | -listen 127.0.0.1:8100 VKEY...)
//
// It signs a head of a log it was told of if that follows from the last one it signed. Key and state lie in the folder.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	formats "github.com/transparency-dev/formats/log"
	cosigning "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

const maxBytes = 128 * 1024

type seen struct {
	Size uint64
	Root []byte
}

// witness signs heads of the logs that it knows the keys of; what it saw of each stands in the file at path.
type witness struct {
	signer note.Signer
	logs   map[string][]note.Verifier
	path   string
	alone  sync.Mutex
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// skey is the witness's secret key, made when there is none.
func skey(path, name string) string {
	if found, err := os.ReadFile(path); err == nil {
		return string(found)
	}
	made, _, err := note.GenerateKey(rand.Reader, name)
	must(0, errors.Join(err, os.WriteFile(path, []byte(made), 0o600)))
	return made
}

// vkey is the text of its verifier key, which the packages do not write: name, id and a type of 4.
func vkey(secret, name string) string {
	seed := must(base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4]))[1:]
	public := append([]byte{4}, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)...)
	id := sha256.Sum256(append([]byte(name+"\n"), public...))
	return fmt.Sprintf("%s+%x+%s", name, id[:4], base64.StdEncoding.EncodeToString(public))
}

// add gives the status and the body of the answer to one request.
func (w *witness) add(body []byte) (int, string) {
	above, raw, isWhole := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(above), "\n")
	var old uint64
	if _, err := fmt.Sscanf(lines[0], "old %d", &old); err != nil || !isWhole {
		return 400, "no request of tlog-witness\n"
	}
	hashes := make([][]byte, len(lines)-1)
	for i := range hashes {
		// What is no hash follows from nothing.
		hashes[i], _ = base64.StdEncoding.DecodeString(lines[i+1])
	}
	origin, _, _ := strings.Cut(string(raw), "\n")
	signed, err := note.Open(raw, note.VerifierList(w.logs[origin]...))
	if err != nil {
		return 403, "no signature of a key that is known for that log\n"
	}
	var head formats.Checkpoint
	if _, err := head.Unmarshal([]byte(signed.Text)); err != nil || old > head.Size {
		return 400, "no checkpoint, or an old size above it\n"
	}
	w.alone.Lock()
	defer w.alone.Unlock()
	state := map[string]seen{}
	if found, err := os.ReadFile(w.path); err == nil {
		must(0, json.Unmarshal(found, &state))
	} else if !errors.Is(err, fs.ErrNotExist) {
		log.Fatal(err)
	}
	last := state[origin]
	if old != last.Size || (old == head.Size && !bytes.Equal(last.Root, head.Hash)) {
		return 409, fmt.Sprintf("%d\n", last.Size)
	}
	if old > 0 {
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, old, head.Size, hashes, last.Root, head.Hash); err != nil {
			return 422, "it does not follow from the last head\n"
		}
	}
	// The state is on the disk before the signature leaves.
	state[origin] = seen{head.Size, head.Hash}
	file := must(os.Create(w.path + ".new"))
	must(file.Write(must(json.Marshal(state))))
	must(0, errors.Join(file.Sync(), file.Close(), os.Rename(w.path+".new", w.path)))
	cosigned := must(note.Sign(&note.Note{Text: signed.Text}, w.signer))
	return 200, string(cosigned[len(signed.Text)+1:])
}

func main() {
	folder, name := flag.String("folder", "", "its key and state"), flag.String("name", "", "its name")
	address, isKeyAsked := flag.String("listen", "", "host:port"), flag.Bool("print-key", false, "print its key, and end")
	flag.Parse()
	must(0, os.MkdirAll(*folder, 0o700))
	secret := skey(filepath.Join(*folder, "key"), *name)
	if *isKeyAsked {
		fmt.Println(vkey(secret, *name))
		return
	}
	w := &witness{signer: must(cosigning.NewSignerForCosignatureV1(secret)), logs: map[string][]note.Verifier{},
		path: filepath.Join(*folder, "state.json")}
	for _, text := range flag.Args() {
		key := must(note.NewVerifier(text))
		w.logs[key.Name()] = append(w.logs[key.Name()], key)
	}
	http.HandleFunc("/add-checkpoint", func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(out, in.Body, maxBytes))
		status, text := 413, ""
		if err == nil {
			status, text = w.add(body)
		}
		out.WriteHeader(status)
		io.WriteString(out, text)
	})
	log.Fatal(http.ListenAndServe(*address, nil))
}
