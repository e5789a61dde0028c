// Reads a registry's log as others would: go run log.go URL CHECKPOINT [OLDER-CHECKPOINT].
//
// The checkpoint that was read is written to CHECKPOINT. With an older one the log must follow from it. Each opinion is
// one line, "agrees ..." or "DISAGREES ..."; the exit code is 1 when any disagrees.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var isDisagreed = false

func opinion(reader, said string, err error) {
	if err == nil {
		fmt.Printf("agrees     %s: %s\n", reader, said)
		return
	}
	isDisagreed = true
	fmt.Printf("DISAGREES  %s: %s: %v\n", reader, said, err)
}

// refused turns an acceptance of something false into an error.
func refused(err error) error {
	if err == nil {
		return errors.New("it was believed")
	}
	return nil
}

func get(address string) ([]byte, error) {
	answer, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, answer.Status)
	}
	return body, err
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Printf("DISAGREES  Go: cannot go on: %v\n", err)
		os.Exit(1)
	}
	return value
}

// served is one registry's log. Its tiles are read as C2SP tlog-tiles has them: without the height in the path.
type served struct {
	address string
	spoilt  bool
}

func (s served) Height() int { return height }

func (s served) SaveTiles([]tlog.Tile, [][]byte) {}

func (s served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		body, err := get(s.address + "/log/" + withoutHeight(tile))
		if err != nil {
			return nil, err
		}
		if s.spoilt {
			body[0] ^= 1
		}
		all = append(all, body)
	}
	return all, nil
}

func withoutHeight(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}

// entries reads all leaves from their bundles.
func (s served) entries(size int64) ([][]byte, error) {
	var leaves [][]byte
	for begin := int64(0); begin < size; begin += 1 << height {
		width := min(size-begin, 1<<height)
		tile := tlog.Tile{H: height, L: -1, N: begin >> height, W: int(width)}
		path := strings.Replace(withoutHeight(tile), "tile/data/", "tile/entries/", 1)
		body, err := get(s.address + "/log/" + path)
		if err != nil {
			return nil, err
		}
		for range width {
			if len(body) < 2 || len(body) < 2+int(binary.BigEndian.Uint16(body)) {
				return nil, fmt.Errorf("%s ends early", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(body))
			leaves = append(leaves, body[2:end])
			body = body[end:]
		}
		if len(body) != 0 {
			return nil, fmt.Errorf("%s has %d bytes too many", path, len(body))
		}
	}
	return leaves, nil
}

type head struct {
	tlog.Tree
	origin string
}

func read(signed []byte, verifiers note.Verifiers) (head, error) {
	opened, err := note.Open(signed, verifiers)
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return head{}, fmt.Errorf("a checkpoint of three lines was expected: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return head{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return head{tlog.Tree{N: size, Hash: root}, lines[0]}, err
}

// rebuilt is the root over all leaves, made from nothing else.
func rebuilt(leaves [][]byte) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, more...)
	}
	return tlog.TreeHash(int64(len(leaves)), reader)
}

func slices(hashes []tlog.Hash) [][]byte {
	var all [][]byte
	for i := range hashes {
		all = append(all, hashes[i][:])
	}
	return all
}

func equal(found, wanted tlog.Hash) error {
	if found != wanted {
		return fmt.Errorf("found %s where %s was expected", found, wanted)
	}
	return nil
}

func main() {
	address, kept := os.Args[1], os.Args[2]
	log := served{address: address}
	var known []note.Verifier
	for _, line := range strings.Fields(string(must(get(address + "/log/vkey")))) {
		known = append(known, must(note.NewVerifier(line)))
	}
	verifiers := note.VerifierList(known...)
	signed := must(get(address + "/log/checkpoint"))
	latest := checkpoint(signed, known, verifiers)
	leaves := must(log.entries(latest.N))
	hashes := tlog.TileHashReader(latest.Tree, log)
	tree(log, latest, leaves, hashes)
	given := must(get(fmt.Sprintf("%s/log/proof/%d", address, latest.N/2)))
	opinion("x/mod/sumdb", fmt.Sprintf("the proof served for entry %d holds", latest.N/2),
		checkProof(given, leaves[latest.N/2], verifiers))
	opinion("x/mod/sumdb", "the same proof for another entry is refused",
		refused(checkProof(given, leaves[latest.N/2-1], verifiers)))
	if len(os.Args) > 3 {
		older := must(read(must(os.ReadFile(os.Args[3])), verifiers))
		growth(older, latest, hashes)
	}
	must(0, os.WriteFile(kept, signed, 0o600))
	if isDisagreed {
		os.Exit(1)
	}
}

