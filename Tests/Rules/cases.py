"""Which data makes each alert fire, and which is just not enough?

Two healthy servers, of which the first changes at a minute: `fires` and `near` say what to, each alternative by itself.
A number is the gauge's new value or the counter's new rise a minute, GONE a series that ends, a text the values themselves
as promtool writes them. `at` is the minute at which the alert fires, to the step: neither before nor after.
"""

import dataclasses

GONE = object()
# Every series of both servers.
ALL = "*"
# Among changes: both servers change.
BOTH = "both"


@dataclasses.dataclass
class Case:
    name: str
    # Of pairs: what changes, and the minute at which the alert fires. The first has the labels and the description.
    fires: list
    near: list
    labels: dict
    says: str
    change: int = 40
    step: int = 1
    # Whether both servers change.
    both: bool = False
    # Of pairs: what changes and changes back, and a minute at which the alert is silent again.
    over: list = dataclasses.field(default_factory=list)
    # Of pairs: what changes, and a minute at which the alert still fires.
    still: list = dataclasses.field(default_factory=list)
    # Until when the data that is just below is watched; else for as long as the alert takes to fire.
    until: int = 0


CASES = []


def case(name, fires, near, labels, says, **more):
    CASES.append(Case(name, fires, near, labels, says, **more))


def burst(minute, *values, after):
    """A text: the first value until a minute, the others one a minute, and the last from then on."""
    return " ".join([f"{values[0]}+0x{minute - 1}", *map(str, values[1:]), f"{after}+0x300"])


# Without a word of its own: healthy data is just below.
HEALTHY_IS_NEAR = [{}]

case("MailServerDown", [({"up": 0}, 42)], [{"up": "1+0x39 0 0 1+0x300"}], {},
    "mx1:9464 of {job} has not answered for 2 minutes: up is 0.")
case(
    "MailServerNoData", [({ALL: GONE}, 45), ({"#observability_series": GONE}, 45)],
    [{ALL: "1+0x39 _x8 1+0x300"}, {ALL: GONE, "up": 0}], {},
    "No target of the mail servers' job is scraped, or what is scraped has none of their metrics (value 1).", both=True)
case(
    "MailScrapeFlapping", [({"up": burst(40, 1, 0, 1, 0, after=1)}, 43), ({"up": "1+0x39 0 1+0x18 0 1+0x300"}, 61)],
    [{"up": burst(40, 1, 0, 1, after=0)}, {"up": "1+0x39 0 1+0x33 0 1+0x300"}], {},
    "mx1:9464 went up or down 4 times in half an hour.", until=120)
case(
    "MailScrapeSlow", [({"scrape_duration_seconds": 8.01}, 50)],
    [{"scrape_duration_seconds": 8}, {"scrape_duration_seconds": 10, "up": 0}], {},
    "A scrape of mx1:9464 takes 8.01s.")
case(
    "MailScrapeRefused", [({'#observability_http_rejected_total{reason="malformed_field"}': 60.5}, 54)],
    [{'#observability_http_rejected_total{reason="malformed_field"}': 60}], {"reason": "malformed_field"},
    "mx1:9464 refuses 1.008 requests a second: malformed_field.")
case(
    "MailServerRestarted", [({"process_start_time_seconds": 2400}, 40)], HEALTHY_IS_NEAR, {},
    "mx1:9464 was started 1 times in a quarter of an hour.", over=[({"process_start_time_seconds": 2400}, 55)],
    still=[({"process_start_time_seconds": 2400}, 54)])
case(
    "MailServerCrashLooping", [({"process_start_time_seconds": burst(40, 100, 2400, 2460, after=2520)}, 42),
                               ({"process_start_time_seconds": "1+0x39 2+0x9 3+0x9 4+0x300"}, 60)],
    [{"process_start_time_seconds": burst(40, 100, 2400, after=2460)},
     {"process_start_time_seconds": "1+0x39 2+0x9 3+0x29 4+0x300"}], {},
    "mx1:9464 was started 3 times in half an hour.", until=120)
