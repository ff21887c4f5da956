package import PluginAPI

/// An order of one's own that stands, is on its way, or is asked for: what another could meet.
package struct OwnQuote: Sendable, Hashable {
  package var account: AccountID
  package var side: Side
  package var price: PriceLots

  package init(account: AccountID, side: Side, price: PriceLots) {
    self.account = account
    self.side = side
    self.price = price
  }

  /// Whether the two would trade with each other if both were on the book.
  package func meets(_ other: OwnQuote) -> Bool {
    guard side != other.side else { return false }
    return side == .bid ? price >= other.price : other.price >= price
  }
}

/// What a wallet gives up, at most, until a bundle has ended.
package struct WalletDraw: Sendable, Hashable {
  package var sol: Int128 = 0
  package var token: Int128 = 0
  package var usdc: Int128 = 0

  static func += (left: inout Self, right: Self) {
    left.sol += right.sol
    left.token += right.token
    left.usdc += right.usdc
  }
}
