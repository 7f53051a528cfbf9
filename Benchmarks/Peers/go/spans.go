// +build otel

// What does a span cost with OpenTelemetry's SDK?
package main

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Drops what it is given.
type exporter struct{}

func (exporter) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (exporter) Shutdown(context.Context) error                             { return nil }

// The spans of Workloads/Spans.swift, with a batch processor whose settings are the default ones.
func spanWork() map[string]func(int) {
	tracer := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter{})).Tracer("bench")
	return map[string]func(int){
		"span": func(n int) {
			background := context.Background()
			for i := 0; i < n; i++ {
				_, span := tracer.Start(background, "SMTP DATA")
				span.SetAttributes(
					attribute.String("protocol", "smtp"), attribute.Int("mail.size", i), attribute.Bool("tls", true),
					attribute.Float64("score", 0.5), attribute.String("smtp.session.id", "a longer text than fits"))
				span.End()
			}
		},
	}
}