case(
    "MailHealthCheckFailing", [({'#health_check_status{check="relay"}': 0}, 42)],
    [{'#health_check_status{check="relay"}': 0.5}, {'#health_check_status{check="relay"}': "1+0x39 0 0 1+0x300"},
     {'#health_check_status{check="executor"}': 0}, {'#health_check_status{check="certificate"}': 0}], {"check": "relay"},
    "The check relay of mx1:9464 fails: its status is 0.")
case(
    "MailHealthCheckDegraded",
    [({'#health_check_status{check="relay"}': 0.5}, 55), ({'#health_check_status{check="certificate"}': 0}, 55)],
    [{'#health_check_status{check="relay"}': 0}], {"check": "relay"},
    "The check relay of mx1:9464 asks for attention: its status is 0.5.")
case(
    "MailHealthCheckFlapping",
    [({'#health_check_transitions_total{check="relay",to="fail"}': 0.1,
       '#health_check_transitions_total{check="relay",to="pass"}': 0.1025}, 69)],
    [{'#health_check_transitions_total{check="relay",to="fail"}': 0.1,
      '#health_check_transitions_total{check="relay",to="pass"}': 0.099}], {"check": "relay"},
    "The check relay of mx1:9464 changed 6.075 times in half an hour.")
case(
    "MailExecutorStalled", [({'#health_check_status{check="executor"}': 0}, 41)],
    [{'#health_check_status{check="executor"}': 0.5}, {'#health_check_status{check="relay"}': 0}],
    {"check": "executor"},
    "No task of mx1:9464 gets a thread: the status of executor is 0.")
case(
    "MailExecutorSlow",
    [({'#executor_delay_seconds_bucket{le="0.5"}': 59.3, '#executor_delay_seconds_bucket{le="1"}': 59.3}, 58)],
    [{'#executor_delay_seconds_bucket{le="0.5"}': 58, '#executor_delay_seconds_bucket{le="1"}': 59.45}], {},
    "One task of a hundred on mx1:9464 waits 1.214s for a thread.")

case(
    "MailQueueGrowing", [({"#queue_size": "1010+0x39 1018.5+8.5x300"}, 82), ({"#queue_size": "500+8.5x300"}, 74)],
    [{"#queue_size": "1010+0x39 1018.3+8.3x300"}, {"#queue_size": "2000-8.5x100 1150+0x300"},
     {"#queue_size": "490+8.5x60 1000+0x300"}], {},
    "1375.5 messages are in the queue of mx1:9464, and it grows.")
case(
    "MailQueueOld", [({"#queue_oldest_message_age_seconds": 43201}, 45)],
    [{"#queue_oldest_message_age_seconds": 43200}], {},
    "The oldest message in the queue of mx1:9464 is there for 12h 0m 1s.")
NOTHING_DELIVERED = {
    '#delivery_attempts_total{recipient="local",result="delivered"}': 0,
    '#delivery_attempts_total{recipient="remote",result="delivered"}': 0}
case(
    "MailQueueStalled",
    [({**NOTHING_DELIVERED, "#queue_size": 11}, 74), ({**NOTHING_DELIVERED, "#queue_size": "50+0x49 5 11+0x300"}, 86),
     # A server that was not there before.
     ({**NOTHING_DELIVERED, "#queue_size": "_x40 12+0x300"}, 75)],
    [{**NOTHING_DELIVERED, "#queue_size": 10}, {"#queue_size": 11},
     {**NOTHING_DELIVERED, '#delivery_attempts_total{recipient="local",result="delivered"}': 0.05},
     *({**NOTHING_DELIVERED, f'#health_check_status{{check="{check}"}}': 0} for check in ("queue", "delivery", "storage", "executor")),
     # The check has just passed again, and nothing was delivered yet.
     {**NOTHING_DELIVERED, "#queue_size": 50, '#health_check_status{check="storage"}': "1+0x39 0+0x38 1+0x300",
      '#delivery_attempts_total{recipient="local",result="delivered"}': "0+60x39 2340+0x41 2400+60x300"}],
    {},
    "mx1:9464 has delivered nothing for half an hour, with 11 messages or more in its queue.")
