/// The lots of a position, oldest first, for costs first in, first out.
///
/// Neighbours of the same unit price merge. Beyond `limit` lots the two oldest merge: what they cost
/// together stays exact, and only which of the two goes first is forgotten. So memory is flat, and
/// adding or removing costs O(1) amortised.
package struct LotQueue: Sendable, Hashable {
  package struct Lot: Sendable, Hashable {
    /// Atoms; negative for what was sold before it was bought.
    package var amount: Int128
    /// Lamports for all of it, with the sign of `amount`.
    package var cost: Int128
  }

  package static let limit = 1_024

  private var lots: [Lot] = []
  private var head = 0

  package init() {}

  /// The lots, oldest first.
  package var oldestFirst: ArraySlice<Lot> { lots[head...] }

  /// Adds a lot behind all others; its sign is theirs.
  package mutating func append(_ lot: Lot) {
    if lots.count > head, let last = lots.last, last.cost * lot.amount == lot.cost * last.amount {
      lots[lots.count - 1] = Lot(amount: last.amount + lot.amount, cost: last.cost + lot.cost)
      return
    }
    lots.append(lot)
    if lots.count - head > Self.limit { mergeOldest() }
  }

  /// Takes `amount` atoms, a positive number, from the oldest lots, and returns what they cost.
  ///
  /// A part of a lot costs its share, rounded toward zero; the rest of the lot keeps the remainder.
  package mutating func remove(_ amount: Int128) -> Int128 {
    var (left, cost): (Int128, Int128) = (amount, 0)
    while left > 0, head < lots.count {
      let lot = lots[head]
      let size = lot.amount.magnitude128
      guard size > left else {
        left -= size
        cost += lot.cost
        head += 1
        continue
      }
      let share = lot.cost * left / size
      lots[head].cost -= share
      lots[head].amount -= lot.amount < 0 ? -left : left
      cost += share
      left = 0
    }
    compact()
    return cost
  }

  private mutating func mergeOldest() {
    let oldest = lots[head]
    head += 1
    lots[head].amount += oldest.amount
    lots[head].cost += oldest.cost
    compact()
  }

  private mutating func compact() {
    guard head == lots.count || head > Self.limit else { return }
    lots.removeFirst(head)
    head = 0
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.oldestFirst == right.oldestFirst
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(oldestFirst) }
}

extension LotQueue: Codable {
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    while !container.isAtEnd {
      let amount = try container.decode(Exact.self).value
      lots.append(Lot(amount: amount, cost: try container.decode(Exact.self).value))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for lot in oldestFirst {
      try container.encode(Exact(lot.amount))
      try container.encode(Exact(lot.cost))
    }
  }
}

extension Int128 {
  /// The number without its sign. No amount of money comes near the one value that has none.
  var magnitude128: Int128 { self < 0 ? -self : self }
}
