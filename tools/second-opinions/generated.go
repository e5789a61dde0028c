// Reads an answer of verify with a client that openapi-generator made for Go: generated ANSWER. It exits with 0 where the
// verdict is `no` although the answer has a reason code that the client does not know.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"goclient"
)

func main() {
	var answer goclient.Verdict
	body, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code, _ := json.Marshal(answer.Reasons[0].Code)
	fmt.Printf("%s %s\n", answer.Verdict, code)
}
