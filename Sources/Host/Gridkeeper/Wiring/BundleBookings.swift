import Bundles
import Market
import PluginAPI
import Storage

/// Turns what a bundle did into entries of the books and reasons of orders.
struct BundleBookings: Sendable {
  let market: MarketService

  /// Books a bundle that landed, whatever became of its intents. What is booked already is not booked
  /// again, so a bundle may be handed in as often as somebody is unsure.
  func landed(_ record: Bundles.BundleRecord, _ effects: BundleEffects, at time: Timestamp) async {
    await remember(record, effects.results)
    let worth = await prices(effects.moves)
    let reason = "\(record.submitter.job) \(record.id) \(record.label)"
    await market.post(
      Self.bookings(effects.moves, of: record.id, at: time, reason: reason) { worth[$0] ?? 0 })
  }

  /// Remembers the orders of bundles that an earlier host placed, the newest first.
  ///
  /// - Throws: Whatever keeps the store from being read.
  func recall(_ store: any Store, limit: Int = 2_000) async throws {
    let journal = StoreJournal(store: store)
    for row in try await store.bundles(job: nil, limit: limit).reversed() {
      guard let record = try? journal.read(row) else { continue }
      await remember(record, record.results)
    }
  }

  private func remember(_ record: Bundles.BundleRecord, _ results: [IntentResult?]) async {
    for (index, result) in results.enumerated() {
      guard case .placed(let order, _) = result else { continue }
      let reason = OrderReason(
        job: record.submitter.job, bundle: record.id, label: "\(record.label) #\(index + 1)")
      await market.note(order, reason)
    }
  }

  /// What each move is worth, where that must be asked.
  private func prices(_ moves: [MoneyMove]) async -> [MoneyMove: Int64] {
    var worth: [MoneyMove: Int64] = [:]
    for move in moves where move.kind == .transfer || move.kind == .swap {
      worth[move] = await market.worth(move.amount, move.asset.inLedger)
    }
    return worth
  }

  /// The entries for moves of money, named by the bundle and their place in it.
  ///
  /// A swap is two moves of one wallet, and a transfer two of opposite amounts, one after the other.
  /// What is left without its half came from outside or went there.
  static func bookings(
    _ moves: [MoneyMove], of bundle: BundleID, at time: Timestamp, reason: String,
    worth: (MoneyMove) -> Int64
  ) -> [Booking] {
    var (bookings, open): ([Booking], (index: Int, move: MoneyMove)?) = ([], nil)
    func add(_ index: Int, _ action: LedgerAction) {
      bookings.append(Booking("\(bundle)/\(index)", at: time, action, reason: reason))
    }
    func addOpen() {
      if let (index, move) = open { add(index, move.fromOutside(worth(move))) }
      open = nil
    }
    for (index, move) in moves.enumerated() {
      if let action = move.alone {
        add(index, action)
      } else if let half = open, let action = half.move.paired(with: move, worth) {
        add(index, action)
        open = nil
      } else {
        addOpen()
        open = (index, move)
      }
    }
    addOpen()
    return bookings
  }
}

extension MoneyMove {
  /// What the move is by itself; `nil` for half of a swap or a transfer.
  fileprivate var alone: LedgerAction? {
    switch kind {
    case .fee: .cost(.fee, wallet, -amount)
    case .tip: .cost(.tip, wallet, -amount)
    case .heapPenalty: .cost(.heapPenalty, wallet, -amount)
    case .rentLock, .rentReclaim: .rent(wallet, -amount)
    case .swap, .transfer: nil
    }
  }

  /// The swap or the transfer that this and `other` are the halves of.
  fileprivate func paired(with other: MoneyMove, _ worth: (MoneyMove) -> Int64) -> LedgerAction? {
    guard kind == other.kind else { return nil }
    let (given, got) = amount < 0 ? (self, other) : (other, self)
    guard given.amount < 0, got.amount >= 0 else { return nil }
    if kind == .transfer {
      guard asset == other.asset, amount == -other.amount else { return nil }
      return .transfer(from: given.wallet, to: got.wallet, asset.inLedger, got.amount)
    }
    guard wallet == other.wallet, asset != other.asset else { return nil }
    return .swap(
      wallet, given: given.asset.inLedger, -given.amount, got: got.asset.inLedger, got.amount,
      value: -worth(given))
  }

  fileprivate func fromOutside(_ worth: Int64) -> LedgerAction {
    .external(wallet, asset.inLedger, amount, value: worth)
  }
}

extension MoneyMove.Asset {
  fileprivate var inLedger: LedgerAsset {
    switch self {
    case .sol: .sol
    case .token: .token
    case .usdc: .usdc
    }
  }
}

extension EquityReading {
  init(_ report: EquityReport) {
    self.init(lamports: report.equity, peak: report.peak, time: report.time)
  }
}
