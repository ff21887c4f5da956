package import PluginAPI

/// What the market learned and booked since the last write; stored as a whole or not at all.
package struct MarketWrite: Sendable, Hashable {
  package var trades: [Trade] = []
  package var bars: [BarRecord] = []
  package var ledger: [LedgerRow] = []
  /// Small texts by key, such as the state of the pivot; each replaces the older one.
  package var texts: [String: String] = [:]

  package init() {}
}

/// The genuine trades of one day, as exact sums.
package struct TradeDay: Sendable, Hashable {
  /// Days since 1970 in UTC.
  package var day: Int64
  /// Price times size, summed.
  package var value: Int128
  /// Size, summed.
  package var volume: Int128

  package init(day: Int64, value: Int128, volume: Int128) {
    self.day = day
    self.value = value
    self.volume = volume
  }
}

/// A line of the books: what a wallet got of an asset, in atoms, negative for what it gave.
package struct LedgerRow: Sendable, Hashable {
  /// The number of its entry; lines of one entry share it.
  package var entry: Int64
  /// Its place in the entry.
  package var line: Int
  /// Where the entry comes from, such as a trade's name.
  package var source: String
  package var time: Timestamp
  package var kind: String
  package var wallet: WalletID
  package var asset: String
  package var amount: Int64
  /// Which job, bundle and order it comes from; empty when nobody knows.
  package var reason: String

  package init(
    entry: Int64, line: Int, source: String, time: Timestamp, kind: String, wallet: WalletID,
    asset: String, amount: Int64, reason: String = ""
  ) {
    self.entry = entry
    self.line = line
    self.source = source
    self.time = time
    self.kind = kind
    self.wallet = wallet
    self.asset = asset
    self.amount = amount
    self.reason = reason
  }
}

/// What a wallet holds of an asset by all its lines.
package struct LedgerBalance: Sendable, Hashable {
  package var wallet: WalletID
  package var asset: String
  package var amount: Int64

  package init(wallet: WalletID, asset: String, amount: Int64) {
    self.wallet = wallet
    self.asset = asset
    self.amount = amount
  }
}

/// How long something outside took to answer.
package struct LatencyRecord: Sendable, Hashable {
  package var time: Timestamp
  /// What was asked, such as `venue` or `database`.
  package var target: String
  /// What for, such as `read`.
  package var operation: String
  package var duration: Duration

  package init(time: Timestamp, target: String, operation: String, duration: Duration) {
    self.time = time
    self.target = target
    self.operation = operation
    self.duration = duration
  }
}
