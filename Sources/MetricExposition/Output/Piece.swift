// How are bytes kept that every scrape copies?

import MetricInstruments

/// Bytes that never change and are followed by as many readable ones as copying in words needs.
typealias Piece = UnsafeRawBufferPointer

/// Makes bytes that never change; the caller frees them.
func makePiece(_ write: (inout OutputBuffer) -> Void) -> Piece {
  var buffer = OutputBuffer(capacity: 256)
  write(&buffer)
  let length = buffer.count
  let memory = UnsafeMutableRawPointer.allocate(byteCount: length + SeriesLabels.padding, alignment: 16)
  memory.initializeMemory(as: UInt8.self, repeating: 0, count: length + SeriesLabels.padding)
  if let bytes = buffer.bytes.baseAddress { memory.copyMemory(from: bytes, byteCount: length) }
  return Piece(start: memory, count: length)
}