DELIVERED = '#delivery_attempts_total{recipient="remote",result="delivered"}'
LOCAL = '#delivery_attempts_total{recipient="local",result="delivered"}'
DEFERRED = '#delivery_attempts_total{recipient="remote",result="temporary_failure"}'
TIMEOUT = '#delivery_attempts_total{recipient="remote",result="timeout"}'
ERROR = '#delivery_attempts_total{recipient="remote",result="error"}'
PERMANENT = '#delivery_attempts_total{recipient="remote",result="permanent_failure"}'
# 3.35 a minute are 100.5 in half an hour.
case(
    "MailPermanentFailures",
    [({LOCAL: 0, DEFERRED: 0, DELIVERED: 89.5, PERMANENT: 10.5}, 78),
     ({LOCAL: 0, DEFERRED: 0, DELIVERED: 0, PERMANENT: 3.35}, 73)],
    [{LOCAL: 0, DEFERRED: 0, DELIVERED: 90.5, PERMANENT: 9.5},
     {LOCAL: "0+0x300", DEFERRED: "0+0x300", DELIVERED: "0+2.9x300", PERMANENT: "0+0.4x300"}], {},
    "10.5% of the attempts of mx1:9464 failed for good in half an hour.")
case(
    "MailDeferrals",
    [({LOCAL: 0, PERMANENT: 0, DELIVERED: 49, DEFERRED: 17, TIMEOUT: 17, ERROR: 17}, 79),
     ({LOCAL: 0, PERMANENT: 0, DELIVERED: 0.1, DEFERRED: 3.4}, 79)],
    [{LOCAL: 0, PERMANENT: 0, DELIVERED: 51, DEFERRED: 17, TIMEOUT: 17, ERROR: 16},
     {LOCAL: "0+0x300", PERMANENT: "0+0x300", DELIVERED: "0+0x300", DEFERRED: "0+3.3x300"}], {},
    "51% of the attempts of mx1:9464 were deferred in half an hour.")
OTHER_REASONS_GONE = {
    '#delivery_failures_total{reason="reply_4xx"}': 0, '#delivery_failures_total{reason="reply_5xx"}': 0}
DNS = '#delivery_failures_total{reason="dns"}'
case(
    "MailDeliveryFailureReason",
    [({LOCAL: 0, PERMANENT: 0, DELIVERED: 74, ERROR: 0, DEFERRED: 26, DNS: 26}, 79),
     ({LOCAL: 0, PERMANENT: 0, DELIVERED: 0.1, DEFERRED: 3.4, DNS: 3.45, **OTHER_REASONS_GONE}, 77)],
    [{LOCAL: 0, PERMANENT: 0, DELIVERED: 76, ERROR: 0, DEFERRED: 24, DNS: 24},
     {LOCAL: "0+0x300", PERMANENT: "0+0x300", DELIVERED: "0+0x300", DEFERRED: "0+3.3x300", DNS: "0+3.3x300"}],
    {"reason": "dns"},
    "26% of the attempts of mx1:9464 failed in half an hour with the reason dns.")

# A day of data, five minutes a step: yesterday's rise, and today's from the minute of the change on.
YESTERDAY = 1500


def rise(yesterday, today):
    """A counter's values at steps of five minutes, with its rises an hour."""
    before = YESTERDAY // 5
    return f"0+{yesterday / 12}x{before} {yesterday / 12 * before + today / 12}+{today / 12}x60"


def fresh(today):
    """A counter of a server that was not there yesterday."""
    return f"_x{YESTERDAY // 5} 0+{today / 12}x60"


SPAM = '#smtp_messages_rejected_total{reason="spam"}'
RELAY = '#smtp_messages_rejected_total{reason="relay_denied"}'
case(
    "MailRejectsAboveYesterday",
    [({SPAM: rise(50, 153)}, 1575), ({RELAY: rise(0, 102)}, 1575), ({SPAM: fresh(153)}, 1555)],
    [{SPAM: rise(50, 148)}, {SPAM: rise(10, 99)}], {"reason": "spam"},
    "mx1:9464 refused 153 messages or recipients in an hour with the reason spam, far more than at this hour yesterday.",
    change=YESTERDAY, step=5)
