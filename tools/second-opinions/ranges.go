// Looks numbers up in a registry's range files as others would: go run ranges.go URL PRESENT-KEY ABSENT-KEY.
//
// A key is like licence_number:FICTCN001. Each opinion is one line, "agrees ..." or "DISAGREES ..."; the exit code is 1 when
// any disagrees. What is fetched is also changed in several ways, each of which must be refused.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const domain = "recruitment-registry range v1\x00"

type fetch func(path string) ([]byte, error)

type current struct {
	V     int    `json:"v"`
	Entry string `json:"entry"`
	Proof string `json:"proof"`
}

type epoch struct {
	Key    string `json:"key"`
	Type   string `json:"type"`
	Index  int64  `json:"index"`
	Record struct {
		V        int    `json:"v"`
		P        uint   `json:"p"`
		Root     string `json:"root"`
		MadeAt   string `json:"made_at"`
		NotAfter string `json:"not_after"`
	} `json:"record"`
}

type file struct {
	V       int    `json:"v"`
	P       uint   `json:"p"`
	Prefix  string `json:"prefix"`
	Entries []struct {
		H       string `json:"h"`
		Holders []struct {
			Record int `json:"record"`
		} `json:"holders"`
	} `json:"entries"`
	Records []json.RawMessage `json:"records"`
}

func hash(first byte, parts ...[]byte) [32]byte {
	return sha256.Sum256(append([]byte{first}, bytes.Join(parts, nil)...))
}

// folded is the root of a complete subtree over these hashes.
func folded(hashes []byte) []byte {
	for len(hashes) > 32 {
		var above []byte
		for at := 0; at < len(hashes); at += 64 {
			one := hash(1, hashes[at:at+64])
			above = append(above, one[:]...)
		}
		hashes = above
	}
	return hashes
}

// proven reads the epoch that the log proves, as of now.
func proven(get fetch, keys note.Verifiers, now time.Time) (*epoch, error) {
	body, err := get("/ranges/current")
	if err != nil {
		return nil, err
	}
	var stated current
	if err := json.Unmarshal(body, &stated); err != nil {
		return nil, err
	}
	head, signed, found := strings.Cut(stated.Proof, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("no proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return nil, err
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != 32 {
			return nil, errors.New("no proof")
		}
		path = append(path, tlog.Hash(raw))
	}
	opened, err := note.Open([]byte(signed), keys)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, err
	}
	root, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(root) != 32 {
		return nil, errors.New("no root")
	}
	leaf := tlog.RecordHash([]byte(stated.Entry))
	if err := tlog.CheckRecord(path, size, tlog.Hash(root), index, leaf); err != nil {
		return nil, err
	}
	var one epoch
	if err := json.Unmarshal([]byte(stated.Entry), &one); err != nil {
		return nil, err
	}
	if one.Key != "ranges/epoch" || one.Type != "ranges.published" || one.Index != index || one.Record.P > 24 {
		return nil, errors.New("the entry is no epoch")
	}
	made, err := time.Parse(time.RFC3339, one.Record.MadeAt)
	if err != nil {
		return nil, err
	}
	if made.After(now.Add(5*time.Minute)) || now.Sub(made) > 48*time.Hour {
		return nil, errors.New("too old, or from the future")
	}
	return &one, nil
}

// lookUp says whether a key is present, proven either way.
func lookUp(get fetch, keys note.Verifiers, key string, now time.Time) (bool, error) {
	one, err := proven(get, keys, now)
	if err != nil {
		return false, err
	}
	bits := one.Record.P
	wanted := sha256.Sum256([]byte(domain + key))
	prefix := uint64(wanted[0])<<24 | uint64(wanted[1])<<16 | uint64(wanted[2])<<8 | uint64(wanted[3])
	prefix >>= 32 - bits
	at, err := hex.DecodeString(one.Record.Root)
	if err != nil {
		return false, err
	}
	for left := bits; left > 0; {
		width := (left-1)%8 + 1
		tile, err := get("/ranges/tile/" + hex.EncodeToString(at))
		if err != nil {
			return false, err
		}
		if len(tile) != 32<<width || !bytes.Equal(folded(tile), at) {
			return false, errors.New("a tile does not fold to the hash that names it")
		}
		place := prefix >> (left - width) & (1<<width - 1)
		at, left = tile[32*place:32*place+32], left-width
	}
	body, err := get("/ranges/file/" + hex.EncodeToString(at))
	if err != nil {
		return false, err
	}
	if leaf := hash(0, body); !bytes.Equal(leaf[:], at) {
		return false, errors.New("the file is not the one that the epoch names")
	}
	return isIn(body, bits, prefix, wanted[:20])
}