func checkpoint(signed []byte, known []note.Verifier, verifiers note.Verifiers) head {
	latest, err := read(signed, verifiers)
	opinion("x/mod/sumdb", fmt.Sprintf("the checkpoint over %d entries is signed by the key of /log/vkey", latest.N), err)
	parsed, _, _, err := formats(signed, latest.origin, known[0])
	if err == nil && (parsed.Size != uint64(latest.N) || !bytes.Equal(parsed.Hash, latest.Hash[:])) {
		err = errors.New("it reads another size or root")
	}
	opinion("transparency-dev/formats", "the same checkpoint, of the same size and root", err)
	grown := bytes.Replace(signed, fmt.Appendf(nil, "\n%d\n", latest.N), fmt.Appendf(nil, "\n%d\n", latest.N+1), 1)
	_, err = read(grown, verifiers)
	opinion("x/mod/sumdb", "a checkpoint with another size is refused", refused(err))
	_, _, _, err = formats(grown, latest.origin, known[0])
	opinion("transparency-dev/formats", "a checkpoint with another size is refused", refused(err))
	return latest
}

var formats = log.ParseCheckpoint

func tree(log served, latest head, leaves [][]byte, hashes tlog.HashReader) {
	root, err := rebuilt(leaves)
	if err == nil {
		err = equal(root, latest.Hash)
	}
	opinion("x/mod/sumdb", fmt.Sprintf("%d entries from their bundles have the signed root", len(leaves)), err)
	root, err = tlog.TreeHash(latest.N, hashes)
	if err == nil {
		err = equal(root, latest.Hash)
	}
	opinion("x/mod/sumdb", "so have the tiles", err)
	var x, merkle, changed error
	for i, leaf := range leaves {
		index, hash := int64(i), tlog.RecordHash(leaf)
		proven, err := tlog.ProveRecord(latest.N, index, hashes)
		if err == nil {
			err = tlog.CheckRecord(proven, latest.N, latest.Hash, index, hash)
		}
		x = errors.Join(x, err)
		inclusion := slices(proven)
		merkle = errors.Join(merkle, proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(latest.N),
			rfc6962.DefaultHasher.HashLeaf(leaf), inclusion, latest.Hash[:]))
		spoilt := bytes.Clone(leaf)
		spoilt[len(spoilt)/2] ^= 1
		changed = errors.Join(changed, refused(tlog.CheckRecord(proven, latest.N, latest.Hash, index, tlog.RecordHash(spoilt))))
		changed = errors.Join(changed, refused(proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(latest.N),
			rfc6962.DefaultHasher.HashLeaf(spoilt), inclusion, latest.Hash[:])))
	}
	opinion("x/mod/sumdb", fmt.Sprintf("the tiles prove each of %d entries", len(leaves)), x)
	opinion("transparency-dev/merkle", fmt.Sprintf("the tiles prove each of %d entries", len(leaves)), merkle)
	opinion("both", "each entry with one bit changed is refused", changed)
	_, err = tlog.ProveRecord(latest.N, 0, tlog.TileHashReader(latest.Tree, served{log.address, true}))
	opinion("x/mod/sumdb", "tiles with one bit changed are refused", refused(err))
}

// checkProof reads a C2SP tlog-proof: index, hashes, and a checkpoint that must be signed.
func checkProof(text, leaf []byte, verifiers note.Verifiers) error {
	above, signed, isWhole := strings.Cut(string(text), "\n\n")
	lines := strings.Split(above, "\n")
	if !isWhole || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("it is no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proven tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return fmt.Errorf("%q is no hash", line)
		}
		proven = append(proven, tlog.Hash(raw))
	}
	under, err := read([]byte(signed), verifiers)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proven, under.N, under.Hash, index, tlog.RecordHash(leaf))
}

func growth(older, latest head, hashes tlog.HashReader) {
	if older.N >= latest.N {
		opinion("Go", "the log has grown", fmt.Errorf("from %d to %d", older.N, latest.N))
		return
	}
	said := fmt.Sprintf("the log of %d entries follows from that of %d", latest.N, older.N)
	proven, err := tlog.ProveTree(latest.N, older.N, hashes)
	if err == nil {
		err = tlog.CheckTree(proven, latest.N, latest.Hash, older.N, older.Hash)
	}
	opinion("x/mod/sumdb", said, err)
	sizes := [2]uint64{uint64(older.N), uint64(latest.N)}
	opinion("transparency-dev/merkle", said, proof.VerifyConsistency(
		rfc6962.DefaultHasher, sizes[0], sizes[1], slices(proven), older.Hash[:], latest.Hash[:]))
	other := older.Hash
	other[0] ^= 1
	err = errors.Join(
		refused(tlog.CheckTree(proven, latest.N, latest.Hash, older.N, other)),
		refused(proof.VerifyConsistency(rfc6962.DefaultHasher, sizes[0], sizes[1], slices(proven), other[:], latest.Hash[:])))
	opinion("both", "that it follows from another past is refused", err)
}
