// What do the server's own clients do next? A realistic mix, drawn from a generator with a seed.

/// One thing that a client does.
enum TrafficAct: Sendable, Equatable, CaseIterable {
  /// SMTP: mail for one of our accounts, in two sizes.
  case smallMail, largeMail
  /// SMTP: mail of an authenticated user for another domain.
  case remoteMail
  /// SMTP: what is refused.
  case unknownRecipient, relayAttempt, spam, badCommand, wrongPassword, abandonedSession
  /// Reading what came.
  case imapRead, jmapRead, imapWrongPassword, jmapUnknownMethod

  /// How often, in a thousand. Failures are as rare as on a server in good health.
  var weight: Int {
    switch self {
    case .smallMail: 560
    case .largeMail: 60
    case .remoteMail: 20
    case .unknownRecipient: 25
    case .relayAttempt: 10
    case .spam: 20
    case .badCommand: 5
    case .wrongPassword: 5
    case .abandonedSession: 5
    case .imapRead: 170
    case .jmapRead: 100
    case .imapWrongPassword: 10
    case .jmapUnknownMethod: 10
    }
  }

  var isMessage: Bool {
    switch self {
    case .imapRead, .jmapRead, .imapWrongPassword, .jmapUnknownMethod: false
    default: true
    }
  }
}

struct TrafficMix: Sendable {
  private var state: UInt64
  private static let total = TrafficAct.allCases.reduce(0) { $0 + $1.weight }

  init(seed: UInt64) { state = seed }

  mutating func next() -> TrafficAct {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    var draw = Int(mixed % UInt64(Self.total))
    for act in TrafficAct.allCases {
      draw -= act.weight
      if draw < 0 { return act }
    }
    return .smallMail
  }

  /// The acts of one step: up to and with the next message, so that a rate counts messages.
  mutating func untilNextMessage() -> [TrafficAct] {
    var acts: [TrafficAct] = []
    repeat { acts.append(next()) } while acts.last?.isMessage == false && acts.count < 16
    return acts
  }
}
