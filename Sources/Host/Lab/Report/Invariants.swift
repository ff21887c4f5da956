import Bundles
import Exchange
import Market
import PluginAPI

/// What must hold after every run, whatever happened.
enum Invariants {
  /// Nothing was made out of nothing, and nothing vanished.
  static func conserved(_ before: ExchangeAudit, _ after: ExchangeAudit) -> InvariantFacts {
    InvariantFacts(
      "funds are conserved", before == after,
      before == after
        ? "\(after.sol) lamports, \(after.token) token atoms, \(after.usdc) USDC atoms"
        : "began with \(before), ended with \(after)")
  }

  /// Every fill belongs to an order that a job placed.
  static func explained(_ trading: TradingFacts) -> InvariantFacts {
    InvariantFacts(
      "every fill has a reason", trading.unexplained == 0,
      "\(trading.fills) fills, \(trading.unexplained) without a reason")
  }

  /// Δequity = realised + Δunrealised − costs + from outside, to the lamport and for both methods.
  static func identity(_ first: EquityReport?, _ last: EquityReport?, _ ledger: Ledger)
    -> InvariantFacts
  {
    let name = "the books balance"
    guard let first, let last else { return InvariantFacts(name, true, "nothing was booked") }
    let change = last.equity.count - first.equity.count
    let rest =
      last.external.count - first.external.count + last.suspense.count - first.suspense.count
      - (last.costs.count - first.costs.count)
    let fifo =
      last.realised.count - first.realised.count + last.unrealised.count - first.unrealised.count
    let average =
      last.realisedAverage.count - first.realisedAverage.count + last.unrealisedAverage.count
      - first.unrealisedAverage.count
    let isBalanced = ledger.discrepancy == ByMethod()
    return InvariantFacts(
      name, change == fifo + rest && change == average + rest && isBalanced,
      "equity changed by \(change) lamports, gains are \(fifo) (FIFO) and \(average) (average), "
        + "the rest is \(rest), \(ledger.count) entries")
  }

  /// What the wallets hold on the venue is what the books say. A lamport for each bid may be off:
  /// what is rounded when a bid locks its fee.
  static func booked(_ state: VenueState, _ ledger: Ledger) -> InvariantFacts {
    var wrong: [String] = []
    for wallet in state.swarm.wallets {
      let held = (try? wallet.holdings(state.lots)) ?? AssetAmounts()
      let booked = ledger.balances[wallet.id] ?? AssetAmounts()
      let bids = wallet.accounts.reduce(0) { $0 + $1.orders.count { $0.side == .bid } }
      for asset in LedgerAsset.allCases {
        let difference = held[asset] - booked[asset]
        let slack = asset == .sol ? Int128(bids) : 0
        guard difference > slack || difference < -slack else { continue }
        wrong.append("\(wallet.id) holds \(difference) of \(asset.rawValue) more than is booked")
      }
    }
    return InvariantFacts(
      "the books say what the wallets hold", wrong.isEmpty,
      wrong.isEmpty ? "\(state.swarm.wallets.count) wallets" : wrong.joined(separator: "; "))
  }

  /// Every accepted bundle came to its end.
  static func ended(accepted: Int, _ ends: [String: Int], _ open: [BundleRecord])
    -> InvariantFacts
  {
    let count = ends.values.reduce(0, +)
    return InvariantFacts(
      "every accepted bundle came to its end", count == accepted && open.isEmpty,
      "\(accepted) accepted, \(count) ended"
        + open.map { "; \($0.id) is \($0.state.rawValue)" }.joined())
  }

  /// Every order that stands was placed by a job.
  static func placed(_ state: VenueState, _ reasons: OrderWords) -> InvariantFacts {
    let orders = state.swarm.wallets.flatMap(\.accounts).flatMap(\.orders)
    let strange = orders.filter { reasons[$0.id] == nil }
    return InvariantFacts(
      "every order that stands was placed by a job", strange.isEmpty,
      "\(orders.count) orders stand, \(strange.count) of them unaccounted")
  }
}