// isIn says whether a file that is proven to be the one of a prefix holds a hash. A registry may have signed any bytes.
func isIn(body []byte, bits uint, prefix uint64, wanted []byte) (bool, error) {
	var content file
	if err := json.Unmarshal(body, &content); err != nil {
		return false, err
	}
	digits := int(bits+3) / 4
	if digits == 0 {
		digits = 1
	}
	if content.V != 1 || content.P != bits || content.Prefix != fmt.Sprintf("%0*x", digits, prefix) {
		return false, errors.New("the file is of another prefix")
	}
	former, isPresent := "", false
	for _, entry := range content.Entries {
		raw, err := hex.DecodeString(entry.H)
		if err != nil || len(raw) != 20 || entry.H != strings.ToLower(entry.H) || entry.H <= former {
			return false, errors.New("the entries are not in order")
		}
		if uint64(binary.BigEndian.Uint32(raw))>>(32-bits) != prefix {
			return false, errors.New("an entry lies in the wrong file")
		}
		former = entry.H
		if len(entry.Holders) == 0 {
			return false, errors.New("an entry leads to no one")
		}
		for _, holder := range entry.Holders {
			if holder.Record < 0 || holder.Record >= len(content.Records) {
				return false, errors.New("a holder has no record")
			}
		}
		isPresent = isPresent || bytes.Equal(raw, wanted)
	}
	return isPresent, nil
}

// signedAnyhow asks of files that a registry would sign and prove, though they are none: the hash of each is the right one.
func signedAnyhow(get fetch, keys note.Verifiers, key string, now time.Time, refused func(string, error)) {
	var body []byte
	one, err := proven(get, keys, now)
	if err == nil {
		_, err = lookUp(func(path string) ([]byte, error) {
			found, err := get(path)
			if strings.HasPrefix(path, "/ranges/file/") {
				body = found
			}
			return found, err
		}, keys, key, now)
	}
	if err != nil {
		opinion("a file is read again", err)
		return
	}
	wanted := sha256.Sum256([]byte(domain + key))
	bits := one.Record.P
	prefix := uint64(binary.BigEndian.Uint32(wanted[:])) >> (32 - bits)
	changes := map[string]func(map[string]any){
		"in another order": func(content map[string]any) {
			entries := content["entries"].([]any)
			entries[0], entries[1] = entries[1], entries[0]
		},
		"with an entry twice": func(content map[string]any) {
			entries := content["entries"].([]any)
			content["entries"] = append([]any{entries[0]}, entries...)
		},
		"with a prefix of another spelling": func(content map[string]any) {
			content["prefix"] = "0" + content["prefix"].(string)
		},
		"with a prefix in capitals": func(content map[string]any) {
			content["prefix"] = "F" + strings.ToUpper(content["prefix"].(string)[1:])
		},
		"with another number of bits": func(content map[string]any) { content["p"] = bits + 1 },
		"with an entry of another file": func(content map[string]any) {
			entries := content["entries"].([]any)
			last := entries[len(entries)-1].(map[string]any)
			raw, _ := hex.DecodeString(last["h"].(string))
			if bits > 0 {
				// The lowest bit of the prefix.
				raw[(bits-1)/8] ^= 1 << (7 - (bits-1)%8)
			} else {
				raw = raw[1:]
			}
			last["h"] = hex.EncodeToString(raw)
		},
		"with an entry that leads to no one": func(content map[string]any) {
			content["entries"].([]any)[0].(map[string]any)["holders"] = []any{}
		},
		"with a holder that has no record": func(content map[string]any) { content["records"] = []any{} },
	}
	for kind, change := range changes {
		var content map[string]any
		if err := json.Unmarshal(body, &content); err != nil {
			opinion("a file is read again", err)
			return
		}
		change(content)
		other, _ := json.Marshal(content)
		_, err := isIn(other, bits, prefix, wanted[:20])
		refused("a signed file "+kind, err)
	}
}

var isDisagreed = false

func opinion(said string, err error) {
	if err == nil {
		fmt.Printf("agrees     go, range files: %s\n", said)
		return
	}
	isDisagreed = true
	fmt.Printf("DISAGREES  go, range files: %s: %v\n", said, err)
}

