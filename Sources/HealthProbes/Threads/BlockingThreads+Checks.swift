// Which threads do the built-in checks block?

import ObservabilityPlatform

extension BlockingThreads {
  /// For looking up names; the key is the name. When the resolver hangs, it hangs for all of them.
  static let nameLookups = BlockingThreads(limit: 32, shareLimit: 2, queueLimit: 1024)
  /// For asking file systems; the key is the path. Each may be a mount whose server is gone.
  static let fileSystems = BlockingThreads(limit: 64, shareLimit: 2, queueLimit: 1024)
  /// For what the kernel says of this process, which takes a while but does not hang.
  static let ownProcess = BlockingThreads(limit: 4, queueLimit: 1024)
}
