import PluginAPI

/// What an engine changed since recording began, so that it can be taken back at a cost that
/// depends on the changes alone.
struct UndoRecord: Sendable {
  enum Step: Sendable {
    case posted(Int32, isNew: Bool)
    case removed(Int32, MatchingEngine.Order)
    case shrunk(Int32, Int64)
  }

  private(set) var steps: [Step] = []
  private(set) var isOn = false

  mutating func add(_ step: @autoclosure () -> Step) { if isOn { steps.append(step()) } }

  mutating func begin() {
    steps.removeAll(keepingCapacity: true)
    isOn = true
  }

  mutating func end() { isOn = false }
}

extension MatchingEngine {
  /// From here on every change can be undone, until `keep` or `undo`.
  mutating func beginRecording() { record.begin() }

  /// Makes the recorded changes final.
  mutating func keep() { record.end() }

  /// Takes back every recorded change, the last one first; the queues stand as before.
  ///
  /// Numbers of orders that were posted in between are never given again.
  mutating func undo() {
    record.end()
    for step in record.steps.reversed() {
      switch step {
      case .posted(let slot, let isNew): unpost(slot, isNew: isNew)
      case .removed(let slot, let order): putBack(order, in: slot)
      case .shrunk(let slot, let size): shrink(slot, by: -size)
      }
    }
  }

  private mutating func unpost(_ slot: Int32, isNew: Bool) {
    remove(slot)
    guard isNew else { return }
    freeSlots.removeLast()
    slots.removeLast()
  }

  /// The neighbours of an order are the same as when it was removed, because later changes are
  /// undone already.
  private mutating func putBack(_ order: Order, in slot: Int32) {
    freeSlots.removeLast()
    slots[Int(slot)] = order
    if order.previous >= 0 { slots[Int(order.previous)].next = slot }
    if order.next >= 0 { slots[Int(order.next)].previous = slot }
    let level = order.side == .bid ? bids.putBack(slot, order) : asks.putBack(slot, order)
    slots[Int(slot)].move(to: level)
  }
}