func main() {
	address, present, absent := os.Args[1], os.Args[2], os.Args[3]
	kept := map[string][]byte{}
	get := func(path string) ([]byte, error) {
		if body, isKept := kept[path]; isKept {
			return body, nil
		}
		answer, err := http.Get(address + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", path, answer.Status)
		}
		kept[path] = body
		return body, err
	}
	vkeys, err := get("/log/vkey")
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	var verifiers []note.Verifier
	for _, line := range strings.Fields(string(vkeys)) {
		if one, err := note.NewVerifier(line); err == nil {
			verifiers = append(verifiers, one)
		}
	}
	keys, now := note.VerifierList(verifiers...), time.Now()
	isPresent, err := lookUp(get, keys, present, now)
	if err == nil && !isPresent {
		err = errors.New("it is absent")
	}
	opinion("a published number is present", err)
	isPresent, err = lookUp(get, keys, absent, now)
	if err == nil && isPresent {
		err = errors.New("it is present")
	}
	opinion("another number is provably absent", err)

	changed := func(kind string, change func(path string, body []byte) []byte) {
		touched := false
		_, err := lookUp(func(path string) ([]byte, error) {
			body, err := get(path)
			if other := change(path, body); other != nil {
				touched = true
				return other, err
			}
			return body, err
		}, keys, present, now)
		switch {
		case !touched:
			opinion(kind+" is refused", errors.New("nothing was changed"))
		case err == nil:
			opinion(kind+" is refused", errors.New("it was believed"))
		default:
			opinion(kind+" is refused", nil)
		}
	}
	inFile := func(change func(content map[string]any)) func(string, []byte) []byte {
		return func(path string, body []byte) []byte {
			if !strings.HasPrefix(path, "/ranges/file/") {
				return nil
			}
			var content map[string]any
			if json.Unmarshal(body, &content) != nil {
				return nil
			}
			change(content)
			other, _ := json.Marshal(content)
			return other
		}
	}
	changed("a file without one of its entries", inFile(func(content map[string]any) {
		content["entries"] = content["entries"].([]any)[1:]
	}))
	changed("a file in another order", inFile(func(content map[string]any) {
		entries := content["entries"].([]any)
		entries[0], entries[1] = entries[1], entries[0]
	}))
	changed("a file of another prefix", inFile(func(content map[string]any) { content["prefix"] = "ff" }))
	changed("a file that was cut", func(path string, body []byte) []byte {
		if !strings.HasPrefix(path, "/ranges/file/") {
			return nil
		}
		return body[:len(body)-10]
	})
	changed("a tile with another hash", func(path string, body []byte) []byte {
		if !strings.HasPrefix(path, "/ranges/tile/") {
			return nil
		}
		other := bytes.Clone(body)
		other[0] ^= 1
		return other
	})
	changed("an epoch that the log does not hold", func(path string, body []byte) []byte {
		if path != "/ranges/current" {
			return nil
		}
		return bytes.Replace(body, []byte(`\"epoch\":`), []byte(`\"epoch\":9`), 1)
	})
	changed("a head that nobody signed", func(path string, body []byte) []byte {
		if path != "/ranges/current" {
			return nil
		}
		at := bytes.LastIndex(body, []byte("="))
		other := bytes.Clone(body)
		other[at-8] ^= 1
		return other
	})
	for other := 0; other < 64 && err == nil; other++ {
		// So that a file of another place is at hand.
		_, err = lookUp(get, keys, fmt.Sprintf("%s/%d", absent, other), now)
	}
	changed("a file of another place in the tree", func(path string, body []byte) []byte {
		if !strings.HasPrefix(path, "/ranges/file/") {
			return nil
		}
		for other, content := range kept {
			if strings.HasPrefix(other, "/ranges/file/") && other != path {
				return content
			}
		}
		return nil
	})
	refused := func(kind string, err error) {
		if err == nil {
			opinion(kind+" is refused", errors.New("it was believed"))
		} else {
			opinion(kind+" is refused", nil)
		}
	}
	_, err = lookUp(get, keys, present, now.Add(72*time.Hour))
	refused("an epoch of three days ago", err)
	_, err = lookUp(get, keys, present, now.Add(-24*time.Hour))
	refused("an epoch from tomorrow, for a clock that is a day slow,", err)
	_, err = lookUp(get, keys, present, now.Add(24*time.Hour))
	opinion("a clock that is a day fast still reads the epoch", err)
	signedAnyhow(get, keys, present, now, refused)
	if isDisagreed {
		os.Exit(1)
	}
}
