// What does the same work cost with client_golang, with VictoriaMetrics/metrics, and with OpenTelemetry?
//
// A line "name iterations threads" on standard input is answered by one line: the nanoseconds of one operation in each
// thread, and the part of the time in which the threads had a processor; or by "unknown".
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/VictoriaMetrics/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

var buckets = []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// The values of Workloads/Values.swift.
var values = func() []float64 {
	values := make([]float64, 1024)
	for i := range values {
		values[i] = 0.0005 * math.Pow(2, float64(i*619%1024)/1024*15)
	}
	return values
}()

var protocols = []string{"smtp", "submission"}
var directions = []string{"received", "sent"}
var results = []string{"delivered", "temporary_failure", "permanent_failure", "timeout"}
var domains = []string{"example.org", "mail.example.com", "lists.example.net", "subdomain.example.co.uk"}

func counterRegistry(n int) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	family := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "bench_messages_total", Help: "Messages."}, []string{"domain", "result"})
	registry.MustRegister(family)
	for i := 0; i < n; i++ {
		family.WithLabelValues(fmt.Sprintf("host-%06d.example.org", i), "accepted").Add(float64(i * 7919 % 100000))
	}
	return registry
}

func histogramRegistry(n int) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	family := prometheus.NewHistogramVec(
		prometheus.HistogramOpts{Name: "bench_duration_seconds", Help: "Durations.", Buckets: buckets},
		[]string{"domain", "result"})
	registry.MustRegister(family)
	for i := 0; i < n; i++ {
		series := family.WithLabelValues(fmt.Sprintf("host-%06d.example.org", i), "accepted")
		for k := 0; k < 20; k++ {
			series.Observe(values[(i*31+k)&1023])
		}
	}
	return registry
}

func encoder(make func() *prometheus.Registry) func(int) {
	var registry *prometheus.Registry
	var buffer bytes.Buffer
	return func(n int) {
		if registry == nil {
			registry = make()
		}
		for i := 0; i < n; i++ {
			buffer.Reset()
			families, err := registry.Gather()
			if err != nil {
				panic(err)
			}
			encoder := expfmt.NewEncoder(&buffer, expfmt.FmtText)
			for _, family := range families {
				if err := encoder.Encode(family); err != nil {
					panic(err)
				}
			}
		}
	}
}

func vmEncoder() func(int) {
	var set *metrics.Set
	var buffer bytes.Buffer
	return func(n int) {
		if set == nil {
			set = metrics.NewSet()
			for i := 0; i < 10000; i++ {
				set.NewCounter(fmt.Sprintf(
					`bench_messages_total{domain="host-%06d.example.org",result="accepted"}`, i)).Add(i * 7919 % 100000)
			}
		}
		for i := 0; i < n; i++ {
			buffer.Reset()
			set.WritePrometheus(&buffer)
		}
	}
}

func main() {
	vmCounter := metrics.NewCounter("vm_total")
	vmHistogram := metrics.NewHistogram("vm_seconds")
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "c_total"})
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "g"})
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "h", Buckets: buckets})
	family := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "f_total"}, []string{"protocol", "direction", "result", "domain"})
	work := map[string]func(int){
		"counter": func(n int) {
			for i := 0; i < n; i++ {
				counter.Inc()
			}
		},
		"gauge": func(n int) {
			for i := 0; i < n; i++ {
				if i&1 == 0 {
					gauge.Inc()
				} else {
					gauge.Dec()
				}
			}
		},
		"vmCounter": func(n int) {
			for i := 0; i < n; i++ {
				vmCounter.Inc()
			}
		},
		"vmHistogram": func(n int) {
			for i := 0; i < n; i++ {
				vmHistogram.Update(values[i&1023])
			}
		},
		"vmEncodeCounters": vmEncoder(),
		"histogram": func(n int) {
			for i := 0; i < n; i++ {
				histogram.Observe(values[i&1023])
			}
		},
		"lookup": func(n int) {
			for i := 0; i < n; i++ {
				family.WithLabelValues(
					protocols[i&1], directions[i>>1&1], results[i>>2&3], domains[i>>4&3]).Inc()
			}
		},
		"encodeCounters":   encoder(func() *prometheus.Registry { return counterRegistry(10000) }),
		"encodeHistograms": encoder(func() *prometheus.Registry { return histogramRegistry(1000) }),
	}
	for name, body := range spanWork() {
		work[name] = body
	}
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		var name string
		var iterations, threads int
		if _, err := fmt.Sscan(input.Text(), &name, &iterations, &threads); err != nil || work[name] == nil {
			fmt.Println("unknown")
			continue
		}
		nanoseconds, processor := run(work[name], iterations, threads)
		fmt.Println(
			strconv.FormatFloat(nanoseconds/float64(iterations), 'g', 9, 64),
			strconv.FormatFloat(processor/(nanoseconds*float64(threads)), 'g', 4, 64))
	}
}

// Starts the threads together; the time is from then to the end of the last one.
func run(body func(int), iterations, threads int) (nanoseconds, processor float64) {
	var ready int32
	var done sync.WaitGroup
	var begin, end time.Time
	var used int64
	var lock sync.Mutex
	for t := 0; t < threads; t++ {
		done.Add(1)
		go func() {
			runtime.LockOSThread()
			defer done.Done()
			atomic.AddInt32(&ready, 1)
			for atomic.LoadInt32(&ready) < int32(threads) {
			}
			started, cpu := time.Now(), threadTime()
			body(iterations)
			finished, spent := time.Now(), threadTime()-cpu
			lock.Lock()
			defer lock.Unlock()
			if begin.IsZero() || started.Before(begin) {
				begin = started
			}
			if finished.After(end) {
				end = finished
			}
			used += spent
		}()
	}
	done.Wait()
	return float64(end.Sub(begin).Nanoseconds()), float64(used)
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
