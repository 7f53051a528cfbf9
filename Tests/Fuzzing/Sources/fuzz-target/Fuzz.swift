// Is there a request target that decodes to something a route must never see, or that traps?

import EndpointMessages
import FuzzSupport
import ObservabilityHTTP

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let target = String(validating: input, as: UTF8.self) else { return 0 }
  for method in ["GET", "OPTIONS"] {
    guard let request = try? EndpointRequest(method: method, target: target) else { continue }
    check(request)
    require(request.path != "*" || method == "OPTIONS", "the path * for \(method)")
    // Encoded again, it must mean the same.
    guard request.path != "*" else { continue }
    let again = encoded(request)
    guard let second = try? EndpointRequest(method: method, target: again) else {
      require(false, "\(again) is refused, but was decoded")
      continue
    }
    require(second.path == request.path && second.query == request.query, "\(again) means something else")
  }
  return 0
}

private func encoded(_ request: EndpointRequest) -> String {
  let items = request.query.items.map { item in
    escaped(item.name, keeping: nil) + "=" + escaped(item.value, keeping: nil)
  }
  let path = escaped(request.path, keeping: UInt8(ascii: "/"))
  return items.isEmpty ? path : path + "?" + items.joined(separator: "&")
}

/// Every byte but `kept` in percent-encoding.
private func escaped(_ text: String, keeping kept: UInt8?) -> String {
  var result = ""
  for byte in text.utf8 {
    if byte == kept {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      let digits = String(byte, radix: 16)
      result += byte < 16 ? "%0" + digits : "%" + digits
    }
  }
  return result
}
