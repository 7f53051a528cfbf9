// By which certificates do collectors and clients of tests know each other?

/// Made for tests, by openssl, for a hundred years. The keys are nobody's secret.
package enum TestCertificates {
  /// Has vouched for ``server`` and ``client``.
  package static let root = """
    -----BEGIN CERTIFICATE-----
    MIIBSjCB8qADAgECAgIQADAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlUZXN0IFJv
    b3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
    CVRlc3QgUm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJzwRzuMEHEnHvoL
    2rKcLYYVh+ll2+A2UHdR8/Lrmf7nY/o3OR9YIbwYqR7FxnLtyil0aWvFIBe14M5u
    6cBe+C+jMjAwMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFO10lLykRHxaFPMs
    5WGc9XhBOZ6gMAoGCCqGSM49BAMCA0cAMEQCIG5XL3sxvH/tScnulcCKHlHmBUsc
    AIT7tl1PRi1d8TxhAiBTCRVuulfMQjP7RfntfMLozzBD08maijtNBAlAkOBvuQ==
    -----END CERTIFICATE-----
    """

  /// Has vouched for nobody.
  package static let otherRoot = """
    -----BEGIN CERTIFICATE-----
    MIIBTTCB9KADAgECAgIQATAKBggqhkjOPQQDAjAVMRMwEQYDVQQDDApPdGhlciBS
    b290MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAVMRMwEQYDVQQD
    DApPdGhlciBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1tit8ZtZAFlP
    +ebx0+SLBiZpRSkfXxEjfyNl0/3yt/jsQfIEzJI7kcvov7wHOnfjqpIsmZKEA0LJ
    MT+M4nw7KKMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUR68zG+D7WcMw
    VgO3rRwdKkuzrXMwCgYIKoZIzj0EAwIDSAAwRQIhAIHusktnET/qXdUE4JVpIIYD
    YMlEDMbtbIrLmIFt/fatAiAwYZDA0jdbg/pdEAyTUPHppXhuYhvo/c9GpR+g8DV0
    Ag==
    -----END CERTIFICATE-----
    """

  /// Of `collector.example`, `localhost` and `127.0.0.1`.
  package static let server = """
    -----BEGIN CERTIFICATE-----
    MIIBnzCCAUWgAwIBAgICEAIwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJVGVzdCBS
    b290MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjARMQ8wDQYDVQQD
    DAZzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQVhYGvlPZOOzFNFIxO
    mVsxP/pi8Rd7pawdNA9VaycHAJAB2crFcrcEwLm5YIbTmi/uaQMB39FlSwAUZQko
    Ierxo4GHMIGEMC0GA1UdEQQmMCSCEWNvbGxlY3Rvci5leGFtcGxlgglsb2NhbGhv
    c3SHBH8AAAEwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFFtWRDwd/6DL
    4Grnc/xGWy5Q3FHfMB8GA1UdIwQYMBaAFO10lLykRHxaFPMs5WGc9XhBOZ6gMAoG
    CCqGSM49BAMCA0gAMEUCIQDoV70QlFUFg86vJnao6c3/BZZQsfwaq4h3f9l97VEV
    vgIgHdFo2g7xRq76VnpGafyLrlIE/J//guzL7VyB2X4XQ5w=
    -----END CERTIFICATE-----
    """

  /// The same, without the address.
  package static let namedServer = """
    -----BEGIN CERTIFICATE-----
    MIIBmTCCAT6gAwIBAgICEAQwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJVGVzdCBS
    b290MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjARMQ8wDQYDVQQD
    DAZzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQVhYGvlPZOOzFNFIxO
    mVsxP/pi8Rd7pawdNA9VaycHAJAB2crFcrcEwLm5YIbTmi/uaQMB39FlSwAUZQko
    Ierxo4GAMH4wJwYDVR0RBCAwHoIRY29sbGVjdG9yLmV4YW1wbGWCCWxvY2FsaG9z
    dDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUW1ZEPB3/oMvgaudz/EZb
    LlDcUd8wHwYDVR0jBBgwFoAU7XSUvKREfFoU8yzlYZz1eEE5nqAwCgYIKoZIzj0E
    AwIDSQAwRgIhAOrsuabK3J0tjv/OHW6Gqs1FByUyAErPM94F5ZaBDEovAiEAktvO
    oUXfppiU2VVY7WGzeeqkf/jfGQK1Z5AQ9gSdEBU=
    -----END CERTIFICATE-----
    """

  /// The key of ``server`` and ``namedServer``.
  package static let serverKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5HZy7aRdNTaL75Rw
    gSksqCRjxdVz+ByQJYP90Os9OGahRANCAAQVhYGvlPZOOzFNFIxOmVsxP/pi8Rd7
    pawdNA9VaycHAJAB2crFcrcEwLm5YIbTmi/uaQMB39FlSwAUZQkoIerx
    -----END PRIVATE KEY-----
    """

  /// Of a client.
  package static let client = """
    -----BEGIN CERTIFICATE-----
    MIIBbjCCARSgAwIBAgICEAMwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJVGVzdCBS
    b290MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjARMQ8wDQYDVQQD
    DAZjbGllbnQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQolTD/eO+254B/hYgc
    KJiKRiz+eG96nZCiq+bpl0TZ/+OPN23UztQb5Ai8TOXA9JmYPKEy60H8JFFGqkPg
    OCJxo1cwVTATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUzce0sx4cqnf9
    sfmYtxU6ZqSJ+4EwHwYDVR0jBBgwFoAU7XSUvKREfFoU8yzlYZz1eEE5nqAwCgYI
    KoZIzj0EAwIDSAAwRQIgZ9Vw5P2uZ1Gn9d37Qr5AdzdyTAWck5Rljklmd9XLNLwC
    IQCSElIn8MTJe5diiKzti7mpaF7Q36yD25DTtl4qg3iuOA==
    -----END CERTIFICATE-----
    """

  /// The key of ``client``.
  package static let clientKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg++OZh8kjjuaoNfK9
    N73qTJJiKjSVpVG390gTnLMNVumhRANCAAQolTD/eO+254B/hYgcKJiKRiz+eG96
    nZCiq+bpl0TZ/+OPN23UztQb5Ai8TOXA9JmYPKEy60H8JFFGqkPgOCJx
    -----END PRIVATE KEY-----
    """
}
