// What does promtool say of metrics that are named well, and badly?

import Testing

/// An exposition, and what `promtool check metrics` of Prometheus 2.42 says of it, each line once. Recorded
/// by `Tests/Acceptance/promtool_corpus.py --update`.
struct PromtoolExample: Sendable, CustomTestStringConvertible {
  let title: String
  let text: String
  let said: [String]

  var testDescription: String { title }

  static let all: [PromtoolExample] = corpus.split(separator: "==== ").map { block in
    let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
    let middle = lines.firstIndex(of: "----") ?? lines.endIndex
    return PromtoolExample(
      title: String(lines[0]), text: lines[1..<middle].map { $0 + "\n" }.joined(),
      said: lines[middle...].dropFirst().filter { !$0.isEmpty }.map(String.init))
  }

  private static let corpus = #"""
    ==== a counter, well named
    # HELP mail_received_total Mails taken in.
    # TYPE mail_received_total counter
    mail_received_total{protocol="smtp"} 1
    ----
    ==== a gauge, well named
    # HELP queue_bytes Size of the queue.
    # TYPE queue_bytes gauge
    queue_bytes 5
    ----
    ==== a histogram, well named
    # HELP wait_seconds Wait.
    # TYPE wait_seconds histogram
    wait_seconds_bucket{le="0.5"} 1
    wait_seconds_bucket{le="+Inf"} 2
    wait_seconds_sum 2.5
    wait_seconds_count 2
    ----
    ==== a summary, well named
    # HELP wait_seconds Wait.
    # TYPE wait_seconds summary
    wait_seconds{quantile="0.5"} 1
    wait_seconds_sum 2.5
    wait_seconds_count 2
    ----
    ==== words that only look like units
    # HELP thermometers_total Sold.
    # TYPE thermometers_total counter
    thermometers_total 1
    # HELP ms_gone Ms.
    # TYPE ms_gone gauge
    ms_gone 1
    # HELP gauge_of Gauge.
    # TYPE gauge_of gauge
    gauge_of 1
    ----
    ==== metres and kelvin
    # HELP depth_metres Depth.
    # TYPE depth_metres gauge
    depth_metres 1
    # HELP light_kelvin Colour.
    # TYPE light_kelvin gauge
    light_kelvin 1
    ----
    ==== no help
    # TYPE x gauge
    x 1
    ----
    x no help text
    ==== an empty help
    # HELP x
    # TYPE x gauge
    x 1
    ----
    x no help text
    ==== neither help nor type
    x 1
    ----
    x no help text
    ==== a counter without total
    # HELP requests Help.
    # TYPE requests counter
    requests 1
    ----
    requests counter metrics should have "_total" suffix
    ==== a counter with total in the middle
    # HELP requests_total_in Help.
    # TYPE requests_total_in counter
    requests_total_in 1
    ----
    requests_total_in counter metrics should have "_total" suffix
    ==== a gauge with total
    # HELP requests_total Help.
    # TYPE requests_total gauge
    requests_total 1
    ----
    requests_total non-counter metrics should not have "_total" suffix
    ==== a histogram with total
    # HELP wait_total Help.
    # TYPE wait_total histogram
    wait_total_bucket{le="+Inf"} 1
    wait_total_sum 1
    wait_total_count 1
    ----
    wait_total non-counter metrics should not have "_total" suffix
    ==== a summary with total
    # HELP wait_total Help.
    # TYPE wait_total summary
    wait_total{quantile="0.5"} 1
    ----
    wait_total non-counter metrics should not have "_total" suffix
    ==== an untyped one with total
    # HELP requests_total Help.
    # TYPE requests_total untyped
    requests_total 1
    ----
    ==== a gauge with bucket
    # HELP x_bucket Help.
    # TYPE x_bucket gauge
    x_bucket 1
    ----
    x_bucket non-histogram metrics should not have "_bucket" suffix
    ==== a counter with count
    # HELP x_count Help.
    # TYPE x_count counter
    x_count 1
    ----
    x_count counter metrics should have "_total" suffix
    x_count non-histogram and non-summary metrics should not have "_count" suffix
    ==== a gauge with count
    # HELP x_count Help.
    # TYPE x_count gauge
    x_count 1
    ----
    x_count non-histogram and non-summary metrics should not have "_count" suffix
    ==== a gauge with sum
    # HELP x_sum Help.
    # TYPE x_sum gauge
    x_sum 1
    ----
    x_sum non-histogram and non-summary metrics should not have "_sum" suffix
    ==== a summary with bucket
    # HELP x_bucket Help.
    # TYPE x_bucket summary
    x_bucket{quantile="0.5"} 1
    ----
    x_bucket non-histogram metrics should not have "_bucket" suffix
    ==== an untyped one with bucket
    # HELP x_bucket Help.
    # TYPE x_bucket untyped
    x_bucket 1
    ----
    ==== a gauge with le
    # HELP x Help.
    # TYPE x gauge
    x{le="1"} 1
    x{le="2"} 2
    ----
    x non-histogram metrics should not have "le" label
    ==== a counter with quantile
    # HELP x_total Help.
    # TYPE x_total counter
    x_total{quantile="0.5"} 1
    ----
    x_total non-summary metrics should not have "quantile" label
    ==== a histogram with quantile
    # HELP x Help.
    # TYPE x histogram
    x_bucket{le="+Inf",quantile="1"} 1
    ----
    x non-summary metrics should not have "quantile" label
    ==== a summary with le
    # HELP x Help.
    # TYPE x summary
    x{quantile="0.5",le="1"} 1
    ----
    x non-histogram metrics should not have "le" label
    ==== an untyped one with le
    # HELP x Help.
    # TYPE x untyped
    x{le="1"} 1
    ----
    ==== milliseconds
    # HELP wait_milliseconds Help.
    # TYPE wait_milliseconds gauge
    wait_milliseconds 1
    ----
    wait_milliseconds use base unit "seconds" instead of "milliseconds"
    ==== minutes
    # HELP uptime_minutes Help.
    # TYPE uptime_minutes gauge
    uptime_minutes 1
    ----
    uptime_minutes use base unit "seconds" instead of "minutes"
    ==== hours in the middle
    # HELP up_hours_now Help.
    # TYPE up_hours_now gauge
    up_hours_now 1
    ----
    up_hours_now use base unit "seconds" instead of "hours"
    ==== days in front
    # HELP days_left Help.
    # TYPE days_left gauge
    days_left 1
    ----
    days_left use base unit "seconds" instead of "days"
    ==== weeks
    # HELP age_weeks Help.
    # TYPE age_weeks gauge
    age_weeks 1
    ----
    age_weeks use base unit "seconds" instead of "weeks"
    ==== kilobytes
    # HELP queue_kilobytes Help.
    # TYPE queue_kilobytes gauge
    queue_kilobytes 1
    ----
    queue_kilobytes use base unit "bytes" instead of "kilobytes"
    ==== mibibytes
    # HELP queue_mibibytes Help.
    # TYPE queue_mibibytes gauge
    queue_mibibytes 1
    ----
    queue_mibibytes use base unit "bytes" instead of "mibibytes"
    ==== bits
    # HELP link_bits_total Help.
    # TYPE link_bits_total counter
    link_bits_total 1
    ----
    link_bits_total use base unit "bytes" instead of "bits"
    ==== gigabits
    # HELP link_gigabits Help.
    # TYPE link_gigabits gauge
    link_gigabits 1
    ----
    link_gigabits use base unit "bytes" instead of "gigabits"
    ==== fahrenheit
    # HELP room_fahrenheit Help.
    # TYPE room_fahrenheit gauge
    room_fahrenheit 1
    ----
    room_fahrenheit use base unit "celsius" instead of "fahrenheit"
    ==== kelvins
    # HELP room_kelvins Help.
    # TYPE room_kelvins gauge
    room_kelvins 1
    ----
    room_kelvins use base unit "kelvin" instead of "kelvins"
    ==== inches
    # HELP disk_inches Help.
    # TYPE disk_inches gauge
    disk_inches 1
    ----
    disk_inches use base unit "meters" instead of "inches"
    ==== ounces
    # HELP letter_ounces Help.
    # TYPE letter_ounces gauge
    letter_ounces 1
    ----
    letter_ounces use base unit "grams" instead of "ounces"
    ==== calories
    # HELP eaten_calories_total Help.
    # TYPE eaten_calories_total counter
    eaten_calories_total 1
    ----
    eaten_calories_total use base unit "joules" instead of "calories"
    ==== kilometres
    # HELP way_kilometres Help.
    # TYPE way_kilometres gauge
    way_kilometres 1
    ----
    way_kilometres use base unit "metres" instead of "kilometres"
    ==== an abbreviated ms
    # HELP wait_ms Help.
    # TYPE wait_ms gauge
    wait_ms 1
    ----
    wait_ms metric names should not contain abbreviated units
    ==== an abbreviated s in the middle
    # HELP wait_s_max Help.
    # TYPE wait_s_max gauge
    wait_s_max 1
    ----
    wait_s_max metric names should not contain abbreviated units
    ==== an abbreviated MB
    # HELP queue_MB Help.
    # TYPE queue_MB gauge
    queue_MB 1
    ----
    queue_MB metric names should not contain abbreviated units
    ==== two abbreviations
    # HELP rate_kb_s Help.
    # TYPE rate_kb_s gauge
    rate_kb_s 1
    ----
    rate_kb_s metric names should not contain abbreviated units
    ==== an abbreviated sec
    # HELP wait_sec_total Help.
    # TYPE wait_sec_total counter
    wait_sec_total 1
    ----
    wait_sec_total metric names should not contain abbreviated units
    ==== an abbreviated d after a double underscore
    # HELP age__d Help.
    # TYPE age__d gauge
    age__d 1
    ----
    age__d metric names should not contain abbreviated units
    ==== a type at the end
    # HELP queue_gauge Help.
    # TYPE queue_gauge gauge
    queue_gauge 1
    ----
    queue_gauge metric name should not include type 'gauge'
    ==== a type in the middle
    # HELP my_counter_total Help.
    # TYPE my_counter_total counter
    my_counter_total 1
    ----
    my_counter_total metric name should not include type 'counter'
    ==== a type in capitals
    # HELP wait_Histogram Help.
    # TYPE wait_Histogram gauge
    wait_Histogram 1
    ----
    wait_Histogram metric name should not include type 'histogram'
    ==== two types
    # HELP a_gauge_histogram Help.
    # TYPE a_gauge_histogram gauge
    a_gauge_histogram 1
    ----
    a_gauge_histogram metric name should not include type 'gauge'
    a_gauge_histogram metric name should not include type 'gauge_histogram'
    a_gauge_histogram metric name should not include type 'histogram'
    ==== a summary in the name
    # HELP a_summary_b Help.
    # TYPE a_summary_b gauge
    a_summary_b 1
    ----
    a_summary_b metric name should not include type 'summary'
    a_summary_b metric names should not contain abbreviated units
    ==== a colon
    # HELP job:mails:rate Help.
    # TYPE job:mails:rate gauge
    job:mails:rate 1
    ----
    job:mails:rate metric names should not contain ':'
    ==== camelCase
    # HELP queueSize Help.
    # TYPE queueSize gauge
    queueSize 1
    ----
    queueSize metric names should be written in 'snake_case' not 'camelCase'
    ==== a label in camelCase
    # HELP x Help.
    # TYPE x gauge
    x{remoteHost="1"} 1
    x{remoteHost="2"} 1
    ----
    x label names should be written in 'snake_case' not 'camelCase'
    ==== a histogram's label in camelCase
    # HELP x Help.
    # TYPE x histogram
    x_bucket{mailKind="a",le="+Inf"} 1
    x_sum{mailKind="a"} 1
    x_count{mailKind="a"} 1
    ----
    x label names should be written in 'snake_case' not 'camelCase'
    ==== everything at once
    # TYPE myApp:queue_counter_Ms_bucket counter
    myApp:queue_counter_Ms_bucket{le="1",quantile="2",aB="3"} 1
    ----
    myApp:queue_counter_Ms_bucket counter metrics should have "_total" suffix
    myApp:queue_counter_Ms_bucket label names should be written in 'snake_case' not 'camelCase'
    myApp:queue_counter_Ms_bucket metric name should not include type 'counter'
    myApp:queue_counter_Ms_bucket metric names should be written in 'snake_case' not 'camelCase'
    myApp:queue_counter_Ms_bucket metric names should not contain ':'
    myApp:queue_counter_Ms_bucket metric names should not contain abbreviated units
    myApp:queue_counter_Ms_bucket no help text
    myApp:queue_counter_Ms_bucket non-histogram metrics should not have "_bucket" suffix
    myApp:queue_counter_Ms_bucket non-histogram metrics should not have "le" label
    myApp:queue_counter_Ms_bucket non-summary metrics should not have "quantile" label
    ==== descriptions without samples
    # TYPE gone_ms gauge
    # HELP here Help.
    # TYPE here gauge
    here 1
    ----
    ==== samples of a histogram without its type
    x_bucket{le="+Inf"} 1
    x_sum 1
    x_count 1
    ----
    x_bucket no help text
    x_count no help text
    x_sum no help text
    """#
}
