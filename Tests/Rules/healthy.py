"""What do mail servers export on a good day?

Each series is a gauge with its value, or a counter with its rise a minute. `#` stands for the namespace.
"""

GAUGE, COUNTER = "gauge", "counter"


def gauge(value):
    return GAUGE, value


def counter(rise):
    return COUNTER, rise


def histogram(name, labels, in_time, bound, rise):
    """A histogram of which all observations are within a bound; the bound below has none."""
    def series(suffix, le=None):
        text = ",".join(filter(None, [labels, f'le="{le}"' if le else ""]))
        return f"{name}{suffix}" + (f"{{{text}}}" if text else "")
    return {
        series("_bucket", in_time): counter(rise), series("_bucket", bound): counter(rise),
        series("_bucket", "+Inf"): counter(rise), series("_count"): counter(rise), series("_sum"): counter(rise * 0.01)}


HEALTHY = {
    "up": gauge(1),
    "scrape_duration_seconds": gauge(0.05),
    "process_start_time_seconds": gauge(100),
    "process_open_fds": gauge(100),
    "process_max_fds": gauge(1000),
    "process_resident_memory_bytes": gauge(2e8),
    "process_cgroup_memory_limit_bytes": gauge(1e9),
    "process_cgroup_memory_bytes": gauge(3e8),
    "process_cgroup_memory_working_set_bytes": gauge(2e8),
    "process_cgroup_cpu_periods_total": counter(600),
    "process_cgroup_cpu_throttled_periods_total": counter(6),
    "process_cpu_seconds_total": counter(3),

    "#observability_series": gauge(700),
    '#observability_http_rejected_total{reason="malformed_field"}': counter(1),
    '#observability_rejected_total{reason="negative"}': counter(0),
    '#observability_rejected_total{reason="removed_series"}': counter(0),
    '#observability_overflow_total{family="smtp_replies_total"}': counter(0),
    '#observability_spans_total{outcome="exported"}': counter(100),
    '#observability_spans_total{outcome="not_sampled"}': counter(1000),
    '#observability_spans_total{outcome="dropped_queue"}': counter(0),
    '#observability_spans_total{outcome="dropped_export"}': counter(0),
    '#observability_spans_total{outcome="dropped_shutdown"}': counter(0),
    '#observability_spans_total{outcome="rejected"}': counter(0),
    '#observability_exports_total{signal="traces",result="success"}': counter(10),
    '#observability_exports_total{signal="traces",result="partial"}': counter(0),
    '#observability_exports_total{signal="traces",result="failure"}': counter(0),
    "#observability_credentials_last_reload_successful": gauge(1),
    '#collector_success{collector="health"}': gauge(1),

    **{f'#health_check_status{{check="{check}"}}': gauge(1)
       for check in ("executor", "queue", "delivery", "storage", "authentication", "directory", "relay", "certificate")},
    **{f'#health_check_blocks{{check="{check}"}}': gauge(int(check != "certificate"))
       for check in ("executor", "queue", "delivery", "storage", "authentication", "directory", "relay", "certificate")},
    **{f'#health_check_transitions_total{{check="relay",to="{state}"}}': counter(0) for state in ("pass", "warn", "fail")},
    **histogram("#executor_delay_seconds", "", "0.5", "1", 60),
    '#executor_delay_seconds_bucket{le="2.5"}': counter(60),

    "#queue_size": gauge(50),
    "#queue_oldest_message_age_seconds": gauge(600),
    '#delivery_attempts_total{recipient="local",result="delivered"}': counter(60),
    '#delivery_attempts_total{recipient="remote",result="delivered"}': counter(60),
    '#delivery_attempts_total{recipient="remote",result="temporary_failure"}': counter(6),
    '#delivery_attempts_total{recipient="remote",result="permanent_failure"}': counter(2),
    '#delivery_attempts_total{recipient="remote",result="timeout"}': counter(0),
    '#delivery_attempts_total{recipient="remote",result="error"}': counter(0),
    '#delivery_failures_total{reason="reply_4xx"}': counter(6),
    '#delivery_failures_total{reason="reply_5xx"}': counter(2),
    '#delivery_failures_total{reason="dns"}': counter(0),

    '#smtp_messages_rejected_total{reason="spam"}': counter(0.5),
    '#smtp_messages_rejected_total{reason="relay_denied"}': counter(0),
    '#authentication_attempts_total{protocol="submission",result="success"}': counter(4),
    '#authentication_attempts_total{protocol="submission",result="failure"}': counter(0.5),
    '#authentication_attempts_total{protocol="submission",result="rate_limited"}': counter(0),
    '#authentication_attempts_total{protocol="submission",result="error"}': counter(0),
    '#authentication_attempts_total{protocol="imap",result="success"}': counter(4),
    '#authentication_attempts_total{protocol="imap",result="failure"}': counter(0.2),
    '#authentication_attempts_total{protocol="imap",result="error"}': counter(0),
    '#active_connections{protocol="smtp"}': gauge(20),
    '#connections_limit{protocol="smtp"}': gauge(100),
    '#active_connections{protocol="imap"}': gauge(5000),

    '#tls_sessions_total{tls="yes"}': counter(10),
    '#tls_sessions_total{tls="starttls"}': counter(10),
    '#tls_sessions_total{tls="no"}': counter(500),
    '#tls_outgoing_sessions_total{status="secure"}': counter(10),
    '#tls_outgoing_sessions_total{status="insecure"}': counter(10),
    '#tls_outgoing_sessions_total{status="plain"}': counter(500),
    '#tls_handshake_errors_total{direction="incoming"}': counter(0.1),
    '#tls_handshake_errors_total{direction="outgoing"}': counter(0.1),
    '#tls_certificate_not_after_timestamp_seconds{certificate="mx"}': gauge(90 * 86400),

    '#filesystem_avail_bytes{path="/var/mail"}': gauge(5e11),
    '#filesystem_size_bytes{path="/var/mail"}': gauge(1e12),
    "#storage_bytes": gauge(10e9),
    "#mailboxes": gauge(1000),

    **histogram("#message_processing_latency_seconds", "", "2.5", "5", 60),
    **histogram("#smtp_command_duration_seconds", 'command="mail"', "0.5", "1", 100),
    **histogram("#imap_command_duration_seconds", 'command="fetch"', "0.5", "1", 100),
    **histogram("#jmap_request_duration_seconds", "", "0.5", "1", 50),
    # Waits for news as long as there are none: slow, and nobody's fault.
    '#imap_command_duration_seconds_bucket{command="idle",le="0.5"}': counter(0),
    '#imap_command_duration_seconds_bucket{command="idle",le="+Inf"}': counter(100),
    '#imap_command_duration_seconds_count{command="idle"}': counter(100),
    '#smtp_command_duration_seconds_bucket{command="data",le="0.5"}': counter(0),
    '#smtp_command_duration_seconds_bucket{command="data",le="+Inf"}': counter(100),
    '#smtp_command_duration_seconds_count{command="data"}': counter(100),
}
