// What does it cost Go's protobuf to write the same request of spans?
//
// A line "encodeSpans iterations threads" on standard input is answered by one line: the nanoseconds of one request, and
// the part of the time in which the thread had a processor; or by "unknown". The request is the file otlp-request.pb
// beside the program, which whoever asks has written.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"google.golang.org/protobuf/proto"
)

func request() *ExportTraceServiceRequest {
	program, err := os.Executable()
	if err != nil {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(filepath.Dir(program), "otlp-request.pb"))
	message := &ExportTraceServiceRequest{}
	if err != nil || proto.Unmarshal(data, message) != nil {
		return nil
	}
	// Nothing of it is unknown, and nothing is left out.
	written, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil || !bytes.Equal(written, data) {
		return nil
	}
	return message
}

func main() {
	runtime.LockOSThread()
	input := bufio.NewScanner(os.Stdin)
	var message *ExportTraceServiceRequest
	for input.Scan() {
		var name string
		var iterations, threads int
		_, err := fmt.Sscan(input.Text(), &name, &iterations, &threads)
		if message == nil {
			message = request()
		}
		if err != nil || name != "encodeSpans" || message == nil {
			fmt.Println("unknown")
			continue
		}
		started, cpu := time.Now(), threadTime()
		for i := 0; i < iterations; i++ {
			if _, err := proto.Marshal(message); err != nil {
				panic(err)
			}
		}
		nanoseconds, processor := float64(time.Since(started).Nanoseconds()), float64(threadTime()-cpu)
		fmt.Println(
			strconv.FormatFloat(nanoseconds/float64(iterations), 'g', 9, 64),
			strconv.FormatFloat(processor/nanoseconds, 'g', 4, 64))
	}
}

// The clock and not getrusage, which is only brought up to date with each tick of the scheduler.
func threadTime() int64 {
	var time syscall.Timespec
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	_, _, failed := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&time)), 0)
	if failed != 0 {
		return 0
	}
	return time.Nano()
}