FAILED = '#authentication_attempts_total{protocol="submission",result="failure"}'
LIMITED = '#authentication_attempts_total{protocol="submission",result="rate_limited"}'
IMAP_FAILED = '#authentication_attempts_total{protocol="imap",result="failure"}'
case(
    "MailAuthenticationFailuresAboveYesterday",
    [({FAILED: rise(20, 40), LIMITED: rise(10, 53)}, 1575), ({FAILED: fresh(150), LIMITED: fresh(10)}, 1550)],
    [{FAILED: rise(20, 40), LIMITED: rise(10, 48)}, {FAILED: rise(2, 49)},
     {FAILED: rise(30, 80), IMAP_FAILED: rise(30, 80)}],
    {"protocol": "submission"},
    "93 logins by submission failed on mx1:9464 in an hour, far more than at this hour yesterday.", change=YESTERDAY, step=5)
NOT_JUDGED = '#authentication_attempts_total{protocol="%s",result="error"}'
SUCCESS = '#authentication_attempts_total{protocol="%s",result="success"}'
CALM = {
    SUCCESS % "submission": "0+0x300", SUCCESS % "imap": "0+0x300", FAILED: "0+0x300", IMAP_FAILED: "0+0x300"}
case(
    "MailAuthenticationErrors",
    [({NOT_JUDGED % "submission": 0.5, NOT_JUDGED % "imap": 0.5}, 59), ({**CALM, NOT_JUDGED % "imap": 0.7}, 59)],
    [{NOT_JUDGED % "submission": 0.48, NOT_JUDGED % "imap": 0.46}, {**CALM, NOT_JUDGED % "imap": 0.66},
     *({NOT_JUDGED % "imap": 5, f'#health_check_status{{check="{check}"}}': 0} for check in ("authentication", "directory")),
     # It was so for ten minutes, and the errors are still within the window.
     {NOT_JUDGED % "imap": "0+0x39 0+5x10 50+0x300", '#health_check_status{check="directory"}': "1+0x39 0+0x9 1+0x300"}], {},
    "10.31% of the logins on mx1:9464 were not judged in a quarter of an hour: the directory does not answer.")
case(
    "MailConnectionsNearLimit", [({'#active_connections{protocol="smtp"}': 91}, 45)],
    [{'#active_connections{protocol="smtp"}': 90}], {"protocol": "smtp"},
    "mx1:9464 has 91% of the connections by smtp that it allows.")

INCOMING = '#tls_handshake_errors_total{direction="incoming"}'
OUTGOING = '#tls_handshake_errors_total{direction="outgoing"}'
TLS = {'#tls_sessions_total{tls="yes"}': "0+1x300", '#tls_sessions_total{tls="starttls"}': "0+1x300"}
OUT = {'#tls_outgoing_sessions_total{status="secure"}': "0+1x300",
       '#tls_outgoing_sessions_total{status="insecure"}': "0+1x300"}
case(
    "MailTLSHandshakeErrors",
    [({INCOMING: 5.1}, 64), ({OUTGOING: 5.1}, 64), ({**TLS, INCOMING: 1.35}, 64), ({**OUT, OUTGOING: 1.35}, 64)],
    [{INCOMING: 4.9}, {OUTGOING: 4.9}, {**TLS, INCOMING: 1.32}, {**OUT, OUTGOING: 1.32}], {"direction": "incoming"},
    "20.32% of the incoming handshakes of mx1:9464 failed in a quarter of an hour.")
CERTIFICATE = '#tls_certificate_not_after_timestamp_seconds{certificate="mx"}'
case(
    "MailCertificateExpiring", [({CERTIFICATE: 14 * 86400 + 2400 - 1}, 100)],
    [{CERTIFICATE: f"{14 * 86400 + 200 * 60}+60x300"}, {CERTIFICATE: f"{14 * 86400 + 115 * 60}+0x300"}, {CERTIFICATE: 2400}],
    {"certificate": "mx"},
    "The certificate mx of mx1:9464 ends in 13d 22h 59m 59s.")
