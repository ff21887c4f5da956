import Isolation
package import PluginAPI
import Telemetry

extension MarketService {
  /// Brings the market's gauges up to date. Whoever shows metrics calls it first, so that nothing is
  /// computed for nobody.
  package func publish(now: Timestamp) {
    guard let book = newest else { return }
    publishPrices(book)
    publishBook(book)
    publishIndices()
    publishMoney(book)
    set("feed_age_seconds", (now - book.time).inSeconds, ["feed": "book"])
    if let oracle = oracle() {
      set("feed_age_seconds", (now - oracle.price.time).inSeconds, ["feed": "oracle"])
      set("oracle_price_usd", Double(oracle.price.price.count) / 1e6)
      set("oracle_deviation_ratio", oracle.deviation)
      set("oracle_sources", Double(oracle.fresh))
    }
  }

  private func publishPrices(_ book: FeedBatch) {
    if let mid = book.mid { set("mid_price", book.lots.price(mid)) }
    guard let pivot = pivot() else { return }
    set("pivot_price", book.lots.price(pivot))
    set("pivot_seed_ratio", memory.pivot.seedShare(at: book.time))
    set(
      "break_even_price",
      book.lots.price(books.ledger.breakEven(pivot: pivot, lots: book.lots)))
    guard let zones = memory.channel.zones(around: pivot) else { return }
    set("channel_price", book.lots.price(zones.lower), ["edge": "lower"])
    set("channel_price", book.lots.price(zones.upper), ["edge": "upper"])
  }

  private func publishBook(_ book: FeedBatch) {
    for (side, levels) in [(Side.bid, book.bids), (.ask, book.asks)] {
      let own = levels.reduce(0) { $0 + Double($1.own.count) }
      set("quoted_depth", own, ["side": side.rawValue])
    }
    guard let bid = book.bids.first(where: { $0.own > .zero })?.price,
      let ask = book.asks.first(where: { $0.own > .zero })?.price, bid.count + ask.count > 0
    else { return metrics.remove(.init("quoted_spread_bps")) }
    let middle = Double(bid.count + ask.count) / 2
    set("quoted_spread_bps", Double(ask.count - bid.count) / middle * 10_000)
  }

  private func publishIndices() {
    guard let indices = indices() else { return }
    set("imbalance_index", indices.imbalance)
    set("synthetic_volume_ratio", indices.syntheticShare)
    set("market_noise_ratio", indices.noiseRatio)
    if let cadence = indices.cadenceSeconds { set("trade_cadence_seconds", cadence) }
    if let haven = indices.haven {
      set("safe_haven_index", haven.value)
      set("safe_haven_samples", Double(haven.samples))
    }
    if let volatility = memory.returns.volatility { set("volatility_ratio", volatility) }
  }

  private func publishMoney(_ book: FeedBatch) {
    if let report = equity() {
      set("equity", Double(report.equity.count) / 1e9)
      set("drawdown_ratio", report.drawdown)
      for (kind, amount) in report.pnl {
        set("pnl", Double(amount.count) / 1e9, ["kind": kind])
      }
    }
    set("rent_locked_lamports", Double(books.ledger.totals.rent))
    set("ledger_entries", Double(books.ledger.count))
    set("ledger_entries_unrecorded", Double(books.unrecorded))
    guard let swarm else { return }
    publish(swarm, book)
  }

  private func publish(_ swarm: SwarmFigures, _ book: FeedBatch) {
    for (wallet, count) in swarm.orders {
      set("orders_live", Double(count), ["wallet": wallet.description])
    }
    let worth = swarm.held.mapValues { held in
      valuation?.value(of: held).map { Double($0) } ?? 0
    }
    let all = worth.values.reduce(0, +)
    for (wallet, held) in swarm.held {
      let name = wallet.description
      set("balance", Double(held.sol) / 1e9, ["wallet": name, "token": "sol"])
      set("balance", book.lots.tokens(held.token), ["wallet": name, "token": "token"])
      set("balance", Double(held.usdc) / 1e6, ["wallet": name, "token": "usdc"])
      if all > 0 {
        set("wallet_exposure_ratio", (worth[wallet] ?? 0) / all, ["wallet": name])
      }
    }
  }

  private func set(
    _ name: String, _ value: Double, _ labels: KeyValuePairs<String, String> = [:]
  ) { metrics.set(.init(name, labels), value) }
}

extension EquityReport {
  /// The parts of the gain by the names that metrics and screens use.
  package var pnl: KeyValuePairs<String, Lamports> {
    [
      "realised": realised, "realised_average": realisedAverage, "unrealised": unrealised,
      "unrealised_average": unrealisedAverage, "costs": Lamports(-costs.count),
      "suspense": suspense,
    ]
  }
}

extension MarketLots {
  /// So many atoms in whole tokens, for display only.
  fileprivate func tokens(_ atoms: Int128) -> Double {
    var perToken = 1.0
    for _ in 0..<tokenDecimals { perToken *= 10 }
    return Double(atoms) / perToken
  }
}
