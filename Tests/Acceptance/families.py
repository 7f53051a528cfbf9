"""Which families of the catalogue cannot be moved by real traffic of the example, and why?"""

MTA_STS = "MTA-STS policies are fetched over HTTPS from other domains; the example has no network"
SENDER_CHECK = "needs DNS, which the example does not ask"
TLS = "the example offers no TLS and makes none"

UNMOVED = {
    **{
        f"mta_sts_cache_{name}_total": MTA_STS
        for name in (
            "expired failed_fetches fetches hits invalid io_errors marshal_errors refresh_cycles refresh_errors "
            "refreshes unmarshal_errors"
        ).split()
    },
    "mta_sts_checks_total": MTA_STS,
    "health_draining": "the server does not end while it is watched",
    "health_maintenance": "nobody has announced maintenance",
    "spf_results_total": SENDER_CHECK,
    "dkim_results_total": SENDER_CHECK,
    "dmarc_results_total": SENDER_CHECK,
    "arc_results_total": SENDER_CHECK,
    "dane_results_total": SENDER_CHECK,
    "security_level_checks_total": TLS,
    "tls_handshake_errors_total": TLS,
    "tls_certificate_not_after_timestamp_seconds": TLS,
    "push_delivery_failures_total": "a push fails only when its client vanishes in the same instant",
    "source_timestamp_seconds": "set by a release build, not by the example",
    "observability_overflow_total": "no bounded label has more values than its limit here",
    "observability_rejected_total": "the example records nothing that must be refused",
    "observability_export_queue_spans": "nothing is exported here: tracing.py has a collector",
    "observability_span_changes_after_end_total": "the example ends each span once, and changes none after that",
    "filesystem_avail_bytes": "the store is in memory: the example watches no disk",
    "filesystem_size_bytes": "the store is in memory: the example watches no disk",
    "filesystem_files_free": "the store is in memory: the example watches no disk",
}
