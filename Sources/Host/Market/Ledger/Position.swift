/// A sum of money by both ways of telling what something sold had cost.
package struct ByMethod: Sendable, Hashable, Codable {
  /// First in, first out.
  package var fifo: Int128
  /// At the average of all that is held.
  package var average: Int128

  package init(fifo: Int128 = 0, average: Int128 = 0) {
    self.fifo = fifo
    self.average = average
  }

  package static func + (left: Self, right: Self) -> Self {
    Self(fifo: left.fifo + right.fifo, average: left.average + right.average)
  }

  package static func - (left: Self, right: Self) -> Self {
    Self(fifo: left.fifo - right.fifo, average: left.average - right.average)
  }

  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    fifo = try container.decode(Exact.self).value
    average = try container.decode(Exact.self).value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(Exact(fifo))
    try container.encode(Exact(average))
  }
}

/// What is held of an asset and what it had cost in lamports.
///
/// For every change, exactly: new cost = old cost + `value` + realised. So rounding only moves
/// lamports between what is realised now and what is realised when the rest is sold. A position may
/// be negative while a sale is known before the purchase; its cost is negative then, too.
package struct Position: Sendable, Hashable, Codable {
  package private(set) var amount = Exact(0)
  package private(set) var cost = ByMethod()
  package private(set) var lots = LotQueue()

  package init() {}

  /// Adds `amount` atoms for `value` lamports, both negative for a sale, and returns the gain.
  ///
  /// What does not change the amount at all is gain or loss.
  package mutating func change(by change: Int128, for value: Int128) -> ByMethod {
    guard change != 0 else { return ByMethod(fifo: -value, average: -value) }
    let held = amount.value
    guard held != 0, (held > 0) != (change > 0) else {
      open(change, value)
      return ByMethod()
    }
    let closed = min(held.magnitude128, change.magnitude128)
    let part = value * closed / change.magnitude128
    let released = ByMethod(
      fifo: lots.remove(closed), average: cost.average * closed / held.magnitude128)
    cost = cost - released
    let rest = change < 0 ? change + closed : change - closed
    amount.value += change - rest
    if rest != 0 { open(rest, value - part) }
    return ByMethod(fifo: -part, average: -part) - released
  }

  private mutating func open(_ change: Int128, _ value: Int128) {
    lots.append(LotQueue.Lot(amount: change, cost: value))
    cost = cost + ByMethod(fifo: value, average: value)
    amount.value += change
  }
}
