// What Go's net/http does with the same requests, with the limits and deadlines that the library has. With an
// argument it also holds that many counters of client_golang to scrape. Prints its port.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

func register(series int) {
	for family := 0; family < series/1000; family++ {
		counters := prometheus.NewCounterVec(
			prometheus.CounterOpts{Name: fmt.Sprintf("bench_%d_total", family), Help: "One of many."},
			[]string{"host"})
		prometheus.MustRegister(counters)
		for host := 0; host < 1000; host++ {
			counters.WithLabelValues(fmt.Sprintf("host-%d.example.com", host)).Add(float64(host))
		}
	}
}

func main() {
	if len(os.Args) > 1 {
		series, err := strconv.Atoi(os.Args[1])
		if err != nil {
			log.Fatal(err)
		}
		register(series)
	}
	body := []byte(`{"alive":true}`)
	routes := http.NewServeMux()
	routes.HandleFunc("/live", func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Vary", "Accept")
		w.Write(body)
	})
	routes.Handle("/metrics", promhttp.HandlerFor(
		prometheus.DefaultGatherer, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	server := &http.Server{
		Handler: routes, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second, MaxHeaderBytes: 16 << 10,
	}
	log.Fatal(server.Serve(netutil.LimitListener(listener, 272)))
}
