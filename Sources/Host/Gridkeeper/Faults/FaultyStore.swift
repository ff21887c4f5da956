import Isolation
import Lab
import PluginAPI
import Storage
import Telemetry

/// The disk as one life of the host sees it: writes fail, take long, or are the last thing that the
/// host does.
struct FaultyStore: Store {
  let disk: MemoryStore
  let dice: FaultDice
  let power: Power

  private func writing<Result: Sendable>(
    _ body: () async throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    await power.pass()
    if dice.draws(.crashBeforeWrite) { power.cut() }
    if dice.draws(.writeIsSlow) { try? await VirtualTime.pause(for: dice.duration(5...2_000)) }
    await power.pass()
    if dice.draws(.writeFails) { throw StoreError(.full, "the disk is full") }
    let result = try await body()
    if dice.draws(.crashAfterWrite) { power.cut() }
    await power.pass()
    return result
  }

  private func reading<Result: Sendable>(
    _ body: () async throws(StoreError) -> Result
  ) async throws(StoreError) -> Result {
    await power.pass()
    return try await body()
  }

  /// The disk stays for the next life.
  func close() async { await power.pass() }

  func write(_ ledger: [LedgerWrite]) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.write(ledger) }
  }

  func prune(_ retention: Retention, now: Timestamp) async throws(StoreError) -> Int {
    try await writing { () throws(StoreError) in try await disk.prune(retention, now: now) }
  }

  // MARK: Slots, runs, positions

  func openSlots() async throws(StoreError) -> [SlotRecord] {
    try await reading { () throws(StoreError) in try await disk.openSlots() }
  }

  func slots(job: String, limit: Int) async throws(StoreError) -> [SlotRecord] {
    try await reading { () throws(StoreError) in try await disk.slots(job: job, limit: limit) }
  }

  func slotSummary(job: String, in range: Range<Timestamp>) async throws(StoreError)
    -> SlotSummary
  {
    try await reading { () throws(StoreError) in
      try await disk.slotSummary(job: job, in: range)
    }
  }

  func openRuns() async throws(StoreError) -> [RunRecord] {
    try await reading { () throws(StoreError) in try await disk.openRuns() }
  }

  func runs(job: String?, limit: Int, before: Timestamp?) async throws(StoreError)
    -> [RunRecord]
  {
    try await reading { () throws(StoreError) in
      try await disk.runs(job: job, limit: limit, before: before)
    }
  }

  func run(id: String) async throws(StoreError) -> RunRecord? {
    try await reading { () throws(StoreError) in try await disk.run(id: id) }
  }

  func anchors() async throws(StoreError) -> [AnchorRecord] {
    try await reading { () throws(StoreError) in try await disk.anchors() }
  }

  func lastSlots() async throws(StoreError) -> [SlotSequence: Timestamp] {
    try await reading { () throws(StoreError) in try await disk.lastSlots() }
  }

  func standings() async throws(StoreError) -> [StandingRecord] {
    try await reading { () throws(StoreError) in try await disk.standings() }
  }

  // MARK: Generations and what jobs remember

  func appendGeneration(_ generation: GenerationRecord) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.appendGeneration(generation) }
  }

  func lastGoodGeneration() async throws(StoreError) -> GenerationRecord? {
    try await reading { () throws(StoreError) in try await disk.lastGoodGeneration() }
  }

  func generation(_ number: Int64) async throws(StoreError) -> GenerationRecord? {
    try await reading { () throws(StoreError) in try await disk.generation(number) }
  }

  func generations(limit: Int) async throws(StoreError) -> [GenerationRecord] {
    try await reading { () throws(StoreError) in try await disk.generations(limit: limit) }
  }

  func loadState(job: String, key: String) async throws(StoreError) -> String? {
    try await reading { () throws(StoreError) in try await disk.loadState(job: job, key: key) }
  }

  func storeState(job: String, key: String, json: String?, at time: Timestamp)
    async throws(StoreError)
  {
    try await writing { () throws(StoreError) in
      try await disk.storeState(job: job, key: key, json: json, at: time)
    }
  }

  func state(job: String) async throws(StoreError) -> [String: String] {
    try await reading { () throws(StoreError) in try await disk.state(job: job) }
  }

  // MARK: Bundles

  func acceptBundle(_ bundle: BundleRecord) async throws(StoreError) -> BundleAcceptance {
    try await writing { () throws(StoreError) in try await disk.acceptBundle(bundle) }
  }

  func updateBundle(_ bundle: BundleRecord) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.updateBundle(bundle) }
  }

  func unfinishedBundles() async throws(StoreError) -> [BundleRecord] {
    try await reading { () throws(StoreError) in try await disk.unfinishedBundles() }
  }

  func bundles(job: String?, limit: Int) async throws(StoreError) -> [BundleRecord] {
    try await reading { () throws(StoreError) in try await disk.bundles(job: job, limit: limit) }
  }

  func bundles(run: String) async throws(StoreError) -> [BundleRecord] {
    try await reading { () throws(StoreError) in try await disk.bundles(run: run) }
  }

  func bundle(id: BundleID) async throws(StoreError) -> BundleRecord? {
    try await reading { () throws(StoreError) in try await disk.bundle(id: id) }
  }

  func bundleCosts(since time: Timestamp) async throws(StoreError) -> BundleCosts {
    try await reading { () throws(StoreError) in try await disk.bundleCosts(since: time) }
  }

  // MARK: History

  func appendEvents(_ events: [Event]) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.appendEvents(events) }
  }

  func events(after: Int64, limit: Int) async throws(StoreError) -> [Event] {
    try await reading { () throws(StoreError) in
      try await disk.events(after: after, limit: limit)
    }
  }

  func lastEvent() async throws(StoreError) -> Int64 {
    try await reading { () throws(StoreError) in try await disk.lastEvent() }
  }

  func appendTrades(_ trades: [Trade]) async throws(StoreError) -> Int {
    try await writing { () throws(StoreError) in try await disk.appendTrades(trades) }
  }

  func trades(since: Timestamp, limit: Int) async throws(StoreError) -> [Trade] {
    try await reading { () throws(StoreError) in
      try await disk.trades(since: since, limit: limit)
    }
  }

  func appendBars(_ bars: [BarRecord]) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.appendBars(bars) }
  }

  func bars(since: Timestamp, limit: Int) async throws(StoreError) -> [BarRecord] {
    try await reading { () throws(StoreError) in try await disk.bars(since: since, limit: limit) }
  }

  func appendAudit(_ entry: AuditRecord) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.appendAudit(entry) }
  }

  func audit(limit: Int) async throws(StoreError) -> [AuditRecord] {
    try await reading { () throws(StoreError) in try await disk.audit(limit: limit) }
  }

  // MARK: Books

  func write(_ market: MarketWrite) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.write(market) }
  }

  func marketText(_ key: String) async throws(StoreError) -> String? {
    try await reading { () throws(StoreError) in try await disk.marketText(key) }
  }

  func tradeDays(since time: Timestamp) async throws(StoreError) -> [TradeDay] {
    try await reading { () throws(StoreError) in try await disk.tradeDays(since: time) }
  }

  func newestTrades(limit: Int) async throws(StoreError) -> [Trade] {
    try await reading { () throws(StoreError) in try await disk.newestTrades(limit: limit) }
  }

  func newestBars(limit: Int) async throws(StoreError) -> [BarRecord] {
    try await reading { () throws(StoreError) in try await disk.newestBars(limit: limit) }
  }

  func newestLedger(limit: Int) async throws(StoreError) -> [LedgerRow] {
    try await reading { () throws(StoreError) in try await disk.newestLedger(limit: limit) }
  }

  func ledgerBalances() async throws(StoreError) -> [LedgerBalance] {
    try await reading { () throws(StoreError) in try await disk.ledgerBalances() }
  }

  func appendLatencies(_ latencies: [LatencyRecord]) async throws(StoreError) {
    try await writing { () throws(StoreError) in try await disk.appendLatencies(latencies) }
  }

  func latencies(since: Timestamp, limit: Int) async throws(StoreError) -> [LatencyRecord] {
    try await reading { () throws(StoreError) in
      try await disk.latencies(since: since, limit: limit)
    }
  }
}
