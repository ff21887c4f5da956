import PluginAPI

/// Why fewer orders stand than the table asks for.
enum Shortage: Sendable, Hashable, CustomStringConvertible {
  /// The wallets' accounts have no room for all levels of a side.
  case room(Int, perWallet: Int, wallets: Int)
  /// The zone has fewer ticks than levels.
  case ticks(Side, Int64, of: Int)
  /// More levels would make the smallest order too small.
  case sizes(Side, Int, of: Int, BaseLots)
  /// Wallets that do not have what their segments need.
  case funds(Int)

  var description: String {
    switch self {
    case .room(let levels, let perWallet, let wallets):
      Self.needed(levels, perWallet: perWallet, have: wallets)
    case .ticks(let side, let zone, let levels):
      "\(side.word) zone of \(zone) ticks has no room for \(levels) levels"
    case .sizes(let side, let count, let levels, let minimum):
      "\(side.word) depth makes \(count) of \(levels) levels of at least \(minimum) lots"
    case .funds(let wallets): "\(wallets) wallets lack funds for their segments"
    }
  }

  /// Says how many wallets and accounts `levels` per side would take.
  static func needed(_ levels: Int, perWallet: Int, have: Int) -> String {
    let wallets = (levels + perWallet - 1) / max(1, perWallet)
    return
      "\(levels) levels per side need \(2 * wallets) open-orders accounts of \(wallets) wallets, "
      + "\(perWallet) orders in each; there are \(have) wallets"
  }
}

extension Side {
  /// What traders call it.
  var word: String { self == .bid ? "BUY" : "SELL" }
}
