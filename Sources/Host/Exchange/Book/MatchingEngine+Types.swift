package import PluginAPI

extension MatchingEngine {
  /// Whose an order is: an own open-orders account from 0 on, or one of the outsiders.
  package struct Owner: Sendable, Hashable {
    let number: Int32
    package static func account(_ index: Int) -> Owner { Owner(number: Int32(index)) }
    package static let outsideMaker = Owner(number: -1)
    package static let outsideTaker = Owner(number: -2)
    var accountIndex: Int? { number >= 0 ? Int(number) : nil }
  }

  /// An order that stands. Times are kept as bare nanoseconds, which are quick to compare.
  package struct Order: Sendable {
    package internal(set) var number: UInt64 = 0
    package let price: Int64
    /// What is left.
    package internal(set) var size: Int64
    private let placedAt: Int64
    /// `Int64.max` for an order that does not expire.
    let expiry: Int64
    package let owner: Owner
    private(set) var level: Int32 = -1
    var previous: Int32 = -1
    var next: Int32 = -1
    package let side: Side

    init(
      owner: Owner, side: Side, price: Int64, size: Int64, placed: Int64, expiry: Int64 = .max
    ) {
      self.owner = owner
      self.side = side
      self.price = price
      self.size = size
      placedAt = placed
      self.expiry = expiry
    }

    package var placed: Timestamp { Timestamp(nanoseconds: placedAt) }
    package var expires: Timestamp? {
      expiry == .max ? nil : Timestamp(nanoseconds: expiry)
    }

    var isOwn: Bool { owner.number >= 0 }
    var ownSize: Int64 { isOwn ? size : 0 }

    mutating func stand(at level: Int32, after last: Int32) {
      self.level = level
      previous = last
      next = -1
    }

    mutating func move(to level: Int32) { self.level = level }
  }

  /// What a post-only order came to.
  package enum Posting: Sendable, Hashable {
    case placed(UInt64)
    /// It would have traded at once; nothing happened.
    case wouldTrade
    /// Its time was over; nothing happened.
    case expired
    /// No more orders can stand; nothing happened.
    case full
  }

  /// A taking order met a standing order.
  package struct Fill: Sendable {
    package let maker: UInt64
    package let makerOwner: Owner
    package let price: Int64
    package let size: Int64
    /// What is left of the standing order.
    package let left: Int64
    /// Both orders were of the same account: no fee is due. With a size of zero the standing one was
    /// cancelled.
    package let isSelf: Bool

    /// Whether nothing is left of the standing order.
    package var makerIsDone: Bool { left == 0 }
  }

  /// What happens when a taking order meets an order of its own account (OpenBook V2 program).
  package enum SelfTrade: Sendable, Hashable {
    /// Both are filled, without fees.
    case decrementTake
    /// The standing order is cancelled and the other goes on.
    case cancelProvide
    /// The whole transaction fails.
    case abort
  }

  /// What a taking order may do.
  package struct TakeRules: Sendable {
    package var owner: Owner
    package var selfTrade = SelfTrade.abort
    /// How many standing orders it may meet.
    package var mostFills = Int.max

    package init(owner: Owner) { self.owner = owner }
  }

  /// A taking order met an order of the same open-orders account. The engine is left half done:
  /// whoever asked must undo what was recorded.
  package struct WouldSelfTrade: Error, Sendable {
    package let order: UInt64
  }
}
