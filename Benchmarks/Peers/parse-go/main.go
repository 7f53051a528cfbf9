// What does Go's expfmt make of text expositions, and how fast?
//
//	verdicts         for each case on standard input, of which 0x1E parts one from the next, a line: 1 when it is read
//	time FILE ROUNDS the bytes a second of the fastest round
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/common/expfmt"
)

func read(text []byte) error {
	var parser expfmt.TextParser
	_, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	return err
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "verdicts" {
		input, err := io.ReadAll(os.Stdin)
		check(err)
		for _, text := range bytes.Split(input, []byte{0x1E}) {
			if err := read(text); err != nil {
				fmt.Printf("0 %q\n", err.Error())
			} else {
				fmt.Println("1")
			}
		}
		return
	}
	text, err := os.ReadFile(os.Args[2])
	check(err)
	rounds, err := strconv.Atoi(os.Args[3])
	check(err)
	best := 0.0
	for i := 0; i < rounds; i++ {
		begin := time.Now()
		check(read(text))
		if rate := float64(len(text)) / time.Since(begin).Seconds(); rate > best {
			best = rate
		}
	}
	fmt.Printf("%.0f\n", best)
}
