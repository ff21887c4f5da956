package import PluginAPI
import Telemetry

extension MarketService {
  /// Books what moved money other than by trading: costs, transfers, swaps. What is booked already is
  /// not booked again.
  package func post(_ entries: [Booking]) {
    let new = entries.filter { books.post($0) != nil }
    guard !new.isEmpty else { return }
    showAnew()
    hooks.onChange()
  }

  /// Remembers which job placed an order, so that its fills can say so.
  package func note(_ order: OrderID, _ reason: OrderReason) { reasons.note(order, reason) }

  /// What all is worth now and where it came from; `nil` before there is anything, or while something
  /// has no price.
  package func equity() -> EquityReport? {
    guard books.ledger.count > 0, let valuation, let time = newest?.time else { return nil }
    return books.ledger.report(at: valuation, time: time, peak: books.peak)
  }

  /// The books.
  package var ledger: Ledger { books.ledger }

  /// What atoms are worth in lamports now; `nil` while the asset has no price.
  package func worth(_ amount: Int64, _ asset: LedgerAsset) -> Int64? {
    valuation?.value(of: Int128(amount), asset).map { Int64(clamping: $0) }
  }

  /// At the middle of the book, or the pivot while a side is empty.
  var valuation: Valuation? {
    guard let book = newest, let price = book.mid ?? pivot() else { return nil }
    return Valuation(
      price: price, lots: book.lots, sol: oracles.reading(at: book.time)?.price.price)
  }

  /// Books one's own part in a trade and tells of it.
  func book(_ item: FeedTrade, _ lots: MarketLots) {
    guard !item.fills.isEmpty else { return }
    let trade = item.trade
    guard let sol = try? lots.cost(of: trade.size, at: trade.price),
      let token = try? lots.amount(of: trade.size)
    else { return hooks.onEvent("TRADE_REFUSED", ["trade": trade.id.description]) }
    let entries = item.entries(token: token, sol: sol) { reason(of: $0) }
    let gains = entries.map { books.post($0) }
    guard gains.contains(where: { $0 != nil }) else { return }
    showAnew()
    for (fill, gain) in zip(item.fills, gains) {
      tell(fill, trade, trade.isSynthetic ? ByMethod() : gain ?? ByMethod())
    }
  }

  private func reason(of fill: OwnFill) -> String {
    fill.order.flatMap { reasons[$0]?.description } ?? ""
  }

  private func tell(_ fill: OwnFill, _ trade: Trade, _ gain: ByMethod) {
    metrics.add(.init("fills_total", ["side": fill.side.rawValue]))
    let from = fill.order.flatMap { reasons[$0] }
    hooks.onEvent(
      "ORDER_FILL",
      [
        "trade": trade.id.description, "wallet": fill.wallet.description,
        "account": fill.account.description, "order": fill.order?.description ?? "",
        "side": fill.side.rawValue, "price": trade.price.description,
        "size": trade.size.description, "volume": trade.size.description,
        "role": fill.isMaker ? "maker" : "taker", "fee": fill.fee.description,
        "synthetic": "\(trade.isSynthetic)", "gain": "\(gain.fifo)", "job": from?.job ?? "",
        "bundle": from?.bundle.description ?? "", "reason": from?.label ?? "",
      ])
  }
}

extension FeedTrade {
  /// One entry per own fill. A trade between own wallets moves tokens and SOL from one to the other
  /// and gains nothing; its fees are costs.
  func entries(token: TokenAmount, sol: Lamports, reason: (OwnFill) -> String) -> [Booking] {
    if trade.isSynthetic, fills.count == 2, let buyer = fills.first(where: { $0.side == .bid }),
      let seller = fills.first(where: { $0.side == .ask })
    {
      return synthetic(buyer, seller, token, sol, reason)
    }
    return fills.map { fill in
      Booking(
        source(of: fill), at: trade.time,
        .trade(
          LedgerTrade(
            fill.wallet, fill.side, token: token.count, sol: sol.count, fee: fill.fee.count,
            isMaker: fill.isMaker)), reason: reason(fill))
    }
  }

  private func synthetic(
    _ buyer: OwnFill, _ seller: OwnFill, _ token: TokenAmount, _ sol: Lamports,
    _ reason: (OwnFill) -> String
  ) -> [Booking] {
    let moved = Booking(
      "\(trade.id)/synthetic", at: trade.time,
      .synthetic(
        buyer: buyer.wallet, seller: seller.wallet, token: token.count, sol: sol.count),
      reason: fills.map(reason).first { !$0.isEmpty } ?? "")
    return [moved]
      + fills.map { fill in
        Booking(
          source(of: fill), at: trade.time,
          .cost(fill.isMaker ? .makerFee : .takerFee, fill.wallet, fill.fee.count))
      }
  }

  private func source(of fill: OwnFill) -> String {
    "\(trade.id)/\(fill.account)/\(fill.isMaker ? "maker" : "taker")"
  }
}
