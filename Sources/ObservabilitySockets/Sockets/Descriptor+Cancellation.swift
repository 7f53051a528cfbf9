// How does cancelling a task end its wait for a descriptor, and no other wait?

extension Descriptor {
  package enum Direction: Sendable {
    case reading, writing
    /// Whichever comes first: a peer may answer before it has read everything.
    case writingOrReading
  }

  /// Confined to the loop.
  private final class CancellableWait: @unchecked Sendable {
    var isCancelled = false
    /// The number of the wait, once it has begun.
    var number: UInt64?
  }

  /// A wait that the cancellation of the waiting task ends. Cheaper without, where something else does.
  package func cancellableWait(_ direction: Direction, until due: Int64) async -> Readiness {
    let wait = CancellableWait()
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { waiter in
        // The cancellation may have come before the wait.
        guard !wait.isCancelled else { return waiter.resume(returning: .cancelled) }
        switch direction {
        case .reading:
          beginReading(waiter, until: due)
          wait.number = readWait
        case .writing, .writingOrReading:
          beginWriting(waiter, until: due, heedingInput: direction == .writingOrReading)
          wait.number = writeWait
        }
      }
    } onCancel: {
      loop.execute {
        wait.isCancelled = true
        guard let number = wait.number else { return }
        switch direction {
        case .reading: if self.readWait == number { self.endReadWait(.cancelled) }
        case .writing, .writingOrReading: if self.writeWait == number { self.endWriteWait(.cancelled) }
        }
      }
    }
  }
}
