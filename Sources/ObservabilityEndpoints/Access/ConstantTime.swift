// How are secrets compared without telling how much of one was right?

/// Whether the two are the same. The time depends on the length of the first alone.
func isEqualInConstantTime(_ given: [UInt8], _ secret: [UInt8]) -> Bool {
  var difference = given.count ^ secret.count
  for index in given.indices {
    // Something to compare with beyond the end of the secret, too.
    let other = secret.isEmpty ? 0 : secret[index % secret.count]
    difference |= Int(given[index] ^ other)
  }
  return difference == 0
}
