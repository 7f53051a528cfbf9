// How do certificates in PEM become settings of TLS?

#if OTLPGRPC || OTLPTLS
  import NIOCore
  package import NIOSSL
  package import OTLPExport
  package import ObservabilityHTTP

  extension TLSMaterial {
    /// Settings for connections to a collector, with everything in them read and checked.
    ///
    /// - Parameter protocols: what is spoken over TLS, for its negotiation.
    /// - Throws: for what is no certificate, no key, or a key of another certificate. Nothing of them is told.
    package func configuration(protocols: [String]) throws(TransportFault) -> TLSConfiguration {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = protocols
      // A collector that does not answer the end of a connection holds up nothing.
      configuration.shutdownTimeout = .milliseconds(20)
      if let trustRoots {
        configuration.trustRoots = .certificates(try Self.certificates(in: trustRoots, .trustRoots))
      }
      if let certificates {
        guard privateKey != nil else { throw TransportFault(.certificates, "needs tls.privateKey as well") }
        configuration.certificateChain = try Self.certificates(in: certificates, .certificates)
          .map { .certificate($0) }
      }
      if let privateKey {
        guard certificates != nil else { throw TransportFault(.privateKey, "needs tls.certificates as well") }
        guard let key = try? NIOSSLPrivateKey(bytes: privateKey, format: .pem) else {
          throw TransportFault(.privateKey, "has no private key in PEM that can be used without a passphrase")
        }
        configuration.privateKey = .privateKey(key)
      }
      if let serverName, serverName.isEmpty || !Self.isName(serverName) {
        throw TransportFault(.serverName, "is no name of a server")
      }
      if (try? NIOSSLContext(configuration: configuration)) == nil {
        throw TransportFault(
          privateKey == nil ? .trustRoots : .privateKey,
          privateKey == nil
            ? "cannot be used" : "cannot be used with tls.certificates: is it the key of the first?")
      }
      return configuration
    }

    /// The name that a certificate has to have; nil where it has to have the address.
    package func name(at endpoint: ClientEndpoint) -> String? {
      if let serverName { return serverName }
      if case .name(let host, _) = endpoint.place { return host }
      return nil
    }

    private static func certificates(
      in pem: [UInt8], _ setting: TransportFault.Setting
    ) throws(TransportFault) -> [NIOSSLCertificate] {
      guard let found = try? NIOSSLCertificate.fromPEMBytes(pem), !found.isEmpty else {
        throw TransportFault(setting, "has no certificate in PEM, or one that cannot be read")
      }
      return found
    }

    /// Whether it is a name and no address, whose last part begins with a letter.
    private static func isName(_ text: String) -> Bool {
      let isKnown = text.utf8.allSatisfy { byte in
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
      }
      let last = text.split(separator: ".").last?.utf8.first ?? 0
      return isKnown && text.utf8.count <= 253 && !(48...57).contains(last)
    }
  }
#endif