case(
    "MailCertificateExpired", [({CERTIFICATE: f"{45 * 60}+0x300"}, 45)], [{CERTIFICATE: f"{54 * 60}+1x300"}],
    {"certificate": "mx"},
    "The certificate mx of mx1:9464 ended 0s ago.", change=44)

AVAILABLE = '#filesystem_avail_bytes{path="/var/mail"}'
case(
    "MailDiskFilling",
    [({AVAILABLE: "300e9-1.2e9x300"}, 41), ({AVAILABLE: "430e9-1.8e9x200"}, 47), ({AVAILABLE: "500e9+0x39 0+0x800"}, 70)],
    [{AVAILABLE: "399e9-1.0e9x100"}, {AVAILABLE: "600e9-2.4e9x100"},
     # One import, and nothing after.
     {AVAILABLE: "600e9+0x39 300e9+0x500"}], {"path": "/var/mail"},
    "/var/mail on mx1:9464 is about to be full: as it fills now, -34.65GiB would be left.", change=0,
    still=[({AVAILABLE: "500e9+0x39 0+0x800"}, 600)], until=400)
case(
    "MailDiskLow", [({AVAILABLE: 99e9}, 50)], [{AVAILABLE: 100e9}], {"path": "/var/mail"},
    "9.9% of /var/mail on mx1:9464 are free.")
case(
    "MailStoreGrowing", [({"#storage_bytes": 12.01e9}, 1560), ({"#storage_bytes": "1e9+0x300 2.1e9+0x60"}, 1565)],
    [{"#storage_bytes": 11.99e9}, {"#storage_bytes": "1e9+0x300 2.05e9+0x60"}], {},
    "The mail store of mx1:9464 grew by 1.872GiB in a day.", change=YESTERDAY, step=5)
case(
    "MailboxesGrowing", [({"#mailboxes": 1101}, 1560), ({"#mailboxes": "100+0x300 151+0x60"}, 1565)],
    [{"#mailboxes": 1099}, {"#mailboxes": "100+0x300 150+0x60"}], {},
    "mx1:9464 has 101 mailboxes more than a day ago.", change=YESTERDAY, step=5)

# All of them slow, 54 an hour on both.
FEW = {
    BOTH: True, '#message_processing_latency_seconds_bucket{le="2.5"}': "0+0x600",
    "#message_processing_latency_seconds_count": "0+0.45x600"}
# A hundred and twenty messages a minute on both, of which the burn is a share.
case(
    "MailLatencyBudgetFastBurn",
    [({'#message_processing_latency_seconds_bucket{le="2.5"}': 60 - 120 * 0.146}, 101),
     ({'#smtp_command_duration_seconds_bucket{command="mail",le="0.5"}': 100 - 200 * 0.146}, 101),
     ({'#imap_command_duration_seconds_bucket{command="fetch",le="0.5"}': 100 - 200 * 0.146}, 101),
     ({'#jmap_request_duration_seconds_bucket{le="0.5"}': 50 - 100 * 0.146}, 101)],
    [{'#message_processing_latency_seconds_bucket{le="2.5"}': 60 - 120 * 0.142},
     # Bad for ten minutes.
     {'#message_processing_latency_seconds_bucket{le="2.5"}': "0+60x70 4200+45x10 4710+60x300"}, FEW],
    {"slo": "messages"},
    "14.6% of messages on {job} were slow over an hour; the most on mx1:9464, 29.2%.",
    over=[({'#message_processing_latency_seconds_bucket{le="2.5"}': "0+60x39 2340+0x40 2400+60x300"}, 92)])
