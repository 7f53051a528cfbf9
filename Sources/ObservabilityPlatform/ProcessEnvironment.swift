// Which variables does the process have?

import CObservabilityShims

/// The names and values of all variables, as far as they are text. Of a name that is there twice the first value counts,
/// as for `getenv`.
///
/// Like `getenv` it must not be called while another thread sets a variable: no library can prevent that.
package func processEnvironment() -> [(name: String, value: [UInt8])] {
  guard var next = mailobs_environment() else { return [] }
  var variables: [(name: String, value: [UInt8])] = []
  while let entry = next.pointee {
    let bytes = UnsafeRawBufferPointer(start: entry, count: strlen(entry))
    if let equals = bytes.firstIndex(of: UInt8(ascii: "=")),
      let name = String(validating: bytes[..<equals], as: UTF8.self)
    {
      variables.append((name, Array(bytes[(equals + 1)...])))
    }
    next += 1
  }
  return variables
}
