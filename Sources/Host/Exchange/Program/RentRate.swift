package import Bundles
import PluginAPI

/// What the network asks for keeping an account: (128 + size) bytes at a rate.
package struct RentRate: Sendable, Hashable, Codable {
  package var lamportsPerByte: Int64

  package init(lamportsPerByte: Int64) { self.lamportsPerByte = lamportsPerByte }

  /// Sizes of accounts, in bytes (OpenBook V2 v1.7, SPL Token).
  package enum Size {
    package static let wallet: Int64 = 0
    package static let tokenAccount: Int64 = 165
    package static let openOrders: Int64 = 1_264
    package static let indexer: Int64 = 17
    /// What an indexer grows by with each account on its list.
    package static let indexerEntry: Int64 = 32
    package static let market: Int64 = 848
    package static let bookSide: Int64 = 90_952
    package static let eventHeap: Int64 = 91_288
  }

  /// What an account of `size` bytes must hold.
  package func minimum(_ size: Int64) -> Int64 { (128 + size) * lamportsPerByte }

  /// What each account on an indexer's list adds to the indexer's rent.
  package var indexerEntry: Int64 { Size.indexerEntry * lamportsPerByte }

  /// A market with both sides of its book, its event heap and both vaults.
  package var market: Int64 {
    minimum(Size.market) + 2 * minimum(Size.bookSide) + minimum(Size.eventHeap)
      + 2 * minimum(Size.tokenAccount)
  }
}

extension VenueCosts {
  /// The program's costs at a rate of rent; a market that charges no makers and 400 millionths of
  /// takers.
  package init(rent: RentRate, makerFee: Int64 = 0, takerFee: Int64 = 400) {
    self.init(
      openOrdersRent: Lamports(rent.minimum(RentRate.Size.openOrders)),
      walletMinimum: Lamports(rent.minimum(RentRate.Size.wallet)), takerFee: takerFee)
    marketRent = Lamports(rent.market)
    self.makerFee = makerFee
  }
}
