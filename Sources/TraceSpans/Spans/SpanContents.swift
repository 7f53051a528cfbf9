// What has been said of a span since it began?

/// Attributes, events, links and status of a span, within limits.
package struct SpanContents: Sendable {
  package struct Event: Sendable {
    package let name: String
    /// Nanoseconds since 1970-01-01 UTC.
    package let time: Int64
    package let attributes: AttributeList
  }

  package struct Link: Sendable {
    package let context: TraceContext
    package let attributes: AttributeList
  }

  package private(set) var attributes: AttributeList
  package private(set) var events: [Event] = []
  package private(set) var droppedEvents = 0
  package private(set) var links: [Link] = []
  package private(set) var droppedLinks = 0
  package private(set) var status = TraceSpan.Status.unset
  /// What is left of ``SpanLimits/bytes``.
  private(set) var bytesLeft = SpanLimits.bytes

  var hasFailed: Bool {
    if case .error = status { true } else { false }
  }

  /// About as much memory as it takes.
  var byteCount: Int { SpanLimits.bytes - bytesLeft }

  /// Nothing yet, with room for so many attributes.
  init(attributeCapacity: Int) { attributes = AttributeList(capacity: attributeCapacity) }

  mutating func set(_ attribute: TraceSpan.Attribute, _ limits: SpanLimits) {
    attributes.set(attribute, most: limits.attributes, limits: limits, bytes: &bytesLeft)
  }

  /// However many there are, others wait for this span's lock meanwhile.
  mutating func replaceAttributes(_ new: [TraceSpan.Attribute], _ limits: SpanLimits) {
    let looked = new.prefix(SpanContents.attributesLookedAt)
    attributes.keepOnly(keysOf: looked, bytes: &bytesLeft)
    for attribute in looked { set(attribute, limits) }
    attributes.drop(new.count - looked.count)
  }

  mutating func add(_ event: TraceSpan.Event, at time: Int64, _ limits: SpanLimits) {
    let name = event.name.cut(toBytes: SpanLimits.nameLength)
    guard events.count < limits.events, take(136 + name.byteCount) else {
      droppedEvents += 1
      return
    }
    if events.isEmpty { events.reserveCapacity(min(limits.events, SpanContents.usualEvents)) }
    events.append(
      Event(name: name, time: time, attributes: list(event.attributes, limits.eventAttributes, limits)))
  }

  mutating func add(_ link: TraceSpan.Link, _ limits: SpanLimits) {
    guard links.count < limits.links, take(184 + link.context.state.text.byteCount) else {
      droppedLinks += 1
      return
    }
    links.append(
      Link(context: link.context, attributes: list(link.attributes, limits.linkAttributes, limits)))
  }

  /// A span that is said to be fine stays so.
  mutating func set(_ new: TraceSpan.Status, _ limits: SpanLimits) {
    guard status != .ok else { return }
    switch new {
    case .unset: break
    case .ok: status = .ok
    case .error(let message):
      if case .error(let old) = status { bytesLeft += old.utf8.count }
      let text = message.cut(toBytes: min(limits.valueLength, max(bytesLeft, 0)))
      _ = take(text.utf8.count)
      status = .error(text)
    }
  }

  /// Of a span that has any: what a transaction has, so that the list does not grow again and again.
  private static let usualEvents = 10
  /// Of an event or a link: more than any limit leaves in.
  private static let attributesLookedAt = 2048

  private mutating func list(
    _ attributes: [TraceSpan.Attribute], _ most: Int, _ limits: SpanLimits
  ) -> AttributeList {
    if let whole = AttributeList(whole: attributes, most: most, limits: limits, bytes: &bytesLeft) {
      return whole
    }
    var list = AttributeList()
    // However many there are, others wait for this span's lock meanwhile.
    let looked = attributes.prefix(SpanContents.attributesLookedAt)
    for attribute in looked { list.set(attribute, most: most, limits: limits, bytes: &bytesLeft) }
    list.drop(attributes.count - looked.count)
    return list
  }

  private mutating func take(_ bytes: Int) -> Bool {
    guard bytes <= bytesLeft else { return false }
    bytesLeft -= bytes
    return true
  }
}
