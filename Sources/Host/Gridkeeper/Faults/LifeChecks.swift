import Bundles
import Exchange
import PluginAPI
import Storage

/// Looks, after a life, whether the promises were kept. What is asked is the world itself: the disk,
/// the exchange, and what the notary saw; never the host's own opinion.
struct LifeChecks {
  let life: Life

  func report(soundBefore audit: ExchangeAudit) async -> LifeReport {
    var report = LifeReport(seed: life.plan.seed)
    report.faults = Dictionary(
      uniqueKeysWithValues: life.dice.counts.map { ($0.key.rawValue, $0.value) })
    let after = await life.exchange.audit()
    report.expect(after == audit, "funds were not conserved: \(audit) before, \(after) after")
    await checkSlots(&report)
    await checkBundles(&report)
    await checkOrders(&report)
    return report
  }

  // MARK: Slots

  private func checkSlots(_ report: inout LifeReport) async {
    let open = (try? await life.disk.openSlots()) ?? []
    report.expect(open.isEmpty, "slots without an end: \(open.map { "\($0.key)" })")
    let runs = (try? await life.disk.runs(job: nil, limit: .max, before: nil)) ?? []
    report.runs = runs.count
    let running = runs.filter { $0.ended == nil }
    report.expect(running.isEmpty, "runs without an end: \(running.map(\.id))")
  }

  // MARK: Bundles

  private func checkBundles(_ report: inout LifeReport) async {
    let rows = (try? await life.disk.bundles(job: nil, limit: .max)) ?? []
    for row in rows { report.bundles[row.state, default: 0] += 1 }
    for row in rows {
      let isFinal = BundleState(rawValue: row.state)?.isFinal == true
      report.expect(isFinal, "bundle \(row.id) was left in state \(row.state)")
      report.expect(
        !row.intents.isEmpty || row.state != BundleState.finalized.rawValue,
        "bundle \(row.id) lost its intents")
    }
    let known = Set(rows.map(\.id))
    for id in life.notary.receipts {
      report.expect(known.contains(id), "bundle \(id) was promised and is not on the disk")
    }
    for row in rows { await checkLandings(of: row, &report) }
  }

  /// What the exchange says of every transaction that was ever signed for a bundle.
  private func checkLandings(of row: Storage.BundleRecord, _ report: inout LifeReport) async {
    var landed: [Int] = []
    for signing in life.notary.signings(of: row.id) {
      guard let statuses = try? await life.exchange.status(of: signing.signatures).statuses else {
        continue
      }
      let done = statuses.filter { $0 != nil && $0?.error == nil }
      if !done.isEmpty { landed.append(signing.attempt) }
      report.expect(
        done.isEmpty || done.count == statuses.count || row.state == BundleState.partial.rawValue,
        "bundle \(row.id) landed in part: \(done.count) of \(statuses.count) transactions")
    }
    report.expect(landed.count <= 1, "bundle \(row.id) landed \(landed.count) times")
    let isTold = [BundleState.finalized.rawValue, BundleState.partial.rawValue].contains(row.state)
    report.expect(
      isTold == !landed.isEmpty,
      "bundle \(row.id) is \(row.state), and the exchange says that it "
        + (landed.isEmpty ? "never landed" : "landed"))
  }

  // MARK: Orders

  /// Every order that stands on the exchange was placed by a bundle on the disk.
  private func checkOrders(_ report: inout LifeReport) async {
    let rows = (try? await life.disk.bundles(job: nil, limit: .max)) ?? []
    var placed: Set<String> = []
    for row in rows {
      guard let text = row.results, let results: [IntentResult?] = try? JSONText.decode(text) else {
        continue
      }
      for case .placed(let order, _)? in results { placed.insert("\(order)") }
    }
    let state = await life.exchange.truth()
    for wallet in state.swarm.wallets {
      for order in wallet.accounts.flatMap(\.orders) where !placed.contains("\(order.id)") {
        report.violations.append(
          "order \(order.id) of \(wallet.id) stands, and no bundle on the disk placed it")
      }
    }
    if let bid = state.bids.first, let ask = state.asks.first {
      report.expect(bid.price < ask.price, "the book is crossed: \(bid.price) \(ask.price)")
    }
  }
}