case(
    "MailLatencyBudgetSlowBurn",
    [({'#message_processing_latency_seconds_bucket{le="2.5"}': 60 - 120 * 0.061}, 409)],
    [{'#message_processing_latency_seconds_bucket{le="2.5"}': 60 - 120 * 0.0595}, FEW], {"slo": "messages"},
    "6.1% of messages on {job} were slow over six hours; the most on mx1:9464, 12.2%.",
    over=[({'#message_processing_latency_seconds_bucket{le="2.5"}': "0+60x39 2340+0x120 2400+60x300"}, 200)])

case("MailDescriptorsNearLimit", [({"process_open_fds": 801}, 45)], [{"process_open_fds": 800}], {},
    "mx1:9464 has 80.1% of the descriptors that it may have open.")
case(
    "MailMemoryNearLimit", [({"process_cgroup_memory_working_set_bytes": 9.01e8}, 50)],
    [{"process_cgroup_memory_working_set_bytes": 9e8}, {"process_cgroup_memory_bytes": 1e9}], {},
    "The cgroup of mx1:9464 takes 90.1% of its memory.")
case(
    "MailProcessorThrottled", [({"process_cgroup_cpu_throttled_periods_total": 151}, 64)],
    [{"process_cgroup_cpu_throttled_periods_total": 149}], {},
    "mx1:9464 was held back in 25.17% of the scheduler's periods.")

case(
    "MailCollectorFailing", [({'#collector_success{collector="health"}': 0}, 50)],
    [{'#collector_success{collector="health"}': "1+0x39 0+0x9 1+0x300"}], {"collector": "health"},
    "The collector health of mx1:9464 fails: its success is 0, and its metrics are missing or incomplete.")
REJECTED = '#observability_rejected_total{reason="%s"}'
case(
    "MailSeriesDropped", [({REJECTED % "removed_series": 0.17}, 98)],
    [{REJECTED % "removed_series": 0.165}, {REJECTED % "negative": 1}], {"reason": "removed_series"},
    "10.03 recordings of mx1:9464 in an hour were into removed series.")
case(
    "MailSeriesOverflow", [({'#observability_overflow_total{family="smtp_replies_total"}': 0.17}, 98)],
    [{'#observability_overflow_total{family="smtp_replies_total"}': 0.165}], {"family": "smtp_replies_total"},
    '10.03 recordings of mx1:9464 in an hour went to "other", because smtp_replies_total is full.')
case(
    "MailValuesRejected", [({REJECTED % "negative": 0.17}, 98)],
    [{REJECTED % "negative": 0.165}, {REJECTED % "removed_series": 1}], {"reason": "negative"},
    "10.03 values of mx1:9464 in an hour were refused: negative.")
SPANS = '#observability_spans_total{outcome="%s"}'
case(
    "MailSpansDropped",
    [({SPANS % "dropped_queue": 6.8}, 54), *(
        ({SPANS % outcome: 6.8}, 54) for outcome in ("dropped_export", "dropped_shutdown", "rejected"))],
    [{SPANS % "dropped_queue": 6.6}, {SPANS % "not_sampled": 9999}], {"outcome": "dropped_queue"},
    "102 spans of mx1:9464 in a quarter of an hour did not reach the collector: dropped_queue.")
EXPORTS = '#observability_exports_total{signal="traces",result="%s"}'
case(
    "MailExportsFailing", [({EXPORTS % "success": 4.8, EXPORTS % "failure": 5.2}, 64)],
    [{EXPORTS % "success": 5.2, EXPORTS % "failure": 4.8}, {EXPORTS % "success": 4.8, EXPORTS % "partial": 5.2}],
    {"signal": "traces"},
    "52% of the batches of traces of mx1:9464 fail.")
case(
    "MailCredentialsStale", [({"#observability_credentials_last_reload_successful": 0}, 50)],
    [{"#observability_credentials_last_reload_successful": "1+0x39 0+0x9 1+0x300"}], {},
    "mx1:9464 could not read a file of secrets again (value 0); the older one is in force.")
case(
    "MailThresholdsBroken", [({'threshold:#queue:messages{namespace="other"}': "1000+0x300"}, 5)], HEALTHY_IS_NEAR, {},
    "There should be 43 thresholds, each once, and there are 44: without them nothing is above them.",
    change=0)
