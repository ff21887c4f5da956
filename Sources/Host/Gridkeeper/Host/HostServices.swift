import Bundles
import Exchange
import Glibc
import Isolation
import JobTable
import Market
import Network
import PluginAPI
import Scheduler
import Storage
import Supervisor
import Telemetry

// What runs for as long as the host does.
extension Host {
  /// Runs the host until the task is cancelled or the system asks it to end, then winds it down.
  ///
  /// - Throws: Whatever keeps the control socket or the metrics port from opening.
  func run(control: ControlServer) async throws {
    try await control.start()
    let metricsServer = try await serveMetrics()
    try await live(
      with: [
        { await self.keep("exchange") { try await self.parts.exchange.run() } },
        { await self.watchTable() },
      ], until: obeySignals)
    await control.stop()
    await metricsServer?.stop()
    await windDown()
  }

  /// Trades from reconciliation to rest.
  ///
  /// - Throws: Whatever keeps the venue or the journal from being read at the start.
  func live(
    with company: [@Sendable () async -> Void], until isOver: () async -> Void
  ) async throws {
    try await reconcile()
    await heedKillFile(isStart: true)
    await parts.scheduler.start()
    parts.log.info(
      "host started", ["generation": "\(force.generation)", "jobs": "\(force.table.jobs.count)"])
    parts.events.emit("HOST_STARTED", ["generation": "\(force.generation)"])
    await withTaskGroup(of: Void.self) { group in
      for service in services + company { group.addTask { await service() } }
      await isOver()
      await comeToRest()
      group.cancelAll()
    }
  }

  private nonisolated var services: [@Sendable () async -> Void] {
    [
      { await self.keep("bundles") { try await self.parts.bundles.run() } },
      { await self.keep("market") { try await self.parts.market.run() } },
      { await self.parts.tradeBell.run(self.parts.scheduler) }, { await self.storeMarket() },
      { await self.lookAtWallets() }, { await self.storeEvents() },
      { await self.keepHouse() }, { await self.watchKillFile() },
    ]
  }

  private func serveMetrics() async throws -> LoopbackServer? {
    guard let port = force.table.telemetry.metricsPort else { return nil }
    return try await LoopbackServer.start(
      port: UInt16(port),
      routes: [
        "/metrics": {
          HTTPResponse(await self.exposition(), contentType: Metrics.contentType)
        },
        "/health": { HTTPResponse("ok\n") },
      ], log: parts.log)
  }

  /// Bundles that an earlier host left unfinished are closed before anything trades.
  private func reconcile() async throws {
    await parts.exchange.advance(to: options.time.wall)
    try await BundleBookings(market: parts.market).recall(parts.store)
    try await parts.bundles.reconcile()
  }

  /// Runs a service again when it fails, after a pause, and says so.
  private nonisolated func keep(_ name: String, _ service: () async throws -> Void) async {
    while !Task.isCancelled {
      do {
        try await service()
      } catch is CancellationError {
        return
      } catch {
        parts.log.error(
          "a service failed and is started again", ["service": name, "why": "\(error)"])
        try? await options.pause(.seconds(1))
      }
    }
  }

  private func obeySignals() async {
    for await number in SignalListener.signals() {
      switch number {
      case SIGHUP: await reopenAndReload()
      case SIGUSR1:
        let before = await trading().mode.rawValue
        _ = await kill(reason: "signal SIGUSR1")
        await note("kill", by: "signal SIGUSR1", before: before)
      default: return
      }
    }
  }

  private func reopenAndReload() async {
    do throws(LogError) { try await parts.hostLog.reopen() } catch {
      parts.log.error("the log could not be opened anew", ["why": error.description])
    }
    _ = await reload()
  }

  /// Lets runs that are under way end, so that no job is held after an orderly stop; ends what is
  /// left, then sees bundles that are under way to their ends, for which the venue must
  /// still be followed.
  private func comeToRest() async {
    parts.log.info("host stops")
    await parts.scheduler.halt(reason: "the host stops")
    await letRunsEnd()
    await parts.supervisor.shutDown()
    await parts.scheduler.stop()
    try? await StoreLedger(store: parts.store).closeRuns(at: options.time.wall)
    for _ in 0..<100 where !(await parts.bundles.isIdle) {
      try? await options.pause(.milliseconds(100))
    }
    if !(await parts.bundles.isIdle) {
      parts.log.warning("bundles did not end in time; the next start asks what became of them")
    }
    parts.events.emit("HOST_STOPPED")
  }

  /// How long runs may take to end by themselves when the host stops.
  private static var stopGrace: Duration { .seconds(3) }

  private func letRunsEnd() async {
    let end = options.time.monotonic + Self.stopGrace
    while await parts.scheduler.runCount > 0, options.time.monotonic < end {
      try? await options.pause(.milliseconds(20))
    }
  }

  private func windDown() async {
    await backlog.retry()
    await storeNewestEvents()
    await storeNewestMarket()
    await parts.store.close()
    parts.loop.stop()
    await parts.hostLog.flush()
  }

  // MARK: Records

  /// How many events go into one transaction.
  private static var eventBatch: Int { 1_000 }

  private nonisolated func storeEvents() async {
    var last = parts.events.last
    await storeNewestEvents()
    while !Task.isCancelled {
      let events = await parts.events.next(after: last, limit: Self.eventBatch)
      guard let first = events.first, let newest = events.last else { return }
      let missed = first.sequence - last - 1
      if missed > 0 {
        parts.log.warning("events came faster than they are stored", ["missed": "\(missed)"])
      }
      last = newest.sequence
      await write("events") { () throws(StoreError) in
        try await self.parts.store.appendEvents(events)
      }
    }
  }

  /// What was told before and after the records are followed; known events are stored once.
  private nonisolated func storeNewestEvents() async {
    await write("events") { () throws(StoreError) in
      try await self.parts.store.appendEvents(self.parts.events.recent(limit: Self.eventBatch))
    }
  }

  private nonisolated func write(
    _ what: String, _ body: () async throws(StoreError) -> Void
  ) async {
    do throws(StoreError) {
      try await body()
    } catch {
      parts.metrics.add(.init("store_failures_total", ["what": what]))
      parts.log.error("\(what) could not be stored", ["why": error.description])
    }
  }

  // MARK: Watching

  private func watchTable() async {
    let watcher = TableWatcher(
      path: options.table.table, known: degradation == nil ? force.digest : nil,
      settle: force.table.host.settle, time: options.time)
    for await event in watcher.events {
      switch event {
      case .changed(let content): _ = await reload(seen: content)
      case .unreadable(let reason): noteUnreadable(reason)
      }
    }
  }

  /// Looks four times a second for changed plugin libraries, once a second for new ones, and once an
  /// hour for records to drop.
  private func keepHouse() async {
    var known = Set(await parts.supervisor.availablePlugins())
    var looks = 0
    while !Task.isCancelled {
      try? await options.pause(.milliseconds(250))
      await upgradeChangedPlugins()
      looks += 1
      if looks % 4 == 0 {
        known = await offerNewPlugins(known)
        await backlog.retry()
      }
      if looks % 14_400 == 0 { await prune() }
    }
  }

  /// Looks for a kill file that somebody put there by hand.
  private func watchKillFile() async {
    while !Task.isCancelled {
      try? await options.pause(.milliseconds(500))
      await heedKillFile()
    }
  }

  private func prune() async {
    let retention = Retention.all(force.table.storage.retention)
    await write("pruning") { () throws(StoreError) in
      _ = try await self.parts.store.prune(retention, now: self.options.time.wall)
    }
  }
}
