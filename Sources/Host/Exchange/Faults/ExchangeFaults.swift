package import Bundles
package import PluginAPI

/// How often things go wrong by themselves, by seed; nothing does by default.
package struct ExchangeFaults: Sendable, Hashable, Codable {
  // MARK: For each send

  /// The request does not arrive.
  package var lostRequests: Percent = 0
  /// The request arrives, the answer does not.
  package var lostAnswers: Percent = 0
  /// Too many requests.
  package var rateLimits: Percent = 0
  /// The engine turns the bundle down for a reason of its own.
  package var rejections: Percent = 0
  /// The engine takes the bundle and forgets it.
  package var drops: Percent = 0
  /// The engine keeps the bundle back for some slots.
  package var delays: Percent = 0
  /// The engine hands the bundle on twice.
  package var duplicates: Percent = 0
  /// One transaction of the bundle lands without the others.
  package var leaks: Percent = 0

  // MARK: For each block

  /// Bundles are carried out in any order.
  package var reorderings: Percent = 0

  // MARK: For each slot

  /// The engine cannot be reached for a while.
  package var engineOutages: Percent = 0
  /// The node cannot be reached for a while.
  package var nodeOutages: Percent = 0
  /// The node falls behind for a while.
  package var nodeLags: Percent = 0

  // MARK: For each call of the node

  /// The call fails.
  package var nodeFailures: Percent = 0
  /// A blockhash is old when it is given out.
  package var oldBlockhashes: Percent = 0

  // MARK: How long

  /// How long outages, lags and delays last at most, in slots.
  package var longest: UInt64 = 25

  package init() {}
}

/// One thing that goes wrong now, or with the next send.
package enum ExchangeFault: Sendable, Hashable {
  // With the next send.
  case lostRequest
  case lostAnswer
  case rateLimit
  case rejection(RejectReason)
  case drop
  case delay(slots: UInt64)
  case duplicate
  /// The transaction of that place, from 0, lands without the others.
  case leak(transaction: Int)
  // With the next block.
  case reordering
  // From now on.
  case engineOutage(slots: UInt64)
  case nodeOutage(slots: UInt64)
  case nodeLag(slots: UInt64)
  // With the next call of the node.
  case nodeFailure
  case oldBlockhash
}
