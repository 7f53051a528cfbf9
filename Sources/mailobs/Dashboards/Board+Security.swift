// Who is let in, who is not, and how well are connections protected?

extension Board {
  static let security = Board(
    name: .security, title: "Mail: security",
    description: "Who is let in and who is not, how well connections are protected, and what senders prove.",
    rows: [
      Row("What is wrong?", next: .delivery, alarms), Row("Logins", next: .mailboxes, logins),
      Row("TLS", next: .delivery, protection), Row("Senders", next: .delivery, senders),
      Row("Who is turned away", next: .delivery, rejections),
    ])

  private static let alarms: [Panel] = [
    Panel(
      "Logins refused", .stat, "percentunit", width: 6, thresholds: .rising(0.2, 0.5), next: .mailboxes,
      noValue: "no logins",
      "Which share of logins does not succeed? Below a fifth is normal.",
      [Query(Expression.refusedLogins, "refused")]),
    Panel(
      "Sessions without TLS", .stat, "percentunit", width: 6, thresholds: .rising(0.2, 0.8),
      noValue: "no sessions",
      "Which share of client sessions ends without TLS? Of submission none is normal; of SMTP between servers a few are.",
      [
        Query(
          Expression.rate("tls_sessions_total", #"tls="no""#).sum()
            .share(of: Expression.rate("tls_sessions_total").sum()), "without")
      ]),
    Panel(
      "TLS handshakes that fail", .stat, Unit.perSecond, width: 6,
      "How many handshakes fail? Scanners make some; many from one moment on are a certificate or a setting.",
      [Query(Expression.rate("tls_handshake_errors_total").sum(), "failure")]),
    Panel(
      "Certificate ends in", .stat, "s", width: 6, thresholds: .falling(7 * 86_400, 14 * 86_400),
      "How long is the certificate valid that ends first? Renewal keeps it above two weeks.",
      [
        Query(
          Expression(
            "min(\(Expression.series("tls_certificate_not_after_timestamp_seconds").text)) - time()"),
          "first")
      ]),
  ]

  private static let logins: [Panel] = [
    Panel(
      "Logins by result", .areas, Unit.logins,
      "How do logins end? Mostly success is normal; rate_limited is a guesser being held off, error is the directory.",
      [Query(Expression.rate("authentication_attempts_total").sum(by: "result"), "{{result}}")]),
    Panel(
      "Refused by protocol", .lines, Unit.logins,
      "Where is it guessed? SMTP is where stolen passwords are tried; one protocol alone may be a client with an old one.",
      [
        Query(
          Expression.rate("authentication_attempts_total", #"result!="success""#).sum(by: "protocol"),
          "{{protocol}}")
      ]),
    Panel(
      "Mechanisms", .areas, Unit.logins,
      "How do clients log in? plain and login within TLS are normal; cram_md5 is old clients.",
      [Query(Expression.rate("authentication_mechanisms_total").sum(by: "mechanism"), "{{mechanism}}")]),
  ]

  private static let protection: [Panel] = [
    Panel(
      "Sessions of clients", .areas, Unit.sessions,
      "How do clients come? yes and starttls are protected; no is not.",
      [Query(Expression.rate("tls_sessions_total").sum(by: "tls"), "{{tls}}")]),
    Panel(
      "Sessions with other servers", .areas, Unit.sessions,
      "How well is mail protected on its way out? secure is verified, insecure is not, plain is open to all.",
      [Query(Expression.rate("tls_outgoing_sessions_total").sum(by: "status"), "{{status}}")]),
    Panel(
      "DANE, MTA-STS and levels that fail", .lines, Unit.perSecond,
      "Which promise of other servers about TLS is broken? None is normal: it is a misconfiguration, or an attack.",
      [
        Query(
          .results(
            [
              ("DANE", "dane_results_total"), ("MTA-STS", "mta_sts_checks_total"),
              ("level", "security_level_checks_total"),
            ], #"result=~"fail|error""#), "{{check}} {{result}}")
      ]),
  ]

  private static let senders: [Panel] = [
    Panel(
      "SPF, DKIM, DMARC and ARC that do not pass", .areas, Unit.messages, width: 12,
      "How much mail does not prove its sender? fail of spam is normal; temperror means that DNS is slow or away.",
      [
        Query(
          .results(
            [
              ("SPF", "spf_results_total"), ("DKIM", "dkim_results_total"), ("DMARC", "dmarc_results_total"),
              ("ARC", "arc_results_total"),
            ], #"result!="pass""#), "{{check}} {{result}}")
      ]),
    Panel(
      "Look-ups of aliases", .areas, Unit.perSecond, width: 12,
      "Does the table of aliases answer? failure is an unknown alias and normal; error means that mail is deferred.",
      [
        Query(
          Expression.rate("alias_hook_results_total").sum(by: "hook, result"), "{{hook}} {{result}}")
      ]),
  ]

  private static let rejections: [Panel] = [
    Panel(
      "Messages", .areas, Unit.messages, next: .delivery,
      "Why is mail refused? relay_denied and unknown_recipient are spammers; authentication is users without a login.",
      [Query(Expression.rate("smtp_messages_rejected_total").sum(by: "reason"), "{{reason}}")]),
    Panel(
      "Connections, loops and other protocols", .lines, Unit.perSecond,
      "Who is turned away at the door? Blocked ones and browsers on port 25 are normal; loops never are.",
      [
        Query(Expression.rate("smtp_connections_rejected_total").sum(by: "reason"), "{{reason}}"),
        Query(Expression.rate("smtp_wrong_protocol_total").sum(by: "protocol"), "speaks {{protocol}}"),
        Query(Expression.rate("smtp_loops_detected_total").sum(), "loops"),
      ]),
    Panel(
      "At the door of the metrics", .lines, "reqps", next: .runtime,
      "Who is refused by the server of the metrics? None is normal; 401 is a scrape with a wrong password, or a guesser.",
      [
        Query(
          Expression.rate("observability_http_requests_total", #"code=~"4..""#).sum(by: "code"), "{{code}}"),
        Query(Expression.rate("observability_http_rejected_total").sum(), "cut off"),
      ]),
  ]
}
