import PluginAPI

/// Moves of money that happen together.
struct Injection: Sendable, Hashable, Codable {
  /// Why, in a few words.
  var reason: String
  /// What is swapped first, if anything.
  var swap: Swap?
  /// SOL that goes from wallets to others.
  var transfers: [Transfer] = []

  struct Swap: Sendable, Hashable, Codable {
    var wallet: WalletID
    var direction: Direction
    /// Its size in dollars.
    var usdc: USD
  }

  enum Direction: String, Sendable, Hashable, Codable { case buySOL, sellSOL }

  struct Transfer: Sendable, Hashable, Codable {
    var from: WalletID
    var to: WalletID
    var amount: Lamports
  }

  /// All SOL that is transferred.
  var moved: SOL {
    get throws(ArithmeticOverflow) {
      var sum = Lamports.zero
      for transfer in transfers { sum = try sum.adding(transfer.amount) }
      return SOL(sum)
    }
  }

  /// What `wallet` must have when the bundle begins: USDC that it swaps, or SOL that it swaps or
  /// hands out and does not buy first.
  func isCovered(by swarm: Swarm, at price: USD) throws(ArithmeticOverflow) -> Bool {
    if let swap {
      guard let wallet = swarm.wallets.first(where: { $0.id == swap.wallet }) else { return false }
      switch swap.direction {
      case .buySOL: return wallet.usdc >= swap.usdc
      case .sellSOL: return wallet.sol >= (try Lamports(swap.usdc, at: price))
      }
    }
    var given: [WalletID: Lamports] = [:]
    for transfer in transfers {
      given[transfer.from] = try (given[transfer.from] ?? .zero).adding(transfer.amount)
    }
    return given.allSatisfy { id, amount in
      swarm.wallets.contains { $0.id == id && $0.sol >= amount }
    }
  }
}
