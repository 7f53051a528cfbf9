// With what does every request go by gRPC?

#if OTLPGRPC
  import CollectorConnections
  import GRPCCore
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform

  extension GRPCCollector {
    struct Settings: Sendable {
      /// The host and port, as the collector is told.
      let authority: String
      /// Nil for a connection in plain text.
      let tls: NIOSSLContext?
      /// The name that the collector's certificate has to have; nil for its address.
      let serverName: String?
      let metadata: Metadata
      let secrets: ExportSecrets
      let isCompressed: Bool
      /// What inflates answers to requests that are compressed; nil where there is no zlib.
      private let gunzip: Gunzip?

      init(_ target: ExportTarget) throws(TransportFault) {
        authority = target.endpoint.host
        isCompressed = target.isCompressed
        gunzip = isCompressed ? Gunzip() : nil
        secrets = ExportSecrets(target.headers)
        serverName = target.tls.name(at: target.endpoint)
        if target.endpoint.scheme == .https {
          let configuration = try target.tls.configuration(protocols: ["h2"])
          guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw TransportFault(.endpoint, "cannot be used over TLS")
          }
          tls = context
        } else {
          tls = nil
        }
        metadata = try Self.metadata(target.headers)
      }

      /// An answer as it was before it was compressed; nil where that cannot be known. No message of the protocol begins as a
      /// gzip stream does.
      func inflated(_ answer: [UInt8]) -> [UInt8]? {
        guard answer.starts(with: Gunzip.beginning) else { return answer }
        return gunzip?.bytes(of: answer, atMost: GRPCCollector.longestAnswer)
      }

      private static func metadata(_ headers: [(String, String)]) throws(TransportFault) -> Metadata {
        var metadata = Metadata()
        for (name, value) in headers {
          let name = name.lowercased()
          // What says how the message is to be read is not the host's.
          if name == "content-type" || name == "content-encoding" { continue }
          guard !name.hasPrefix("grpc-") else {
            throw TransportFault(.headers, "cannot be sent by gRPC: \"\(name)\" is one of its own")
          }
          guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw TransportFault(
              .headers, "cannot be sent by gRPC: the value of \"\(name)\" is not printable ASCII")
          }
          guard !name.hasSuffix("-bin") || isBase64(value) else {
            throw TransportFault(.headers, "cannot be sent by gRPC: the value of \"\(name)\" is not Base64")
          }
          metadata.addString(value, forKey: name)
        }
        if !headers.contains(where: { $0.0.lowercased() == "user-agent" }) {
          metadata.addString(OTLPExport.userAgent, forKey: "user-agent")
        }
        return metadata
      }

      /// Whether a field that holds bytes has them as they are sent, padded or not.
      ///
      /// Source: gRPC over HTTP2, "Requests", for names that end with `-bin`.
      private static func isBase64(_ value: String) -> Bool {
        let digits = value.utf8.prefix { $0 != UInt8(ascii: "=") }
        let padding = value.utf8.dropFirst(digits.count)
        let areDigits = digits.allSatisfy { byte in
          switch byte {
          case 48...57, 65...90, 97...122, UInt8(ascii: "+"), UInt8(ascii: "/"): true
          default: false
          }
        }
        guard areDigits, digits.count % 4 != 1 else { return false }
        return padding.isEmpty
          || padding.allSatisfy { $0 == UInt8(ascii: "=") } && padding.count == (4 - digits.count % 4) % 4
      }
    }
  }
#endif
