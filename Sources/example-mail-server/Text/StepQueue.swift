// In which order are a session's steps taken? First in, first out, without moving the rest at each one.

struct StepQueue<Step: Sendable>: Sendable {
  private var steps: [Step] = []
  private var head = 0

  var isEmpty: Bool { head == steps.count }

  mutating func append(_ step: Step) { steps.append(step) }

  mutating func popFirst() -> Step? {
    guard head < steps.count else { return nil }
    let step = steps[head]
    head += 1
    if head == steps.count {
      // A long answer's room is given back.
      steps.removeAll(keepingCapacity: steps.count <= 16)
      head = 0
    }
    return step
  }
}
