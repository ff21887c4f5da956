package import PluginAPI
import Telemetry

/// What a look at one's own wallets showed, for screens and metrics.
struct SwarmFigures: Sendable {
  var orders: [WalletID: Int] = [:]
  var held: [WalletID: AssetAmounts] = [:]
}

extension MarketService {
  /// Takes over a look at one's own wallets: which orders stand, and whether the books are right.
  ///
  /// A wallet's first look opens its books. Later differences that last are booked as suspense, under
  /// the slot of the look, and told; never are fills made up to explain them. Nothing is compared
  /// while something is on its way (`isQuiet` is false: a bundle, or a fill that is not processed), or
  /// when the look is not of the newest book's slot.
  ///
  /// - Throws: `MarketUnavailable` when the venue cannot be read.
  package func observe(_ swarm: Swarm, slot: UInt64, isQuiet: Bool) async throws {
    do { try await catchUp() } catch { throw MarketUnavailable("\(error)") }
    guard let book = newest else { return }
    let held = swarm.wallets.map { ($0, (try? $0.holdings(book.lots)) ?? AssetAmounts()) }
    self.swarm = SwarmFigures(
      orders: .init(
        swarm.wallets.map { ($0.id, $0.accounts.reduce(0) { $0 + $1.orders.count }) },
        uniquingKeysWith: +),
      held: .init(held.map { ($0.0.id, $0.1) }, uniquingKeysWith: { $1 }))
    reasons.keep(
      standing: Set(swarm.wallets.flatMap { $0.accounts.flatMap { $0.orders.map(\.id) } }))
    guard isQuiet, slot == book.cursor.slot, let valuation else { return }
    for (wallet, amounts) in held { reconcile(wallet, amounts, slot, book.time, valuation) }
  }

  private func reconcile(
    _ wallet: Wallet, _ held: AssetAmounts, _ slot: UInt64, _ time: Timestamp,
    _ valuation: Valuation
  ) {
    let booked = books.ledger.balances[wallet.id] ?? AssetAmounts()
    guard books.ledger.opened.contains(wallet.id) else {
      return open(wallet.id, held, booked, time, valuation)
    }
    let difference = drift.difference(of: wallet, held: held, booked: booked)
    for asset in LedgerAsset.allCases where difference[asset] != 0 {
      let amount = Int64(clamping: difference[asset])
      let value = Int64(clamping: valuation.value(of: Int128(amount), asset) ?? 0)
      post([
        Booking(
          "suspense/\(slot)/\(wallet.id)/\(asset.rawValue)", at: time,
          .suspense(wallet.id, asset, amount, value: value))
      ])
      metrics.add(.init("ledger_differences_total", ["asset": asset.rawValue]))
      hooks.onEvent(
        "LEDGER_DIFFERENCE",
        [
          "wallet": wallet.id.description, "asset": asset.rawValue, "amount": "\(amount)",
          "slot": "\(slot)",
        ])
    }
  }

  private func open(
    _ wallet: WalletID, _ held: AssetAmounts, _ booked: AssetAmounts, _ time: Timestamp,
    _ valuation: Valuation
  ) {
    post(
      LedgerAsset.allCases.map { asset in
        let amount = held[asset] - booked[asset]
        return Booking(
          "opening/\(wallet)/\(asset.rawValue)", at: time,
          .external(
            wallet, asset, Int64(clamping: amount),
            value: Int64(clamping: valuation.value(of: amount, asset) ?? 0)))
      })
  }
}
